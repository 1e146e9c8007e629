"""``oib tidy`` never loses a byte: on a full disk, on Ctrl-C, and beside files that are bad."""

import os
import resource
import signal
import subprocess
import sys

import pytest

from oib.turtle import tidy
from oib.validation.storage import replace_text
from projects import ROOT

UNTIDY = "<urn:a>   <urn:b>   1 .\n"
LONG = "".join(f"<urn:a{n}>   <urn:b>   {n} .\n" for n in range(1000))
COMMAND = (sys.executable, "-m", "oib", "tidy")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "server"), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def write(tmp_path):
    def _write(name, text):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return _write


def test_on_a_full_disk_the_file_stays_as_it_is_and_the_next_one_is_tidied(write, tmp_path):
    large, small = write("a.ttl", LONG), write("b.ttl", UNTIDY)

    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    done = subprocess.run(
        [*COMMAND, large, small],
        env=ENVIRONMENT,
        preexec_fn=fill,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"oib: {large} was left as it is")
    assert done.stderr.count("\n") == 1
    assert large.read_text("utf-8") == LONG
    assert small.read_text("utf-8") == tidy(UNTIDY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "b.ttl"]


def test_ctrl_c_ends_it_with_one_line_and_every_file_whole(write, tmp_path):
    first, last = write("a.ttl", UNTIDY), write("c.ttl", UNTIDY)
    waiting = tmp_path / "b.ttl"
    os.mkfifo(waiting)  # nothing is written, so that the command waits here
    running = subprocess.Popen(
        [*COMMAND, first, waiting, last],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == f"{first}: tidied\n"
    with waiting.open("w"):  # which it is once the command has begun to read
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (130, "oib: interrupted\n")
    assert first.read_text("utf-8") == tidy(UNTIDY)
    assert last.read_text("utf-8") == UNTIDY
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "b.ttl", "c.ttl"]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_ctrl_c_while_a_file_is_written_leaves_the_old_text(write, tmp_path, monkeypatch, moment):
    path = write("a.ttl", UNTIDY)

    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, moment, interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_text(path, "new")
    assert path.read_text("utf-8") == UNTIDY
    assert [each.name for each in tmp_path.iterdir()] == ["a.ttl"]


def test_a_link_stays_a_link_and_rights_stay_as_they_are(write, tmp_path):
    path = write("a.ttl", UNTIDY)
    path.chmod(0o640)
    link = tmp_path / "link.ttl"
    link.symlink_to(path)
    replace_text(link, "new")
    assert link.is_symlink()
    assert path.read_text("utf-8") == "new"
    assert path.stat().st_mode & 0o777 == 0o640
