"""Each measure of the sandbox alone: what a process can do without it, and cannot do with it."""

import faulthandler
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import Store

from oib.engine.limits import Limits
from oib.workers import sandbox, seccomp

# Python 3.12 and later warn of a fork where there are threads, as pytest and other tests have them.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
SECCOMP = pytest.mark.skipif(not seccomp.is_known(), reason="needs Linux on x86_64 or aarch64")
SERVICE = "SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}"


def child(action):
    """Do something in a child; return what it returned, or the name of the error it raised."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        faulthandler.disable()
        try:
            output = repr(action())
        except BaseException as error:
            output = type(error).__name__
        os.write(write, output.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        output = pipe.read()
    _, status = os.waitpid(pid, 0)
    return output or os.waitstatus_to_exitcode(status)


def only(monkeypatch, *names):
    """Return a function that takes only the measures of these names."""
    every = sandbox._failed

    def some(measures):
        return every({name: take for name, take in measures.items() if name in names})

    monkeypatch.setattr(sandbox, "_failed", some)
    return lambda: sandbox.restrict(Limits(seconds=1, memory_mib=64), sandbox.address_space())


def call(listener):
    list(Store().query(SERVICE.format(listener.url)))


def test_outside_the_sandbox_a_worker_reaches_the_network(listener):
    assert "Error" in child(lambda: call(listener))
    assert listener.hits


@pytest.mark.parametrize("measure", ["descriptors", pytest.param("calls", marks=SECCOMP)])
def test_with_one_measure_a_worker_calls_nobody(measure, listener, monkeypatch):
    restrict = only(monkeypatch, measure)
    assert "Error" in child(lambda: (restrict(), call(listener)))
    assert listener.hits == 0


@LINUX
def test_in_an_empty_network_a_worker_calls_nobody(listener):
    def action():
        missing = sandbox.isolate_network(os.getppid())
        with suppress(OSError):
            call(listener)
        return missing

    assert child(action) in (
        "[]",
        "['network']",
    )  # a container may forbid it
    assert listener.hits == 0 or child(action) == "['network']"


@pytest.mark.parametrize("measure", ["descriptors", pytest.param("calls", marks=SECCOMP)])
@pytest.mark.parametrize(
    "action",
    [
        lambda: os.open("/etc/hostname", os.O_RDONLY),
        lambda: os.open(os.devnull, os.O_WRONLY),
        lambda: os.dup(0),
        lambda: os.pipe(),
    ],
)
def test_with_one_measure_nothing_is_opened(measure, action, monkeypatch):
    restrict = only(monkeypatch, measure)
    assert child(lambda: (restrict(), action())) in ("OSError", "PermissionError")


@SECCOMP
@pytest.mark.parametrize(
    "action",
    [
        os.fork,
        lambda: os.kill(os.getppid(), 0),
        lambda: os.execv("/bin/true", ["true"]),
        lambda: Path("/nonexistent").unlink(),
        lambda: list(Path("/").iterdir()),
        lambda: sandbox.resource.setrlimit(sandbox.resource.RLIMIT_CORE, (0, 0)),
        lambda: sandbox.die_with_parent(os.getppid()),
    ],
)
def test_other_calls_are_refused(action):
    output = child(lambda: (seccomp.restrict(os.getpid()), action()))
    assert output in ("PermissionError", "OSError", "ValueError")


@SECCOMP
def test_a_confined_process_can_still_count_wait_and_die():
    def action():
        seccomp.restrict(os.getpid())
        time.sleep(0.01)
        return len(bytearray(50_000_000)), os.getpid() > 1, time.process_time() > 0, hash("x") != 0

    assert child(action) == "(50000000, True, True, True)"
    assert child(lambda: (seccomp.restrict(os.getpid()), os.abort())) == -6


OPENINGS = {
    "a file of the store": lambda: os.open("data.nq", os.O_RDONLY | os.O_CLOEXEC),
    "a file above it": lambda: os.open("../secret", os.O_RDONLY),
    "a file anywhere": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "by a link that leads out": lambda: os.open("link", os.O_RDONLY),
    "to write": lambda: os.open("data.nq", os.O_WRONLY),
    "to make": lambda: os.open("new", os.O_RDONLY | os.O_CREAT),
    "a folder": lambda: os.open(".", os.O_RDONLY | os.O_DIRECTORY),
    "the way out": lambda: os.chroot("/"),
}


@LINUX
@SECCOMP
@pytest.mark.parametrize("name", OPENINGS)
def test_of_a_store_on_disk_its_files_can_be_read_and_no_others(name, tmp_path, monkeypatch):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "data.nq").touch()
    (tmp_path / "secret").touch()
    (tmp_path / "store" / "link").symlink_to(tmp_path / "secret")
    monkeypatch.chdir(tmp_path / "store")

    def action():
        assert sandbox.restrict(Limits(), sandbox.address_space(), can_read=True) == []
        return OPENINGS[name]() > 0

    output = child(action)
    if name == "a file of the store":
        assert output == "True"
    else:
        assert output in ("FileNotFoundError", "PermissionError")
    assert {each.name for each in Path().iterdir()} == {"data.nq", "link"}


@LINUX
def test_memory_ends_at_the_cap(monkeypatch):
    restrict = only(monkeypatch, "memory")
    assert child(lambda: (restrict(), len(bytearray(32 * 2**20)))) != "MemoryError"
    assert child(lambda: (restrict(), bytearray(80 * 2**20))) == "MemoryError"


def test_time_ends_even_if_nobody_looks(monkeypatch):
    monkeypatch.setattr(sandbox, "cpu_seconds", lambda limits: 0)
    restrict = only(monkeypatch, "time")

    def action():
        restrict()
        while True:
            pass

    assert child(action) == -24  # SIGXCPU


@LINUX
def test_all_measures_work_here():
    restrict = lambda: sandbox.restrict(Limits(), sandbox.address_space())  # noqa: E731
    assert child(restrict) == "[]"


@LINUX
def test_a_child_dies_with_its_parent():
    read, write = os.pipe()

    def parent():
        middle = os.getpid()
        if os.fork() == 0:
            sandbox.die_with_parent(middle)
            os.write(write, b"up")
            time.sleep(3)
            os.write(write, b"an orphan")
            os._exit(0)
        os.read(read, 2)

    child(parent)
    os.close(write)
    assert os.read(read, 1) == b""  # nobody holds the other end
    os.close(read)


def test_measures_that_fail_are_named(monkeypatch):
    monkeypatch.setattr(sandbox, "_LINUX", False)
    monkeypatch.setattr(seccomp, "is_known", lambda: False)
    monkeypatch.setattr(sandbox, "_be_expendable", lambda: sandbox._call("prctl"))
    restrict = lambda: sandbox.restrict(Limits(), 0)  # noqa: E731
    assert child(restrict) == "['expendable', 'memory', 'calls']"
    monkeypatch.setattr(os, "chroot", lambda path: sandbox._call("chroot"))
    reading = lambda: sandbox.restrict(Limits(), 0, can_read=True)  # noqa: E731
    assert child(reading) == "['expendable', 'memory', 'root', 'calls']"
    assert child(lambda: sandbox.isolate_network(1)) == "['network', 'parent']"
