#!/usr/bin/env python3
"""Measures the Git library against git and go-git; README.md says what and how.

Usage: run.py OURS [--rounds N] [--seconds S], where OURS is the built `git-bench`.
"""
import argparse
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import corpus
import go_program
import report
import tools
from measure import Measurements

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUILD = ROOT / ".build" / "git-bench"


def make_sources():
    """Makes the repository, and beside it one that lacks the newest commit, unless they are there."""
    folder = BUILD / "sources"
    done = folder / "done"
    key = (HERE / "corpus.py").read_text()
    if done.exists() and done.read_text() == key:
        return folder
    subprocess.run(["rm", "-rf", folder], check=True)
    print("making the repository …", file=sys.stderr)
    corpus.make(folder / "source.git")
    corpus.make_older(folder / "source.git", folder / "older.git")
    done.write_text(key)
    return folder


class Server:
    """`git http-backend` on loopback, for as long as the context lasts."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "Tests/Support/git_http.py", self.folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def versions():
    def first_line(*command):
        return subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")[0].strip()
    packages = first_line(
        "dpkg-query", "-W", "-f", "go-git ${Version}", "golang-github-go-git-go-git-dev")
    library = first_line("pkg-config", "--modversion", "libgit2")
    return f"{first_line('git', '--version')}, {packages}, {first_line('go', 'version')}, libgit2 {library}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ours")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.4)
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    reference = go_program.build(HERE / "reference", BUILD)
    sources = make_sources()
    with Server(sources) as url:
        bench = tools.Bench(
            ours=pathlib.Path(options.ours).resolve(), reference=reference, sources=sources,
            url=url, scratch=BUILD / "scratch")
        bench.prepare()
        print(f"{versions()}; {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
        measurements = Measurements(bench, options.rounds, options.seconds)
        measurements.run()
    is_met = report.show(measurements)
    sys.exit(0 if is_met else 1)


main()
