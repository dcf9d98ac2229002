#!/usr/bin/env python3
"""Measures the HCL library against the reference implementation; README.md says what and how.

Usage: run.py OURS [--rounds N] [--seconds S], where OURS is the built `hcl-bench`.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import corpus
import go_program

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[2] / ".build" / "hcl-bench"
SIZES = {"4 kB": 4_096, "40 kB": 40_960, "1 MB": 1_048_576}
TARGETS = {"parse": 3.0, "evaluate": 2.0}
CLOCK, PROCESSORS = 0, 1
NAMES = {"parse": "parse", "evaluate": "parse + evaluate"}


def ask(program, mode, file, *more):
    command = [str(program), mode, str(file), *map(str, more)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def measure(programs, file, rounds, seconds):
    """Runs both programs in turn, so that whatever else the machine does meets both.

    Returns the samples of each round, by program and by what was measured.
    """
    samples = {name: {"parse": [], "evaluate": []} for name in programs}
    for round_number in range(rounds):
        order = list(programs) if round_number % 2 == 0 else list(reversed(programs))
        for name in order:
            for what, times in ask(programs[name], "time", file, seconds).items():
                samples[name][what].append(times)
    return samples


def throughput(size, rounds):
    """The median in MB/s and the quartiles around it."""
    rates = [size * 1_000 / clock for samples in rounds for clock, _ in samples]
    low, middle, high = statistics.quantiles(rates, n=4)
    return f"{middle:7.2f} ({low:.2f}–{high:.2f})"


def ratio_of(ours, theirs, column):
    """How many times as fast ours is: the median over the rounds, each compared with itself."""
    def middle(samples):
        return statistics.median(sample[column] for sample in samples)
    return statistics.median(middle(their) / middle(our) for our, their in zip(ours, theirs))


def report_file(label, file, programs, options):
    """Measures one file, prints its table and returns whether both targets are met."""
    size = file.stat().st_size
    if ask(programs["ours"], "values", file) != ask(programs["reference"], "values", file):
        sys.exit(f"The two programs compute different values for {file}.")
    samples = measure(programs, file, options.rounds, options.seconds)
    counts = {name: ask(program, "allocations", file) for name, program in programs.items()}
    peaks = {name: ask(program, "memory", file)["kilobytes"] for name, program in programs.items()}
    print(f"\n{label}: {size} bytes; peak memory of one parse + evaluate:"
          f" ours {peaks['ours']} kB, reference {peaks['reference']} kB")
    print(f"  {'':17} {'ours MB/s':>24} {'reference MB/s':>24} {'ratio':>6}  target"
          f"  {'CPU ratio':>9}  {'allocations, kB: ours':>22} {'reference':>18}")
    is_met = True
    for what, target in TARGETS.items():
        our_text = throughput(size, samples["ours"][what])
        their_text = throughput(size, samples["reference"][what])
        both = samples["ours"][what], samples["reference"][what]
        ratio = ratio_of(*both, CLOCK)
        is_met = is_met and ratio >= target
        memory = [f"{counts[name][what][0]}, {counts[name][what][1] / 1_000:.0f}"
                  for name in ("ours", "reference")]
        print(f"  {NAMES[what]:17} {our_text:>24} {their_text:>24} {ratio:5.2f}x"
              f"  {target:.0f}x {'PASS' if ratio >= target else 'FAIL'}"
              f" {ratio_of(*both, PROCESSORS):8.2f}x"
              f"  {memory[0]:>22} {memory[1]:>18}")
    return is_met


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ours")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    programs = {
        "ours": pathlib.Path(options.ours).resolve(),
        "reference": go_program.build(HERE / "reference", BUILD),
    }
    version = subprocess.run(
        ["go", "version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    print(f"{version}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f};"
          f" {options.rounds} rounds of {options.seconds:g} s for each number;"
          " MB/s is the median with its quartiles, the ratio is the median of the rounds")
    is_met = True
    for label, size in SIZES.items():
        file = BUILD / f"{size}.hcl"
        file.write_bytes(corpus.file_of(size))
        is_met = report_file(label, file, programs, options) and is_met
    print(f"\n{'PASS' if is_met else 'FAIL'}: at least 3 times the reference's throughput in"
          " parsing, 2 times in parsing and evaluating")
    sys.exit(0 if is_met else 1)


main()
