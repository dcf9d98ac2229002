#!/usr/bin/env python3
"""Runs a program and kills it right before one of its system calls, which are counted.

    kill_at.py N PROGRAM [ARGUMENT...]

Counted are the calls that change a file, or those of the one kind that KILL_AT_KIND names. The kill is
SIGKILL, at the entry of the Nth one, so the files are in exactly the state that they have between two
calls. With 0, or with an N that is never reached, the program ends by itself. Then the script ends as
the program did; after a kill it ends by SIGKILL too.

With KILL_AT_TRACE naming a file, that gets a line: the kind of call before which the program was killed,
or the kinds of all its calls when it was not.
"""
import ctypes
import os
import platform
import signal
import struct
import sys

TRACEME, CONT, SYSCALL, SETOPTIONS, GET_SYSCALL_INFO = 0, 7, 24, 0x4200, 0x420E
# Stops of system calls are marked, threads and children are followed, and none outlives the tracer.
OPTIONS = 0x01 | 0x02 | 0x04 | 0x08 | 0x100000
ENTRY = 1
O_CREAT = 0o100
ALL = 0x40000000
CALLS = {
    "x86_64": {
        "write": {1, 18, 20}, "truncate": {76, 77}, "make": {83, 85, 258}, "link": {86, 88, 265, 266},
        "rename": {82, 264, 316}, "remove": {84, 87, 263}, "mode": {90, 91, 268},
        "flush": {26, 74, 75, 306}, "receive": {0, 17, 19, 45, 47}, "map": {9, 10, 11},
        "open": {2, 257},
    },
    "aarch64": {
        "write": {64, 66, 68}, "truncate": {45, 46}, "make": {34}, "link": {36, 37}, "rename": {38, 276},
        "remove": {35}, "mode": {52, 53}, "flush": {82, 83, 227, 267}, "receive": {63, 65, 67, 207, 212},
        "map": {215, 222, 226}, "open": {56},
    },
}
# Which argument of a call that opens says whether it makes a file.
OPENING = {"x86_64": {2: 1, 257: 2}, "aarch64": {56: 2}}
CHANGING = {"write", "truncate", "make", "link", "rename", "remove", "mode", "flush"}

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, process, address=0, data=0):
    result = libc.ptrace(request, process, address, data)
    if result < 0 and request != GET_SYSCALL_INFO:
        raise OSError(ctypes.get_errno(), "ptrace")
    return result


def kind_of_call(process, kinds, opening):
    """The kind of the call that is entered; none when it is left."""
    info = ctypes.create_string_buffer(88)
    if ptrace(GET_SYSCALL_INFO, process, len(info), ctypes.addressof(info)) <= 0:
        return None
    if info.raw[0] != ENTRY:
        return None
    number, *arguments = struct.unpack_from("<7Q", info.raw, 24)
    if number in opening:
        return "make" if arguments[opening[number]] & O_CREAT else "open"
    return kinds.get(number, "other")


def write_trace(kinds):
    if path := os.environ.get("KILL_AT_TRACE"):
        with open(path, "w") as file:
            file.write(" ".join(kinds))


def main():
    limit, program = int(sys.argv[1]), sys.argv[2:]
    kinds = {number: kind for kind, numbers in CALLS[platform.machine()].items() for number in numbers}
    opening = OPENING[platform.machine()]
    wanted = {kind} if (kind := os.environ.get("KILL_AT_KIND")) else CHANGING
    child = os.fork()
    if child == 0:
        ptrace(TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.execv(program[0], program)
    os.waitpid(child, 0)
    ptrace(SETOPTIONS, child, 0, OPTIONS)
    ptrace(SYSCALL, child)
    seen, count = [], 0
    while True:
        process, status = os.waitpid(-1, ALL)
        if process == child and not os.WIFSTOPPED(status):
            break
        if not os.WIFSTOPPED(status):
            continue
        passed_on = os.WSTOPSIG(status)
        if passed_on == signal.SIGTRAP | 0x80:
            passed_on = 0
            kind = kind_of_call(process, kinds, opening)
            if kind:
                seen.append(kind)
            if kind in wanted:
                count += 1
                if count == limit:
                    os.kill(child, signal.SIGKILL)
                    write_trace([kind])
                    # Its threads have to be waited for too, before it is gone itself.
                    while (ended := os.waitpid(-1, ALL)) and (
                            ended[0] != child or os.WIFSTOPPED(ended[1])):
                        pass
                    os.kill(os.getpid(), signal.SIGKILL)
        elif passed_on in (signal.SIGTRAP, signal.SIGSTOP):
            passed_on = 0
        try:
            ptrace(SYSCALL, process, 0, passed_on)
        except OSError:
            pass
    write_trace(seen)
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    sys.exit(os.WEXITSTATUS(status))


main()
