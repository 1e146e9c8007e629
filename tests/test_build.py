import errno
import shutil
import subprocess
import sys

import pytest

from oib.dataset import releases
from oib.dataset.build import build, ensure
from oib.dataset.snapshot import CHANGES, current
from oib.errors import BadInput, Refused, StorageError
from projects import copy_home


def copy_snapshot(snapshot, folder):
    """Make a copy of a snapshot the current one of a folder."""
    shutil.copytree(snapshot.directory, folder / snapshot.directory.name)
    (folder / "current").symlink_to(snapshot.directory.name)
    return current(folder)


@pytest.fixture
def spoilt(tmp_path, snapshot):
    """A home with a claim that nobody vouches for, and the snapshot of before."""
    home = copy_home(tmp_path / "home")
    folder = tmp_path / "snapshots"
    old = copy_snapshot(snapshot, folder)
    file = home / "instances" / "claim" / "innovation-without-borders" / "n1.ttl"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "isAssertedBy" not in line), "utf-8")
    return home, folder, old


def test_a_violation_stops_the_build_and_says_where(spoilt):
    home, folder, old = spoilt
    with pytest.raises(Refused, match=r"n1\.ttl:\d+:\d+: error\[CLM-"):
        build(home, folder, lambda line: None)
    assert current(folder) == old


def test_serving_goes_on_with_the_old_snapshot_and_says_so(spoilt):
    home, folder, old = spoilt
    said = []
    assert ensure(home, folder, said.append) == old
    assert "goes on serving" in said[-1]
    assert "CLM-" in said[-1]


def test_without_an_old_snapshot_nothing_is_served(spoilt, tmp_path):
    home, _, _ = spoilt
    with pytest.raises(Refused, match="nothing was built"):
        ensure(home, tmp_path / "empty", lambda line: None)
    assert current(tmp_path / "empty") is None


def test_unchanged_sources_are_not_built_again(home, snapshots):
    built = current(snapshots) or build(home, snapshots, lambda line: None)
    said = []
    assert ensure(home, snapshots, said.append) == built
    assert said == []


def test_a_syntax_error_stops_the_build_with_its_line(tmp_path):
    home = copy_home(tmp_path / "home")
    (home / "instances" / "person" / "x.ttl").write_text("<person/x> a oib:Person .")
    with pytest.raises(Refused, match=r"x\.ttl:1:\d+: error\[TTL-01\].*add the line @prefix oib:"):
        build(home, tmp_path / "snapshots", lambda line: None)


def test_a_broken_ontology_stops_the_build(tmp_path):
    home = copy_home(tmp_path / "home")
    (home / "ontology" / "x.ttl").write_text("broken")
    with pytest.raises(BadInput, match=r"x\.ttl:1"):
        build(home, tmp_path / "snapshots", lambda line: None)


@pytest.mark.slow
def test_two_builds_of_the_same_sources_hold_the_same_things(tmp_path, snapshot, home):
    again = build(home, tmp_path, lambda line: None)
    assert again.manifest.counts == snapshot.manifest.counts
    assert again.manifest.version == snapshot.manifest.version


@pytest.mark.slow
def test_a_damaged_snapshot_is_built_anew(tmp_path, home, snapshot):
    folder = tmp_path / "snapshots"
    (copy_snapshot(snapshot, folder).directory / "data.nq").write_bytes(b"")
    log = []
    built = ensure(home, folder, log.append)
    assert "data.nq is not what was written; building it anew" in log[0]
    assert len(built.store()) == len(snapshot.store())
    assert ensure(home, folder, log.clear) == built


def test_a_build_of_what_is_there_says_so(home, snapshot):
    log = []
    assert build(home, snapshot.directory.parent, log.append) == snapshot
    assert log == [f"{snapshot.manifest.version} is up to date"]


@pytest.mark.slow
def test_a_damaged_archive_of_a_release_is_named_and_the_build_goes_on(tmp_path):
    home, lines = copy_home(tmp_path / "home"), []
    (first, *_) = releases.find(home)
    (home / first.archive).write_bytes(b"no archive")
    built = build(home, tmp_path / "out", lines.append)
    assert built.index_file(CHANGES) is None
    assert any(f"restore {first.archive} in the home" in line for line in lines)


@pytest.mark.slow
def test_builds_at_once_build_once(tmp_path, home):
    command = [sys.executable, "-m", "oib", "build", "--home", home, "--out", tmp_path / "out"]
    builds = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    errors = [build.communicate(timeout=300)[1] for build in builds]
    assert [build.returncode for build in builds] == [0, 0, 0], errors
    assert "".join(errors).count("checking the sources") == 1
    assert "".join(errors).count("is up to date") == 2
    written = {path.name for path in (tmp_path / "out").iterdir() if path.name[0] != "."}
    assert written == {current(tmp_path / "out").directory.name, "current"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path, home):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"no snapshot was built in .*file.*--out"):
        build(home, tmp_path / "file", print)


@pytest.mark.slow
def test_a_full_disk_leaves_the_older_snapshot(tmp_path, home, snapshot, monkeypatch):
    changed = copy_home(tmp_path / "home")
    with next((changed / "instances").rglob("*.ttl")).open("a") as file:
        file.write("# changed\n")
    folder = tmp_path / "snapshots"
    copy_snapshot(snapshot, folder)

    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device", "data.nq")

    monkeypatch.setattr("oib.dataset.nquads.write_sorted", full)
    log = []
    assert ensure(changed, folder, log.append).manifest == snapshot.manifest
    assert "No space left on device (data.nq); make room there" in log[-1]
    assert "goes on serving" in log[-1]
    assert not list(folder.glob(".half-*"))


@pytest.mark.parametrize("name", ["a\nb.ttl", "a\x1b[31m.ttl", "a b.ttl", "a\udcff.ttl", "a#b.rq"])
def test_a_file_name_that_is_part_of_no_iri_is_named(tmp_path, name):
    home = copy_home(tmp_path / "home")
    folder = "queries" if name.endswith("rq") else "instances"
    (home / folder / name).touch()
    with pytest.raises(BadInput, match="rename 'a") as refused:
        build(home, tmp_path / "out", print)
    assert str(refused.value).isprintable()
