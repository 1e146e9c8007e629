"""The sandbox: what keeps a worker from the network, from files, and from too much memory or time.

Each measure is independent of the others; one that a system does not offer is reported by name.

    network     Linux: an empty network namespace for the fork server and all workers
    calls       Linux: a filter of system calls, see ``seccomp``
    descriptors all systems: no further file or socket can be opened (RLIMIT_NOFILE 0)
    root        Linux: instead of the one before, where the data are on disk: RocksDB opens its
                files when it needs them, and these are all that is visible (chroot(2))
    memory      Linux: the present address space and a limited amount more (RLIMIT_AS)
    time        all systems: a second stop behind the deadline of the scheduler (RLIMIT_CPU)
    files, core all systems: no file is written (RLIMIT_FSIZE 0), no core dump (RLIMIT_CORE 0)
    expendable  Linux: when the machine is out of memory, workers end first (oom_score_adj)
    parent      Linux: a worker ends with the fork server, and that with the server
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
    """Have the system kill this process when the thread that started it ends.

    ``parent`` is the process id of the process that started it; if that has ended already, this
    one ends at once.
    """
    _call("prctl", _DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def isolate_network(parent: int) -> list[str]:
    """Cut this process, which has one thread, and its children off the network.

    It also ends with its parent, whose process id is ``parent``. Returns the names of the
    measures that failed.
    """
    return _failed({"network": _leave_network, "parent": lambda: die_with_parent(parent)})


def restrict(limits: Limits, data_size: int, *, can_read: bool = False) -> list[str]:
    """Put this process into the sandbox of a worker, for the rest of its life.

    Whatever it is to use must be open, imported and used once before.

    Args:
        limits: what a query may use.
        data_size: the address space that it has without a query, in bytes.
        can_read: whether it may open the files below its working directory for reading.

    Returns:
        The names of the measures that failed.
    """
    seconds = cpu_seconds(limits)
    measures: dict[str, Callable[[], None]] = {
        "expendable": _be_expendable,
        "memory": lambda: _limit_memory(data_size + limits.memory_mib * 2**20),
        "time": lambda: resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds, 2 * seconds + 1)),
        "core": lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
        "files": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        "descriptors": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0)),
        "root": lambda: os.chroot(os.curdir),
        "calls": lambda: _filter_calls(can_read),
    }
    del measures["descriptors" if can_read else "root"]
    return _failed(measures)


def cpu_seconds(limits: Limits) -> int:
    """Return after how many seconds of processor time a worker is replaced."""
    return math.ceil(limits.seconds) + 2


def address_space() -> int:
    """Return the address space of this process in bytes; 0 where it is unknown."""
    with suppress(OSError):
        pages = Path("/proc/self/statm").read_text().split()[0]
        return int(pages) * resource.getpagesize()
    return 0


def _failed(measures: Mapping[str, Callable[[], None]]) -> list[str]:
    return [name for name, take in measures.items() if not _succeeds(take)]


def _succeeds(take: Callable[[], None]) -> bool:
    try:
        take()
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


def _limit_memory(size: int) -> None:
    if not _LINUX:  # macOS accepts the limit and ignores it
        raise OSError("RLIMIT_AS is not enforced here")
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _filter_calls(can_read: bool) -> None:
    if not seccomp.is_known():
        raise OSError("the system calls of this machine are not known")
    seccomp.restrict(os.getpid(), can_read=can_read)


def _call(name: str, *arguments: int) -> None:
    """Call a function of the C library; those that are needed here exist on Linux only."""
    if not _LINUX:
        raise OSError(f"{name} does not exist here")
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        raise OSError(ctypes.get_errno(), name)
