"""Run a check in a child process with a deadline and a limit of memory.

A file from somebody else can be made to cost much: a prefix that multiplies, a list without end.
The child is cut off from files and the network by the same measures as a query worker; when it
takes too long or too much, it is killed, and one sentence says so.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from oib.engine.limits import Limits
from oib.errors import TooCostly
from oib.workers import sandbox

_Result = TypeVar("_Result")

#: After so many seconds a terminal is shown that something goes on.
QUIET_SECONDS: Final = 2.0


@dataclass(frozen=True)
class CheckLimits:
    """What a check may use: seconds of time, and MiB of memory on top of the data of the home."""

    seconds: float = 60.0
    memory_mib: int = 384


def run(
    task: Callable[[], _Result],
    limits: CheckLimits,
    progress: Callable[[str], None] | None = None,
) -> _Result:
    """Return what a task returns, carried out in a child process.

    The task must not open files. ``progress`` is called once a second after ``QUIET_SECONDS``.

    Raises:
        TooCostly: it was stopped; the message says what it lacked.
        Exception: whatever the task raises.
    """
    reader, writer = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _carry_out(task, limits, writer, reader, parent)
    os.close(writer)
    try:
        answer = _receive(reader, child, limits, progress)
    finally:
        os.close(reader)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if not answer:
        raise TooCostly(_reason(status, limits))
    succeeded, value = pickle.loads(answer)
    if succeeded:
        result: _Result = value
        return result
    raise value


def _carry_out(
    task: Callable[[], object], limits: CheckLimits, writer: int, reader: int, parent: int
) -> None:
    """Run the task, write what comes of it, and end the process."""
    status = 1
    try:
        os.close(reader)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sandbox.die_with_parent(parent) if sys.platform == "linux" else None
        engine_limits = Limits(seconds=limits.seconds, memory_mib=limits.memory_mib)
        sandbox.restrict(engine_limits, sandbox.address_space())
        try:
            answer = pickle.dumps((True, task()))
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        except Exception as error:
            answer = pickle.dumps((False, error))
        while answer:
            answer = answer[os.write(writer, answer) :]
        status = 0
    finally:
        os._exit(status)


_OUT_OF_MEMORY: Final = 99


def _receive(
    reader: int, child: int, limits: CheckLimits, progress: Callable[[str], None] | None
) -> bytes:
    """Return everything that the child writes; nothing if it is not done in time."""
    start = time.monotonic()
    parts: list[bytes] = []
    while True:
        passed = time.monotonic() - start
        if passed > limits.seconds:
            os.kill(child, signal.SIGKILL)
            return b""
        if select.select([reader], [], [], min(1.0, limits.seconds - passed + 0.01))[0]:
            part = os.read(reader, 1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)
        elif progress is not None and passed >= QUIET_SECONDS:
            progress(f"checking … {passed:.0f} s")


def _reason(status: int, limits: CheckLimits) -> str:
    end = os.waitstatus_to_exitcode(status)
    if end in (_OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS):
        return f"it needs more than {limits.memory_mib} MiB of memory"
    if end in (-signal.SIGKILL, -signal.SIGXCPU):
        return f"it takes longer than {limits.seconds:g} s, or the machine ran out of memory"
    return f"the checking process ended with status {end}"
