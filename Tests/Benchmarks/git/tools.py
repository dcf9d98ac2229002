"""What each program is asked to do, and whether its answers are right."""
import os
import shutil
import subprocess

import corpus

OPERATIONS = ["poll", "open", "fetch", "diff", "scan", "clone"]
NEEDS_PLACE = {"fetch", "clone"}
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
}
GIT = ["git", "-c", "gc.auto=0", "-c", "maintenance.auto=false"]
REFSPEC = "+refs/heads/main:refs/heads/main"


class Bench:
    """The programs, the repositories and the answers that are right."""

    def __init__(self, ours, reference, sources, url, scratch):
        self.programs = {"ours": ours, "go-git": reference}
        self.source = sources / "source.git"
        self.url = f"{url}/source.git"
        self.older_url = f"{url}/older.git"
        self.scratch = scratch
        self.environment = ENVIRONMENT | {"HOME": str(scratch)}
        self.count = 0

    def prepare(self):
        """Finds the right answers by git, and makes a client of each program to fetch into."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        self.tip = self.git("rev-parse", "main")
        # The newest commit that changes both of the watched files lies some way back.
        history = self.git("rev-list", "--first-parent", "main").split("\n")
        self.old = history[1_000]
        scan = self.git("log", "--first-parent", "--format=%H", "main", "--", *corpus.WATCHED)
        diff = self.git("diff", "--name-only", self.old, self.tip, "--", *corpus.WATCHED)
        self.answers = {
            "poll": self.tip, "open": self.tip, "fetch": self.tip, "clone": self.tip,
            "scan": scan, "diff": diff,
        }
        if len(history) != corpus.COMMITS or len(diff.split("\n")) != 2:
            raise SystemExit("The generated repository is not what it should be.")
        self.clients = {}
        for tool in ("ours", "git", "go-git"):
            client = self.scratch / f"client-{tool}"
            self.run(self.command(tool, "clone", str(client), url=self.older_url))
            self.check_repository(tool, client, self.git("rev-parse", "before"))
            self.clients[tool] = client
            self.clients[f"polled-{tool}"] = self.scratch / f"polled-{tool}"
            self.run(self.command(tool, "clone", str(self.clients[f"polled-{tool}"])))

    def git(self, *arguments, at=None):
        return self.run(["git", "-C", str(at or self.source), *arguments])

    def run(self, command):
        done = subprocess.run(
            command, env=self.environment, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()

    def arguments(self, operation, *places, url=None):
        """What the two programs of our own are told."""
        subject = {
            "fetch": url or self.url, "clone": url or self.url,
            "diff": str(self.source), "scan": str(self.source),
        }
        base = operation.removesuffix("-agent")
        extra = {"diff": [self.old, self.tip, *corpus.WATCHED], "scan": [self.tip, *corpus.WATCHED]}
        return [operation, subject[base], *extra.get(base, []), *map(str, places)]

    def command(self, tool, operation, *places, url=None):
        """The command line by which a program does an operation once, in a process of its own."""
        if tool != "git":
            return [str(self.programs[tool]), "run", *self.own(tool, operation, *places, url=url)]
        place = places[0] if places else None
        return GIT + {
            "poll": ["ls-remote", url or self.url, "refs/heads/main"],
            "open": ["-C", str(self.source), "rev-parse", "refs/heads/main"],
            "fetch": ["-C", str(place), "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                      url or self.url, REFSPEC],
            "clone": ["clone", "--quiet", "--bare", "--single-branch", "--branch", "main",
                      "--no-tags", url or self.url, str(place)],
            "diff": ["-C", str(self.source), "diff", "--name-only", self.old, self.tip, "--",
                     *corpus.WATCHED],
            "scan": ["-C", str(self.source), "log", "--first-parent", "--format=%H", self.tip, "--",
                     *corpus.WATCHED],
        }[operation]

    def own(self, tool, operation, *places, url=None):
        """The arguments of the two programs, which differ only in how a file:// source is polled."""
        if operation == "open" and tool == "ours":
            return ["poll-agent", f"file://{self.source}", str(self.scratch / "unused")]
        if operation == "open":
            return ["open", str(self.source)]
        if operation in ("poll", "poll-job", "poll-agent"):
            return [operation, self.url, str(self.clients[f"polled-{tool}"])]
        return self.arguments(operation, *places, url=url)

    def place(self, tool, operation):
        """A fresh directory for one fetch or clone."""
        self.count += 1
        place = self.scratch / f"{operation}-{tool}-{self.count}"
        if operation == "fetch":
            subprocess.run(["cp", "-a", self.clients[tool], place], check=True)
        return place

    def check(self, tool, operation, answer, place=None):
        """Ends the run when a program gave a wrong answer or made a wrong repository."""
        if tool == "git" and operation == "poll":
            answer = answer.split("\t")[0]
        if place is not None:
            self.check_repository(tool, place, self.tip)
        elif answer != self.answers[operation]:
            raise SystemExit(f"{tool} gives a wrong answer for {operation}: {answer[:200]}")

    def check_repository(self, tool, place, tip):
        repository = place / "repository.git" if tool == "ours" else place
        if self.git("rev-parse", "refs/heads/main", at=repository) != tip:
            raise SystemExit(f"{tool} left {place} at another commit.")
        if self.git("rev-list", "--count", "--objects", "main", at=repository) != self.git(
                "rev-list", "--count", "--objects", tip):
            raise SystemExit(f"{tool} left {place} without all of its objects.")
