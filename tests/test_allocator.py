"""Free memory that is given back to the system, in a process of its own."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import pathlib

from oib.allocator import release_free_memory

def resident():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024

blocks = [bytes(2_000) for _ in range(60_000)]
kept = blocks[::200]  # so that what is free lies between what is in use
full = resident()
del blocks
before = resident()
release_free_memory()
print(full, before, resident())
"""


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="install the GNU C library: run it on Linux"
)
def test_what_lies_free_between_what_is_used_is_given_back():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    full, before, after = map(int, done.stdout.split())
    assert before > full - 20  # the C library would keep it
    assert after < full - 60


def test_a_c_library_without_that_function_is_left_alone(monkeypatch):
    monkeypatch.setattr("oib.allocator.ctypes.CDLL", lambda name: object())
    from oib.allocator import release_free_memory

    release_free_memory()
