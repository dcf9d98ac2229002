#!/usr/bin/env python3
"""Prints how many HCL conformance cases `uprev eval --batch` answers as expected.

Usage: conformance.py UPREV CASES [-v]

A case is right when the value and type agree, or when there is an error at the expected first
position; the wording of errors may differ. Where a case says what version 2.24 of the reference
implementation answers instead, that is expected.
"""
import json
import subprocess
import sys


def expected(case):
    if "v2_24" in case:
        case = {k: v for k, v in case.items() if k not in ("ok", "ast", "errors", "parse", "eval")}
        case.update(case["v2_24"])
    return case


def same(one, other):
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other or abs(one - other) <= abs(other) * 1e-15
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    return one == other


def is_right(case, answer):
    errors = case.get("errors") or case.get("parse") or case.get("eval")
    if errors or case.get("ok") is False:
        if answer["ok"]:
            return False
        return not errors or answer["errors"][0]["start"] == errors[0]["start"]
    if not answer["ok"]:
        return False
    if case["kind"] == "file":
        return "ast" not in case or same(case["ast"], answer.get("ast"))
    value = case["value"]
    if isinstance(value, dict) and "$inf" in value:
        return answer["type"] == case["type"] and answer["value"] is None
    return answer["type"] == case["type"] and same(value, answer["value"])


def main():
    program, path = sys.argv[1:3]
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file if line.strip()]
    child = subprocess.run(
        [program, "eval", "--batch", "--ast"], input="".join(lines), text=True,
        stdout=subprocess.PIPE, check=True)
    answers = child.stdout.splitlines()
    right = 0
    for line, text in zip(lines, answers):
        if is_right(expected(json.loads(line)), json.loads(text)):
            right += 1
        elif "-v" in sys.argv:
            print("WRONG", line.strip()[:300], "\n  got", text[:300])
    print(f"{right} of {len(lines)} cases right")
    sys.exit(0 if right == len(lines) else 1)


main()
