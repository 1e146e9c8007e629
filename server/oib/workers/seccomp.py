"""A filter of system calls for this process (Linux, seccomp(2)).

The calls on the list work, every other one fails with EPERM: the process can compute, and use
what it has open. It cannot open a file or a socket, start a process or a thread, or reach another
process. With ``can_read`` it may open files for reading, which a store on disk needs.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterator
from errno import EPERM
from typing import Final

# The calls that work, with their numbers on x86_64 and aarch64.
_CALLS: Final = """
    read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, lseek 8 62, fstat 5 80,
    close 3 57, sendto 44 206, recvfrom 45 207, mmap 9 222, munmap 11 215, mprotect 10 226,
    mremap 25 216, brk 12 214, madvise 28 233, futex 202 98, rt_sigaction 13 134,
    rt_sigprocmask 14 135, rt_sigreturn 15 139, sigaltstack 131 132, exit 60 93,
    exit_group 231 94, getpid 39 172, gettid 186 178, clock_gettime 228 113,
    clock_nanosleep 230 115, nanosleep 35 101, gettimeofday 96 169, getrandom 318 278,
    sched_yield 24 124, restart_syscall 219 128, getrusage 98 165, rseq 334 293,
    membarrier 324 283, sched_getaffinity 204 123
"""
_TABLE = [row.split() for row in _CALLS.split(",")]
#: By machine: AUDIT_ARCH_…, the numbers of the calls that work, and those of tgkill and openat.
_MACHINES: Final = {
    "x86_64": (0xC000003E, [int(x86) for _, x86, _ in _TABLE], 234, 257),
    "aarch64": (0xC00000B7, [int(arm) for _, _, arm in _TABLE], 131, 56),
}

# BPF_LD|BPF_W|BPF_ABS, BPF_ALU|BPF_AND, BPF_JMP|BPF_JEQ, BPF_RET
_LOAD, _AND, _IF_EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
# Offsets in struct seccomp_data; an argument has eight bytes, the lower four first.
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _THIRD_ARGUMENT = 0, 4, 16, 32
#: All flags of openat(2) but those that reading needs.
_WRITING: Final = 0xFFFFFFFF & ~(os.O_RDONLY | os.O_CLOEXEC)
_PASS, _FAIL = 0x7FFF0000, 0x00050000 | EPERM
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def is_known() -> bool:
    """Return whether the calls of this machine are on the list."""
    return (
        sys.platform == "linux"
        and platform.machine() in _MACHINES
        and sys.byteorder == "little"
        and struct.calcsize("P") == 8
    )


def restrict(pid: int, *, can_read: bool = False) -> None:
    """Install the filter for the rest of the life of this process, whose process id is ``pid``.

    With ``can_read`` it may open files for reading; another measure must limit which ones.

    Raises:
        OSError: the system has no seccomp, or does not allow it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    code = b"".join(_filter(pid, can_read))
    program = _Program(len(code) // 8, code)
    for arguments in (
        (_NO_NEW_PRIVILEGES, 1, 0, 0, 0),
        (_SECCOMP, _FILTER, ctypes.byref(program), 0, 0),
    ):
        if libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "prctl")


def _filter(pid: int, can_read: bool) -> Iterator[bytes]:
    """Yield the instructions of the filter, eight bytes each."""
    architecture, calls, tgkill, openat = _MACHINES[platform.machine()]

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("<HBBI", code, yes, no, value)

    yield step(_LOAD, _ARCHITECTURE)
    yield step(_IF_EQUAL, architecture, yes=1)
    yield step(_RETURN, _FAIL)
    yield step(_LOAD, _NUMBER)
    # abort(3) sends SIGABRT to its own process; no other process may be sent a signal.
    yield step(_IF_EQUAL, tgkill, no=4)
    yield step(_LOAD, _FIRST_ARGUMENT)
    yield step(_IF_EQUAL, pid, yes=1)
    yield step(_RETURN, _FAIL)
    yield step(_RETURN, _PASS)
    if can_read:
        yield step(_IF_EQUAL, openat, no=5)
        yield step(_LOAD, _THIRD_ARGUMENT)
        yield step(_AND, _WRITING)
        yield step(_IF_EQUAL, 0, yes=1)
        yield step(_RETURN, _FAIL)
        yield step(_RETURN, _PASS)
    for remaining, call in zip(reversed(range(len(calls))), calls, strict=True):
        yield step(_IF_EQUAL, call, yes=remaining + 1)
    yield step(_RETURN, _FAIL)
    yield step(_RETURN, _PASS)
