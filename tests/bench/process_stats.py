"""Processor time, memory and threads of a process and all its descendants.

Read from /proc, so on Linux only. A child that has ended is counted through its parent.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PROC = Path("/proc")


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    session: int
    ticks: int
    threads: int


def process_ids(root: int) -> set[int]:
    """Return a process, its descendants, and every process of the session that it leads."""
    processes = _processes()
    ids = {root} | {process.pid for process in processes if process.session == root}
    size = 0
    while len(ids) > size:
        size = len(ids)
        ids |= {process.pid for process in processes if process.parent in ids}
    return ids & {process.pid for process in processes}


def cpu_seconds(root: int) -> float:
    """Return the seconds of processor time that the process tree has used since it started."""
    ids = process_ids(root)
    return sum(process.ticks for process in _processes() if process.pid in ids) / _TICKS_PER_SECOND


def memory_mib(root: int) -> float:
    """Return the memory of the process tree in MiB (PSS: a page shared by n counts 1/n each)."""
    return sum(memory_by_process(root).values())


def memory_by_process(root: int) -> dict[int, float]:
    """Return the memory of each process of the tree in MiB (PSS)."""
    return {pid: _pss_kib(pid) / 1024 for pid in sorted(process_ids(root))}


def thread_count(root: int) -> int:
    """Return the number of threads of the process tree."""
    ids = process_ids(root)
    return sum(process.threads for process in _processes() if process.pid in ids)


def _pss_kib(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text("ascii").splitlines()
    except OSError:  # it has ended meanwhile
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _processes() -> list[_Process]:
    processes = []
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text("utf-8", errors="replace")
            except OSError:
                continue
            # The name in parentheses may hold anything, even a parenthesis.
            fields = stat.rpartition(")")[2].split()
            ticks = sum(map(int, fields[11:15]))  # own, and of children that have ended
            numbers = (int(folder.name), int(fields[1]), int(fields[3]), ticks, int(fields[17]))
            processes.append(_Process(*numbers))
    return processes
