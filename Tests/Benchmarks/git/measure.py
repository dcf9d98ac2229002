"""Runs the programs in turn, round by round, and keeps what each used."""
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from tools import NEEDS_PLACE, OPERATIONS

TOOLS = ["ours", "git", "go-git"]


class Samples:
    """What one program used for one operation: milliseconds of processors and of the clock."""

    def __init__(self):
        self.processors = []
        self.clock = []
        self.kilobytes = 0

    def add(self, processors, clock):
        self.processors.append(processors)
        self.clock.append(clock)

    @property
    def processor_median(self):
        return statistics.median(self.processors)


def usage_of(command, environment):
    """Runs a process to its end: output, milliseconds of processors and of the clock.

    Its children are counted with it, as far as it waited for them.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    with process.stdout as output:
        text = output.read()
    _, status, used = os.wait4(process.pid, 0)
    clock = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed")
    return text.strip(), (used.ru_utime + used.ru_stime) * 1e3, clock * 1e3


def peak_of(command, environment):
    """Runs a process to its end: output, kilobytes at the peak, of it or of one of its children.

    A process counts what the one that started it had at that moment, which is little for `time`.
    """
    with tempfile.NamedTemporaryFile("r") as file:
        done = subprocess.run(
            ["/usr/bin/time", "-f", "%M", "-o", file.name, *command],
            env=environment, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip(), int(file.read())


class Measurements:
    """All that was measured, by operation, by how it was done and by program."""

    def __init__(self, bench, rounds, seconds):
        self.bench = bench
        self.rounds = rounds
        self.seconds = seconds
        self.samples = {}

    def run(self):
        for number in range(self.rounds):
            for operation in OPERATIONS:
                if operation == "clone" and number % 3 != 0:
                    continue
                turns = [("process", tool, operation) for tool in TOOLS]
                turns += [("loop", tool, operation) for tool in ("ours", "go-git")]
                if operation in ("poll", "fetch", "clone"):
                    turns.append(("loop", "ours", f"{operation}-agent"))
                if operation == "poll":
                    turns.append(("loop", "ours", "poll-job"))
                shift = number % len(turns)
                for turn in turns[shift:] + turns[:shift]:
                    self.measure(*turn)

    def measure(self, how, tool, operation):
        samples = self.samples.setdefault((operation, how, tool), Samples())
        base = operation.removesuffix("-agent").removesuffix("-job")
        # A loop warms up in the first place; a process runs a second time to find its peak.
        count = 2 if base in NEEDS_PLACE else 0
        places = [self.bench.place(tool, base) for _ in range(count)]
        if how == "process":
            command = self.bench.command(tool, operation, *places[:1])
            answer, processors, clock = usage_of(command, self.bench.environment)
            samples.add(processors, clock)
            self.bench.check(tool, base, answer, *places[:1])
            command = self.bench.command(tool, operation, *places[1:])
            _, kilobytes = peak_of(command, self.bench.environment)
        else:
            command = [str(self.bench.programs[tool]), "time", str(self.seconds),
                       *self.bench.own(tool, operation, *places)]
            text, kilobytes = peak_of(command, self.bench.environment)
            for clock, processors in json.loads(text):
                samples.add(processors / 1e6, clock / 1e6)
            for place in places:
                self.bench.check(tool, base, "", place)
        samples.kilobytes = max(samples.kilobytes, kilobytes)
        for place in places:
            shutil.rmtree(place)
