"""Processes that a test started, as ps(1) lists them (Linux, macOS)."""

import subprocess
import time
from contextlib import suppress
from pathlib import Path

from bench import process_stats


def wait_until(is_so, seconds=30):
    """Wait until something is so; return whether it is."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    return is_so()


def field_of(pid, field):
    """Return a field of ps(1) for a process, empty when there is none."""
    listed = subprocess.run(
        ["ps", "-o", f"{field}=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()


def is_running(pid):
    """Return whether a process is running; a zombie is not."""
    return field_of(pid, "stat")[:1] not in ("", "Z")


def sockets(pid):
    """Return how many sockets a process has (Linux)."""
    count = 0
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            count += str(path.readlink()).startswith("socket:")
    return count


def parent(pid):
    """Return the parent of a process that is there."""
    return int(field_of(pid, "ppid"))


def descendants(pid):
    """Return how nice each living process below another is, by its number."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,ni=,stat="], capture_output=True, text=True, check=True
    ).stdout
    lines = [line.split() for line in listed.splitlines()]
    found = {pid}
    size = 0
    while len(found) > size:
        size = len(found)
        found |= {int(child) for child, its, *_ in lines if int(its) in found}
    return {
        int(child): int(nice) if nice.lstrip("-").isdigit() else 0
        for child, _, nice, state in lines
        if int(child) in found - {pid} and state[0] != "Z"
    }


def resident_mib(pid):
    """Return the resident memory of a process, in MiB."""
    return int(field_of(pid, "rss")) / 1024


def becomes_idle(pid, seconds):
    """Wait until a process and its descendants use hardly any processor time (Linux).

    Return whether they do within so many seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = process_stats.cpu_seconds(pid)
        time.sleep(0.5)
        if process_stats.cpu_seconds(pid) - before < 0.05:
            return True
    return False
