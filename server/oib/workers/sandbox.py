"""Walls: what keeps a worker from the network, from files, and from too much memory or time.

Each stands by itself, and each that a system does not have is named, never passed over:

    network     Linux: an empty network namespace, around the zygote and all its workers
    calls       Linux: a filter of system calls, see ``seccomp``
    descriptors everywhere: not one more file or socket can be opened (RLIMIT_NOFILE 0)
    root        Linux: in place of the wall before, where the data lie on disk: RocksDB opens its
                files when it needs them, and these are all that is left to see (chroot(2))
    memory      Linux: address space up to what it is now and a cap (RLIMIT_AS)
    time        everywhere: a second stop behind the deadline of ``lanes`` (RLIMIT_CPU)
    files, core everywhere: no file grows (RLIMIT_FSIZE 0), no dump is written (RLIMIT_CORE 0)
    expendable  Linux: when the machine is out of memory, workers go first (oom_score_adj)
    parent      Linux: a worker dies with the zygote, the zygote with the server
"""

import ctypes
import math
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from oib.engine.limits import Limits
from oib.workers import seccomp

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET
_LINUX = sys.platform == "linux"


def die_with_parent(parent: int) -> None:
    """Let the system kill this process when the thread that started it ends.

    ``parent`` is the process that started it; where it is gone already, this one ends here.
    """
    _call("prctl", _DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def surround(parent: int) -> list[str]:
    """Raise the walls around a zygote, which has one thread, and all its children.

    ``parent`` is the process that started it. Returns the names of the walls that do not stand.
    """
    return _missing({"network": _leave_network, "parent": lambda: die_with_parent(parent)})


def confine(limits: Limits, data: int, *, reading: bool = False) -> list[str]:
    """Raise the walls of a worker around this process for good.

    ``data`` is how many bytes of address space it has to begin with. What it is to use later
    must be open, imported and tried before, but that ``reading`` leaves it the files below its
    working directory, to be read. Returns the names of the walls that do not stand.
    """
    seconds = cpu_seconds(limits)
    tries: dict[str, Callable[[], None]] = {
        "expendable": _be_expendable,
        "memory": lambda: _cap_memory(data + limits.memory_mib * 2**20),
        "time": lambda: resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds, 2 * seconds + 1)),
        "core": lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
        "files": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        "descriptors": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0)),
        "root": lambda: os.chroot(os.curdir),
        "calls": lambda: _filter_calls(reading),
    }
    del tries["descriptors" if reading else "root"]
    return _missing(tries)


def cpu_seconds(limits: Limits) -> int:
    """Return after how many seconds of processor time a worker is to be replaced."""
    return math.ceil(limits.seconds) + 2


def address_space() -> int:
    """Return how many bytes of address space this process has; 0 where nobody says."""
    with suppress(OSError):
        pages = Path("/proc/self/statm").read_text().split()[0]
        return int(pages) * resource.getpagesize()
    return 0


def _missing(tries: Mapping[str, Callable[[], None]]) -> list[str]:
    return [name for name, build in tries.items() if not _stands(build)]


def _stands(build: Callable[[], None]) -> bool:
    try:
        build()
    except (OSError, ValueError):
        return False
    return True


def _leave_network() -> None:
    with suppress(OSError):
        _call("unshare", _NEW_NETWORK)  # as root; others need a user namespace around it
        return
    _call("unshare", _NEW_USER | _NEW_NETWORK)


def _be_expendable() -> None:
    Path("/proc/self/oom_score_adj").write_text("1000")


def _cap_memory(size: int) -> None:
    if not _LINUX:  # macOS takes the number and does nothing
        raise OSError("RLIMIT_AS is not enforced here")
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _filter_calls(reading: bool) -> None:
    if not seccomp.is_known():
        raise OSError("no list of calls for this machine")
    seccomp.confine(os.getpid(), reading=reading)


def _call(name: str, *arguments: int) -> None:
    """Call a function of the C library; only Linux has those that are needed here."""
    if not _LINUX:
        raise OSError(f"{name} is not there")
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        raise OSError(ctypes.get_errno(), name)
