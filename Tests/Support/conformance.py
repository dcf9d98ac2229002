#!/usr/bin/env python3
"""Prints how many HCL conformance cases `uprev eval --batch` answers as expected.

Usage: conformance.py UPREV CASES... [-v]

A case is right when the value and type agree, or when there is an error at the expected first
position; the wording of errors may differ. Where a case says what version 2.24 of the reference
implementation answers instead, that is expected. Cases with a name are the project's own and are
compared digit by digit; in others numbers may have been rounded to what a double holds.
"""
import json
import subprocess
import sys


class Number(str):
    """A number as it is written."""


def loads(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def expected(case):
    if "v2_24" in case:
        case = {k: v for k, v in case.items() if k not in ("ok", "ast", "errors", "parse", "eval")}
        case.update(case["v2_24"])
    return case


def near(one, other):
    one, other = float(one), float(other)
    return one == other or abs(one - other) <= abs(other) * 1e-15


def same(one, other, exact):
    if type(one) is not type(other):
        return False
    if isinstance(one, Number):
        return one == other or (not exact and near(one, other))
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b, exact) for a, b in zip(one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k], exact) for k in one)
    return one == other


def is_right(case, answer):
    exact = "name" in case
    errors = case.get("errors") or case.get("parse") or case.get("eval")
    if errors or case.get("ok") is False:
        if answer["ok"]:
            return False
        return not errors or answer["errors"][0]["start"] == errors[0]["start"]
    if not answer["ok"]:
        return False
    if case["kind"] == "file":
        return "ast" not in case or same(case["ast"], answer.get("ast"), exact)
    if answer["type"] != case["type"] or ("unknown" in answer) != ("unknown" in case):
        return False
    if "unknown" in case:
        return answer["value"] is None
    return same(case["value"], answer["value"], exact)


def score(program, path):
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = [line for line in file if line.strip()]
    child = subprocess.run(
        [program, "eval", "--batch", "--ast"], input="".join(lines).encode(),
        stdout=subprocess.PIPE, check=True)
    answers = child.stdout.decode().split("\n")[:-1]
    right = 0
    for line, text in zip(lines, answers):
        if is_right(expected(loads(line)), loads(text)):
            right += 1
        elif "-v" in sys.argv:
            print("WRONG", line.strip()[:300], "\n  got", text[:300])
    return right, len(lines)


def main():
    program, *paths = [argument for argument in sys.argv[1:] if argument != "-v"]
    if not paths:
        sys.exit("conformance.py: no file of cases is given")
    right = total = 0
    for path in paths:
        good, count = score(program, path)
        if len(paths) > 1:
            print(f"{path}: {good} of {count} cases right")
        right, total = right + good, total + count
    print(f"{right} of {total} cases right")
    sys.exit(0 if right == total and total else 1)


main()
