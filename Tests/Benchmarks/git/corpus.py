"""Makes the repository that the Git benchmark measures: always the same one, byte for byte.

It resembles an infrastructure repository after many years: some thousand files, 20,000 commits on
the first-parent line of `main`, some of them merges, and two watched files that rarely change.
"""
import random
import subprocess

COMMITS = 20_000
WATCHED = ["common/versions.hcl", "common/install-schematic.hcl"]
NEIGHBOURS = ["common/network.hcl", "common/nodes.hcl", "common/labels.hcl", "common/sites.hcl"]
START = 1_500_000_000


def paths():
    """The files beside the watched ones: about 4,000, in folders like those of such repositories."""
    found = ["README.md", "Makefile", ".gitignore", "uprev.hcl", "terragrunt.hcl", "renovate.json"]
    found += NEIGHBOURS
    for site in range(12):
        for unit in range(25):
            found += [f"clusters/site-{site:02}/unit-{unit:02}/{name}"
                      for name in ("terragrunt.hcl", "main.tf", "variables.tf", "outputs.tf")]
    for app in range(120):
        found += [f"apps/app-{app:03}/base/{name}.yaml"
                  for name in ("kustomization", "deployment", "service", "ingress", "config")]
        found += [f"apps/app-{app:03}/overlays/{stage}/values.yaml"
                  for stage in ("test", "staging", "production")]
    for module in range(60):
        found += [f"modules/module-{module:02}/{name}.tf"
                  for name in ("main", "variables", "outputs", "versions")]
    found += [f"docs/runbooks/runbook-{number:03}.md" for number in range(400)]
    found += [f"scripts/script-{number:03}.sh" for number in range(200)]
    found += [f"manifests/{kind}/{number:03}.yaml"
              for kind in ("crds", "policies", "dashboards", "alerts") for number in range(170)]
    return found


class Writer:
    """Writes a stream for `git fast-import`; all that seems random comes from one fixed seed."""

    def __init__(self, stream):
        self.stream = stream
        self.chance = random.Random(4)
        self.paths = paths()
        self.mark = 0

    def text(self, path):
        """A new content of a file: a dozen lines, of which few are ever the same."""
        lines = [f"# {path}"]
        lines += [f"setting_{number:02} = \"{self.chance.getrandbits(48):012x}\""
                  for number in range(self.chance.randint(4, 24))]
        return "\n".join(lines) + "\n"

    def commit(self, branch, changes, parents, message):
        """One commit; `parents` are marks, the first one the line that it continues."""
        self.mark += 1
        who = f"Ada <ada@example.com> {START + 60 * self.mark} +0000"
        self.stream.write(f"commit refs/heads/{branch}\nmark :{self.mark}\n"
                          f"committer {who}\ndata {len(message)}\n{message}\n")
        for word, parent in zip(["from", *["merge"] * len(parents)], parents):
            self.stream.write(f"{word} :{parent}\n")
        for path, content in changes:
            self.stream.write(f"M 100644 inline {path}\ndata {len(content)}\n{content}\n")
        return self.mark

    def changes(self, number):
        """What an ordinary commit changes: a few files, at times near the watched ones."""
        names = self.chance.sample(self.paths, self.chance.choice([1, 1, 1, 2, 2, 3, 5]))
        if number % 25 == 0:
            names.append(self.chance.choice(NEIGHBOURS))
        if number % 100 == 50:
            names.append(self.chance.choice(WATCHED))
        return [(name, self.text(name)) for name in sorted(set(names))]

    def write(self):
        everything = [(name, self.text(name)) for name in self.paths + WATCHED]
        tip = self.commit("main", everything, [], "Begin")
        for number in range(1, COMMITS):
            if number == COMMITS - 1:
                self.stream.write(f"reset refs/heads/before\nfrom :{tip}\n\n")
            if number % 20 == 10:
                side = tip
                for _ in range(self.chance.randint(1, 3)):
                    side = self.commit("side", self.changes(number + 7), [side], "Try")
                # fast-import takes the first parent's tree, so the merge names what it brings.
                brought = self.changes(number)
                tip = self.commit("main", brought, [tip, side], f"Merge change {number}")
                continue
            tip = self.commit("main", self.changes(number), [tip], f"Change {number}")
        self.stream.write("done\n")


def make(directory):
    """Makes the bare repository `directory`, with the branches `main` and, one behind, `before`."""
    def git(*arguments, **more):
        return subprocess.run(["git", "-C", str(directory), *arguments], check=True, **more)
    directory.mkdir(parents=True)
    git("init", "--quiet", "--bare", "--initial-branch=main")
    importing = subprocess.Popen(
        ["git", "-C", str(directory), "fast-import", "--quiet", "--done"],
        stdin=subprocess.PIPE, text=True)
    Writer(importing.stdin).write()
    importing.stdin.close()
    if importing.wait() != 0:
        raise RuntimeError("git fast-import failed")
    git("update-ref", "-d", "refs/heads/side")
    git("-c", "pack.threads=1", "repack", "-adfq", "--depth=50", "--window=10")
    git("pack-refs", "--all", "--no-prune")


def make_older(source, directory):
    """Makes a bare repository whose `main` lacks the newest commit of the source's."""
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", "--single-branch", "--branch", "before",
         source, directory], check=True)

    def git(*arguments):
        subprocess.run(["git", "-C", str(directory), *arguments], check=True)
    git("branch", "--quiet", "-m", "before", "main")
    git("pack-refs", "--all", "--no-prune")
