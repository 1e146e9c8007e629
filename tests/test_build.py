import pytest

from oib.dataset import snapshot
from oib.dataset.build import build, ensure
from oib.errors import BadInput, Refused
from projects import copy_home


@pytest.fixture
def spoilt(tmp_path):
    """A home with a claim that nobody vouches for, and the snapshot of before."""
    home = copy_home(tmp_path / "home")
    folder = tmp_path / "snapshots"
    old = build(home, folder, lambda line: None)
    file = home / "instances" / "claim" / "innovation-without-borders" / "n1.ttl"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "isAssertedBy" not in line), "utf-8")
    return home, folder, old


def test_a_violation_stops_the_build_and_says_where(spoilt):
    home, folder, old = spoilt
    with pytest.raises(Refused, match=r"n1\.ttl:\d+:\d+: error\[CLM-"):
        build(home, folder, lambda line: None)
    assert snapshot.current(folder) == old


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
    assert snapshot.current(tmp_path / "empty") is None


def test_unchanged_sources_are_not_built_again(home, snapshots):
    built = snapshot.current(snapshots) or build(home, snapshots, lambda line: None)
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


def test_two_builds_of_the_same_sources_hold_the_same_things(tmp_path, snapshot, home):
    again = build(home, tmp_path, lambda line: None)
    assert again.manifest.counts == snapshot.manifest.counts
    assert again.manifest.version == snapshot.manifest.version
