// go-git's side of the Git benchmark; see README.md for what is measured.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-git/go-git"
	"github.com/go-git/go-git/config"
	"github.com/go-git/go-git/plumbing"
	"github.com/go-git/go-git/plumbing/filemode"
	"github.com/go-git/go-git/plumbing/object"
	"golang.org/x/sys/unix"
)

const branch = plumbing.ReferenceName("refs/heads/main")

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// operation does what is measured once, in a place that is good for one time, and gives the answer.
type operation struct {
	places  []string
	perform func(place string) string
}

func remoteConfig(url string) *config.RemoteConfig {
	return &config.RemoteConfig{Name: "source", URLs: []string{url}}
}

// poll lists the server's references, and holds the branch against the one that was fetched.
func poll(url, path string) string {
	repository, err := git.PlainOpen(path)
	check(err)
	known, err := repository.Reference(branch, true)
	check(err)
	remote := git.NewRemote(repository.Storer, remoteConfig(url))
	references, err := remote.List(&git.ListOptions{})
	check(err)
	for _, reference := range references {
		if reference.Name() == branch && reference.Hash() == known.Hash() {
			return known.Hash().String()
		}
	}
	return "something new"
}

func localTip(path string) string {
	repository, err := git.PlainOpen(path)
	check(err)
	reference, err := repository.Reference(branch, true)
	check(err)
	return reference.Hash().String()
}

func fetch(url, path string) string {
	repository, err := git.PlainOpen(path)
	check(err)
	check(git.NewRemote(repository.Storer, remoteConfig(url)).Fetch(&git.FetchOptions{
		RemoteName: "source",
		RefSpecs:   []config.RefSpec{"+refs/heads/main:refs/heads/main"},
		Tags:       git.NoTags,
	}))
	reference, err := repository.Reference(branch, true)
	check(err)
	return reference.Hash().String()
}

func clone(url, path string) string {
	repository, err := git.PlainClone(path, true, &git.CloneOptions{
		URL: url, ReferenceName: branch, SingleBranch: true, Tags: git.NoTags,
	})
	check(err)
	reference, err := repository.Reference(branch, true)
	check(err)
	return reference.Hash().String()
}

func tree(repository *git.Repository, commit string) *object.Tree {
	found, err := repository.CommitObject(plumbing.NewHash(commit))
	check(err)
	root, err := found.Tree()
	check(err)
	return root
}

func diff(repository *git.Repository, old, new string, paths []string) string {
	before, after := newWatch(paths), newWatch(paths)
	left, right := before.sight(tree(repository, old)), after.sight(tree(repository, new))
	changed := []string{}
	for index, path := range paths {
		if left[index] != right[index] {
			changed = append(changed, path)
		}
	}
	sort.Strings(changed)
	return strings.Join(changed, "\n")
}

// watch looks at some paths in one tree after the other; a directory that it has just seen, it does
// not read again.
type watch struct {
	paths  []string
	names  [][]string
	hashes map[string]plumbing.Hash
	seen   map[string]sight
}

type sight struct {
	hash plumbing.Hash
	mode filemode.FileMode
}

func newWatch(paths []string) *watch {
	names := make([][]string, len(paths))
	for index, path := range paths {
		names[index] = strings.SplitN(path, "/", 2)
	}
	return &watch{paths, names, map[string]plumbing.Hash{}, map[string]sight{}}
}

func (w *watch) sight(root *object.Tree) []sight {
	found := make([]sight, len(w.paths))
	fresh := map[string]plumbing.Hash{}
	for index, path := range w.paths {
		top := w.names[index][0]
		entry, err := root.FindEntry(top)
		if err != nil {
			continue
		}
		if len(w.names[index]) == 1 {
			found[index] = sight{entry.Hash, entry.Mode}
			continue
		}
		fresh[top] = entry.Hash
		if w.hashes[top] != entry.Hash {
			w.seen[path] = sight{}
			if entry, err := root.FindEntry(path); err == nil {
				w.seen[path] = sight{entry.Hash, entry.Mode}
			}
		}
		found[index] = w.seen[path]
	}
	w.hashes = fresh
	return found
}

func same(left, right []sight) bool {
	for index := range left {
		if left[index] != right[index] {
			return false
		}
	}
	return true
}

// scan gives the commits of the first-parent line that change a path, newest first.
func scan(repository *git.Repository, tip string, paths []string) string {
	w := newWatch(paths)
	commit, err := repository.CommitObject(plumbing.NewHash(tip))
	check(err)
	look := func(commit *object.Commit) []sight {
		root, err := commit.Tree()
		check(err)
		return w.sight(root)
	}
	found := []string{}
	current := look(commit)
	for {
		before := make([]sight, len(paths))
		var parent *object.Commit
		if len(commit.ParentHashes) > 0 {
			parent, err = repository.CommitObject(commit.ParentHashes[0])
			check(err)
			before = look(parent)
		}
		if !same(before, current) {
			found = append(found, commit.Hash.String())
		}
		if parent == nil {
			return strings.Join(found, "\n")
		}
		commit, current = parent, before
	}
}

func newOperation(arguments []string) operation {
	subject, rest := arguments[1], arguments[2:]
	open := func() *git.Repository {
		repository, err := git.PlainOpen(subject)
		check(err)
		return repository
	}
	switch arguments[0] {
	case "poll":
		return operation{nil, func(string) string { return poll(subject, rest[0]) }}
	case "open":
		return operation{nil, func(string) string { return localTip(subject) }}
	case "fetch":
		return operation{rest, func(place string) string { return fetch(subject, place) }}
	case "clone":
		return operation{rest, func(place string) string { return clone(subject, place) }}
	case "diff":
		repository := open()
		return operation{nil, func(string) string {
			return diff(repository, rest[0], rest[1], rest[2:])
		}}
	case "scan":
		repository := open()
		return operation{nil, func(string) string { return scan(repository, rest[0], rest[1:]) }}
	}
	check(fmt.Errorf("%s is no operation", arguments[0]))
	return operation{}
}

// processorTime is what this process and its children have used so far, all threads included.
func processorTime() float64 {
	var own unix.Timespec
	check(unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &own))
	var children syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children))
	return float64(own.Nano() + children.Utime.Nano() + children.Stime.Nano())
}

func sample(stretch time.Duration, perform func()) [2]float64 {
	start, used, count := time.Now(), processorTime(), 0.0
	for count == 0 || time.Since(start) < stretch {
		perform()
		count++
	}
	return [2]float64{
		float64(time.Since(start).Nanoseconds()) / count, (processorTime() - used) / count,
	}
}

// samples measures as the project's own program does: see there.
func samples(total time.Duration, o operation) [][2]float64 {
	var found [][2]float64
	if len(o.places) > 0 {
		for _, place := range o.places {
			place := place
			found = append(found, sample(0, func() { o.perform(place) }))
		}
		return found[1:]
	}
	warm := time.Now()
	for o.perform(""); time.Since(warm) < total/5; {
		o.perform("")
	}
	begin := time.Now()
	for time.Since(begin) < total || len(found) < 5 {
		found = append(found, sample(50*time.Millisecond, func() { o.perform("") }))
	}
	return found
}

func main() {
	if os.Args[1] == "run" {
		o := newOperation(os.Args[2:])
		fmt.Println(o.perform(append(o.places, "")[0]))
		return
	}
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	check(err)
	total := time.Duration(seconds * float64(time.Second))
	text, err := json.Marshal(samples(total, newOperation(os.Args[3:])))
	check(err)
	fmt.Println(string(text))
}
