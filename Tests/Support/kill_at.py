#!/usr/bin/env python3
"""Runs a program and kills it right before its Nth call that changes a file.

    kill_at.py N PROGRAM [ARGUMENT...]

The kill is SIGKILL, at the entry of the system call, so the files are in exactly the state that they
have between two calls. With 0, or with an N that is never reached, the program ends by itself. Then
the script ends as the program did; after a kill it ends by SIGKILL too. With KILL_AT_TRACE naming a
file, the calls are counted into it.
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
WRITES = {
    "x86_64": {
        "open": 2, "openat": 257, "any": {1, 18, 20, 76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 258,
                                          263, 264, 265, 266, 268, 316}},
    "aarch64": {
        "open": None, "openat": 56, "any": {34, 35, 36, 37, 38, 45, 46, 52, 53, 64, 66, 68, 276}},
}

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, process, address=0, data=0):
    result = libc.ptrace(request, process, address, data)
    if result < 0 and request != GET_SYSCALL_INFO:
        raise OSError(ctypes.get_errno(), "ptrace")
    return result


def changes_a_file(process, calls):
    info = ctypes.create_string_buffer(88)
    if ptrace(GET_SYSCALL_INFO, process, len(info), ctypes.addressof(info)) <= 0:
        return False
    if info.raw[0] != ENTRY:
        return False
    number, *arguments = struct.unpack_from("<7Q", info.raw, 24)
    if number == calls["open"]:
        return bool(arguments[1] & O_CREAT)
    if number == calls["openat"]:
        return bool(arguments[2] & O_CREAT)
    return number in calls["any"]


def main():
    limit, program = int(sys.argv[1]), sys.argv[2:]
    calls = WRITES[platform.machine()]
    child = os.fork()
    if child == 0:
        ptrace(TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.execv(program[0], program)
    os.waitpid(child, 0)
    ptrace(SETOPTIONS, child, 0, OPTIONS)
    ptrace(SYSCALL, child)
    count = 0
    while True:
        process, status = os.waitpid(-1, ALL)
        if process == child and not os.WIFSTOPPED(status):
            break
        if not os.WIFSTOPPED(status):
            continue
        passed_on = os.WSTOPSIG(status)
        if passed_on == signal.SIGTRAP | 0x80:
            passed_on = 0
            if changes_a_file(process, calls):
                count += 1
                if count == limit:
                    os.kill(child, signal.SIGKILL)
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
    if trace := os.environ.get("KILL_AT_TRACE"):
        with open(trace, "w") as file:
            file.write(str(count))
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    sys.exit(os.WEXITSTATUS(status))


main()
