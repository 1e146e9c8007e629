"""The composition root: what it opens it also closes, whatever else fails."""

from datetime import UTC, datetime

import pytest
from pyoxigraph import NamedNode, Quad, Store

from oib.dataset import releases
from oib.dataset import snapshot as snapshots
from oib.dataset.manifest import Manifest
from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.errors import BadInput, Unavailable
from oib.services import ReleasedServices, Services


class Engine(Embedded):
    """An engine that notes whether it was closed."""

    def __init__(self, *parts):
        super().__init__(Store())
        self.is_closed = False

    def close(self):
        self.is_closed = True


@pytest.fixture
def engines(monkeypatch):
    opened = []

    def open_engine(*parts):
        opened.append(Engine())
        return opened[-1]

    monkeypatch.setattr("oib.services.WorkerEngine", open_engine)
    return opened


@pytest.fixture
def another(tmp_path):
    """A home whose lists can be broken."""
    home = tmp_path / "home"
    (home / "queries" / "list").mkdir(parents=True)
    return home


@pytest.fixture
def snapshot(tmp_path):
    """A snapshot of one triple."""
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("urn:o"), NamedNode("urn:g"))
    return snapshots.write(tmp_path / "built", Manifest("1", "ab" * 32, "", {}, {}), [quad])


def release(home, snapshot, *versions):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return [releases.freeze(home, snapshot, version, moment, {}) for version in versions]


def test_an_engine_is_closed_if_its_services_cannot_be_opened(another, snapshot, engines):
    (another / "queries" / "list" / "broken.rq").write_text("no query")
    with pytest.raises(BadInput):
        Services.serve(another, snapshot, Limits())
    assert [engine.is_closed for engine in engines] == [True]


def test_the_engine_of_a_release_is_closed_if_the_rest_cannot_be_opened(
    another, snapshot, tmp_path
):
    release(another, snapshot, "1.0.0")
    opened = []
    released = ReleasedServices(
        another, tmp_path / "out", lambda of: opened.append(Engine()) or opened[-1]
    )
    (another / "queries" / "list" / "broken.rq").write_text("no query")
    for _ in range(2):
        with pytest.raises(BadInput):
            released.open("1.0.0")
    assert [engine.is_closed for engine in opened] == [True, True]
    (another / "queries" / "list" / "broken.rq").unlink()
    assert not released.open("1.0.0").engine.is_closed
    released.close()
    assert [engine.is_closed for engine in opened] == [True, True, True]
    with pytest.raises(Unavailable, match="no longer served"):
        released.open("1.0.0")


def test_the_releases_that_are_asked_for_stay_open(another, snapshot, tmp_path, monkeypatch):
    monkeypatch.setattr("oib.services._MAX_OPEN", 2)
    release(another, snapshot, "1.0.0", "1.1.0", "1.2.0")
    released = ReleasedServices(another, tmp_path / "out", Engine)
    released.open("1.0.0")
    released.open("1.1.0")
    assert released.opened("1.0.0")  # as each request for a part of it does
    released.open("1.2.0")
    assert released.opened("1.0.0")
    assert released.opened("1.1.0") is None
    released.close()


def test_a_release_that_was_damaged_after_it_was_unpacked_is_unpacked_anew(
    another, snapshot, tmp_path
):
    (first,) = release(another, snapshot, "1.0.0")
    opened = releases.unpack(another, first, tmp_path / "out")
    whole = opened.data.read_bytes()
    opened.data.write_bytes(whole[: len(whole) // 2])
    assert releases.unpack(another, first, tmp_path / "out").data.read_bytes() == whole


def test_a_damaged_archive_is_reported_without_its_place(another, snapshot, tmp_path):
    (first,) = release(another, snapshot, "1.0.0")
    for break_it in (
        lambda path: path.write_bytes(b"no archive"),
        lambda path: path.unlink(),
    ):
        break_it(another / first.archive)
        with pytest.raises(Unavailable, match="restore instances/releases") as caught:
            releases.unpack(another, first, tmp_path / "out")
        assert str(tmp_path) not in str(caught.value)
