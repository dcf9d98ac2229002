"""Prints what was measured, and holds it against the targets."""
import statistics

NAMES = {
    "poll": "poll over http, nothing new", "open": "poll of file://, nothing new",
    "fetch": "fetch of one commit, http", "diff": "diff of two files",
    "scan": "first-parent scan, two paths", "clone": "cold clone, http",
}
LOOP, PROCESS = "loop", "process"
WAYS = {"-agent": "in a child", "-job": "whole job"}
# An operation, how ours does it, and what it has to be ahead of.
TARGETS = [
    *[(operation, LOOP, LOOP, "go-git") for operation in NAMES if operation != "open"],
    *[(operation, LOOP, PROCESS, "git") for operation in ("poll", "open", "diff", "scan")],
    *[(operation, PROCESS, PROCESS, "go-git") for operation in ("fetch", "clone")],
]


def number(value):
    return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def middle(values):
    """The median with its quartiles."""
    if len(values) < 3:
        return number(statistics.median(values))
    low, median, high = statistics.quantiles(values, n=4)
    return f"{number(median)} ({number(low)}–{number(high)})"


def show(measurements):
    """Prints the table and the verdicts, and returns whether all targets are met."""
    samples = measurements.samples
    print(f"{measurements.rounds} rounds; milliseconds are medians with quartiles\n")
    print(f"{'operation':29} {'how':11} {'who':7} {'CPU ms':>22} {'wall ms':>22} {'peak MiB':>8}")
    for operation, name in NAMES.items():
        rows = [(operation, LOOP, "ours"), (f"{operation}-job", LOOP, "ours"),
                (f"{operation}-agent", LOOP, "ours"),
                (operation, LOOP, "go-git"), (operation, PROCESS, "ours"),
                (operation, PROCESS, "git"), (operation, PROCESS, "go-git")]
        for what, how, tool in rows:
            found = samples.get((what, how, tool))
            if found is None:
                continue
            way = WAYS.get(what.removeprefix(operation), how)
            way = "in-process" if way == LOOP else way
            print(f"{name:29} {way:11} {tool:7} {middle(found.processors):>22}"
                  f" {middle(found.clock):>22} {found.kilobytes / 1024:8.0f}")
            name = ""
    print()
    verdicts = [verdict(samples, *target) for target in TARGETS]
    print("\nPASS: every target is met, by processor time" if all(verdicts)
          else "\nFAIL: a target is missed")
    return all(verdicts)


def verdict(samples, operation, our_way, their_way, tool):
    ours = samples[operation, our_way, "ours"].processor_median
    theirs = samples[operation, their_way, tool].processor_median
    words = {LOOP: "in-process", PROCESS: "process"}
    print(f"{'PASS' if ours < theirs else 'FAIL'} {NAMES[operation]}: {words[our_way]}"
          f" {number(ours)} ms of CPU, {tool} {words[their_way]} {number(theirs)} ms")
    return ours < theirs
