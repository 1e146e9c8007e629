"""The tree: what a process and all below it have used of the processor and hold of the memory.

Read from /proc, so on Linux only. A child that ended is counted through its parent.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PROC = Path("/proc")


@dataclass(frozen=True)
class _Process:
    number: int
    parent: int
    session: int
    ticks: int
    threads: int


def members(root: int) -> set[int]:
    """Return the process, all below it, and all of the session it leads, whoever adopted them."""
    everything = _processes()
    found = {root} | {each.number for each in everything if each.session == root}
    size = 0
    while len(found) > size:
        size = len(found)
        found |= {each.number for each in everything if each.parent in found}
    return found & {each.number for each in everything}


def cpu(root: int) -> float:
    """Return the seconds of processor time that the tree has used since it began."""
    alive = members(root)
    return sum(each.ticks for each in _processes() if each.number in alive) / _TICK


def memory(root: int) -> float:
    """Return the memory of the tree in MiB, a page that n processes share counted 1/n each."""
    return sum(_share(number) for number in members(root)) / 1024


def threads(root: int) -> int:
    """Return how many threads the tree has."""
    alive = members(root)
    return sum(each.threads for each in _processes() if each.number in alive)


def _share(number: int) -> int:
    try:
        lines = (_PROC / str(number) / "smaps_rollup").read_text("ascii").splitlines()
    except OSError:  # it ended meanwhile
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _processes() -> list[_Process]:
    found = []
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text("utf-8", errors="replace")
            except OSError:
                continue
            # The name in parentheses may hold anything, a parenthesis too.
            fields = stat.rpartition(")")[2].split()
            ticks = sum(map(int, fields[11:15]))  # own and of children that ended
            numbers = (int(folder.name), int(fields[1]), int(fields[3]), ticks, int(fields[17]))
            found.append(_Process(*numbers))
    return found
