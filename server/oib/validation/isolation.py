"""Run a check in a child process with a deadline and a limit of memory.

A file from somebody else can be made to cost much: a prefix that multiplies, a list without end.
The child loads what it needs, and is then cut off from files and the network by the same measures
as a query worker; when it takes too long or too much, it is killed, and one sentence says so. The
parent holds no data, so that what the child may have is nearly what both take.
"""

from __future__ import annotations

import math
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
    memory_mib: int = 300


def run(
    prepare: Callable[[], Callable[[], _Result]],
    limits: CheckLimits | None,
    progress: Callable[[str], None] | None = None,
) -> _Result:
    """Return what a task returns, carried out in a child process.

    Args:
        prepare: called first in the child; loads what the task needs and returns the task. It may
            open files, and no limit holds for it.
        limits: what the task may use; it must then not open files. Without limits, it may.
        progress: called once a second after ``QUIET_SECONDS``.

    Raises:
        TooCostly: it was stopped; the message says what it lacked.
        Exception: whatever ``prepare`` or the task raises.
    """
    reader, writer = os.pipe()
    parent = os.getpid()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _carry_out(prepare, limits, writer, reader, parent)
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
    prepare: Callable[[], Callable[[], object]],
    limits: CheckLimits | None,
    writer: int,
    reader: int,
    parent: int,
) -> None:
    """Run the task, write what comes of it, and end the process."""
    status = 1
    try:
        os.close(reader)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sandbox.die_with_parent(parent) if sys.platform == "linux" else None
        try:
            task = prepare()
            os.write(writer, _PREPARED)
            if limits is not None:
                engine_limits = Limits(seconds=limits.seconds, memory_mib=limits.memory_mib)
                sandbox.restrict(engine_limits, sandbox.address_space())
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


#: What the child writes when it is about to begin with the task; no pickle begins with it.
_PREPARED: Final = b"\0"
_OUT_OF_MEMORY: Final = 99


def _receive(
    reader: int,
    child: int,
    limits: CheckLimits | None,
    progress: Callable[[str], None] | None,
) -> bytes:
    """Return everything that the child writes; nothing if it is not done in time."""
    start = time.monotonic()
    deadline = math.inf
    parts: list[bytes] = []
    while True:
        now = time.monotonic()
        if now > deadline:
            os.kill(child, signal.SIGKILL)
            return b""
        if select.select([reader], [], [], min(1.0, deadline - now + 0.01))[0]:
            part = os.read(reader, 1 << 20)
            if not part:
                return b"".join(parts)
            if not parts and part.startswith(_PREPARED):
                part = part.removeprefix(_PREPARED)
                deadline = time.monotonic() + limits.seconds if limits else math.inf
            parts += [part] if part else []
        elif progress is not None and now - start >= QUIET_SECONDS:
            progress(f"checking … {now - start:.0f} s")


def _reason(status: int, limits: CheckLimits | None) -> str:
    end = os.waitstatus_to_exitcode(status)
    if end in (_OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS):
        most = f"{limits.memory_mib} MiB of memory" if limits else "the memory of this machine"
        return f"it needs more than {most}"
    if end in (-signal.SIGKILL, -signal.SIGXCPU):
        longest = f"takes longer than {limits.seconds:g} s, or " if limits else "was stopped: "
        return f"it {longest}the machine ran out of memory"
    return f"the checking process ended with status {end}"
