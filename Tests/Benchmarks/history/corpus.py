"""Makes the clone that the benchmark of `plan` and `history` reads: always the same one.

It is the example repository of `manifests/example` beside 5,000 files of applications, with 5,000
commits on its one line. Every fiftieth changes an input of the cluster, as people change them: a
version up, an extension's digest, a kernel argument, a DNS server, and reverts of those.
"""
import pathlib
import random
import subprocess

COMMITS = 5_000
FILES = 5_000
EVERY = 50
START = 1_600_000_000
VERSIONS = "common/versions.hcl"
SCHEMATIC = "common/install-schematic.hcl"
NETWORK = "common/network.hcl"


def applications():
    """The files that no cluster reads."""
    return [f"apps/app-{number // 10:03}/{number % 10}-{kind}.yaml"
            for number in range(FILES) for kind in (["deployment", "service", "config"][number % 3],)]


class Writer:
    """Writes a stream for `git fast-import`; all that seems random comes from one fixed seed."""

    def __init__(self, stream, example):
        self.stream = stream
        self.chance = random.Random(5)
        self.files = {str(path.relative_to(example)): path.read_text()
                      for path in sorted(example.rglob("*")) if path.is_file()}
        self.applications = applications()
        self.mark = 0

    def application(self, path):
        return f"# {path}\nreplicas: {self.chance.randint(1, 9)}\nimage: {self.chance.getrandbits(64):x}\n"

    def commit(self, changes, message):
        self.mark += 1
        who = f"Ada <ada@example.com> {START + 600 * self.mark} +0000"
        self.stream.write(f"commit refs/heads/main\nmark :{self.mark}\n"
                          f"committer {who}\ndata {len(message)}\n{message}\n")
        for path, content in changes.items():
            self.stream.write(f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}\n")

    def change(self, turn):
        """One change of an input. Every fifth takes the one before back, as a revert does."""
        if turn % 5 == 4:
            return self.undo
        patch, path = turn // 5, [VERSIONS, SCHEMATIC, NETWORK, SCHEMATIC][turn % 5]
        old = self.files[path]
        if path == VERSIONS:
            new = old.replace(f'"v1.11.{patch}"', f'"v1.11.{patch + 1}"')
        elif path == NETWORK:
            new = old.replace("10.0.0.53", "10.0.9.53") if "10.0.0.53" in old else old.replace(
                "10.0.9.53", "10.0.0.53")
        elif turn % 5 == 1:
            new = old.replace("qemu-guest-agent:10.1.", "qemu-guest-agent:10.1.1")
        else:
            new = old.replace('"net.ifnames=0",', f'"net.ifnames=0", "quiet={turn}",')
        assert new != old, f"turn {turn} changes nothing"
        self.undo = {path: old}
        return {path: new}

    def write(self):
        self.files[VERSIONS] = self.files[VERSIONS].replace("v1.11.5", "v1.11.0")
        everything = dict(self.files)
        everything.update({path: self.application(path) for path in self.applications})
        self.commit(everything, "Begin")
        for number in range(1, COMMITS):
            if number % EVERY == EVERY - 1:
                changes = self.change(number // EVERY)
                self.files.update(changes)
            else:
                changes = {path: self.application(path)
                           for path in self.chance.sample(self.applications, self.chance.randint(1, 3))}
            self.commit(changes, f"Change {number}")
        self.stream.write("done\n")


def make(directory, example):
    """Makes the repository `directory` with its work tree."""
    def git(*arguments):
        subprocess.run(["git", "-C", str(directory), *arguments], check=True)
    pathlib.Path(directory).mkdir(parents=True)
    git("init", "--quiet", "--initial-branch=main")
    importing = subprocess.Popen(
        ["git", "-C", str(directory), "fast-import", "--quiet", "--done"],
        stdin=subprocess.PIPE, text=True)
    Writer(importing.stdin, example).write()
    importing.stdin.close()
    if importing.wait() != 0:
        raise RuntimeError("git fast-import failed")
    git("-c", "pack.threads=1", "repack", "-adfq", "--depth=50", "--window=10")
    git("reset", "--quiet", "--hard")
