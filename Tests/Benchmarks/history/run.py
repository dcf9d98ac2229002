#!/usr/bin/env python3
"""Measures `uprev plan` and `uprev history` as whole processes; README.md says what and how.

Usage: run.py UPREV [--rounds N], where UPREV is the program, built for release.
"""
import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import corpus

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUILD = ROOT / ".build" / "history-bench"
INPUTS = ["uprev.hcl", "common", "clusters", "cluster", "images", "modules"]


def make_clone():
    """Makes the clone, unless it is there for this corpus already."""
    clone, done = BUILD / "clone", BUILD / "done"
    key = (HERE / "corpus.py").read_text()
    if not (done.exists() and done.read_text() == key):
        subprocess.run(["rm", "-rf", clone], check=True)
        print("making the repository …", file=sys.stderr)
        corpus.make(clone, ROOT / "manifests" / "example")
        done.write_text(key)
    return clone


def once(command, clone):
    """Runs a program: its wall time and its processor time in ms, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=clone, stdout=subprocess.PIPE, check=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1_000, used * 1_000, done.stdout.decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uprev")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    uprev, clone = str(pathlib.Path(options.uprev).resolve()), make_clone()
    rows = {
        "uprev plan HEAD~1 HEAD": ([uprev, "plan", "HEAD~1", "HEAD"], 50),
        "uprev history": ([uprev, "history", "--repository", "."], 500),
        "git log --first-parent -- INPUTS": (
            ["git", "log", "--first-parent", "--format=%H", "--", *INPUTS], None),
        "uprev --version": ([uprev, "--version"], None),
    }
    samples = {name: [] for name in rows}
    for number in range(options.rounds + 1):
        for name, (command, _) in rows.items():
            sample = once(command, clone)
            if number > 0:
                samples[name].append(sample)
    listed = len(samples["git log --first-parent -- INPUTS"][0][2].splitlines())
    told = len(samples["uprev history"][0][2].splitlines())
    if listed != told:
        sys.exit(f"git lists {listed} commits that change an input, uprev {told}.")
    print(f"{told} relevant of {corpus.COMMITS} commits; {os.cpu_count()} cores, "
          f"load average {os.getloadavg()[0]:.1f}")
    print(f"{'':34} {'wall ms':>8} {'CPU ms':>8}  target, wall")
    is_met = True
    for name, (_, target) in rows.items():
        wall, used = (statistics.median(sample[column] for sample in samples[name])
                      for column in (0, 1))
        is_met = is_met and (target is None or wall <= target)
        print(f"{name:34} {wall:8.1f} {used:8.1f}  {target or ''}")
    sys.exit(0 if is_met else 1)


main()
