#!/usr/bin/env python3
"""Prints what a coverage export of llvm-cov says of one folder: report.py EXPORT FOLDER LIMIT.

The Swift compiler counts regions and no branches: every arm of an if, guard, switch, ternary, ?? and
&& is a region of its own, so that an arm which no test takes is a region which is not covered. The
number of branches in the export is printed as it is, and is 0 as long as that holds.
"""
import json
import pathlib
import sys


def missed(file):
    """The places where a region begins that was never executed, as line and column."""
    for line, column, count, has_count, is_entry, is_gap in file["segments"]:
        if has_count and is_entry and count == 0 and not is_gap:
            yield line, column


def main(export, folder, limit):
    root = str(pathlib.Path(folder).resolve()) + "/"
    data = json.loads(pathlib.Path(export).read_text())["data"][0]
    files = sorted(
        (str(pathlib.Path(file["filename"]).resolve()), file) for file in data["files"])
    files = [(path.removeprefix(root), file) for path, file in files if path.startswith(root)]
    if not files:
        sys.exit(f"The export names no file below {root}.")
    totals = {}
    print(f"{'':32} {'regions':>13} {'lines':>13} {'functions':>13} {'branches':>9}")
    for name, file in files:
        columns = []
        for metric in ("regions", "lines", "functions"):
            summary = file["summary"][metric]
            covered, count = totals.get(metric, (0, 0))
            totals[metric] = (covered + summary["covered"], count + summary["count"])
            columns.append(f"{summary['covered']:6} /{summary['count']:5}")
        branches = file["summary"].get("branches", {}).get("count", 0)
        totals["branches"] = totals.get("branches", 0) + branches
        print(f"{name:32} {' '.join(columns)} {branches:9}")
    print("\nnot executed:")
    for name, file in files:
        source = (pathlib.Path(folder) / name).read_text().splitlines()
        for line, column in missed(file):
            print(f"  {name}:{line}:{column}: {source[line - 1].strip()}")
    print()
    for metric in ("regions", "lines", "functions"):
        covered, count = totals[metric]
        print(f"{metric:10} {100 * covered / count:6.2f} %   {covered} of {count}")
    if totals["branches"] == 0:
        print("branches   not measured: Swift's instrumentation counts regions")
    covered, count = totals["regions"]
    if 100 * covered < float(limit) * count:
        sys.exit(f"\nOf the regions of {folder}, less than {limit} % are covered.")


if __name__ == "__main__":
    main(*sys.argv[1:])
