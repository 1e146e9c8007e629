import json

import pytest
from pyoxigraph import NamedNode, Quad, QueryResultsFormat

from homes import copy_home
from oib import snapshot
from oib.engine.embedded import Embedded
from oib.errors import Unavailable
from oib.snapshot import Manifest

A, B, G = (NamedNode(f"urn:{name}") for name in "abg")
QUADS = [Quad(A, A, B, G), Quad(A, A, B, B), Quad(A, B, B, G)]
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def manifest(digest="0" * 64):
    return Manifest("1+0", digest, "2026-11-23T00:00:00+00:00", {"triples": 2}, {})


def test_a_snapshot_comes_back_as_it_was_written(tmp_path):
    written = snapshot.write(tmp_path, manifest(), QUADS)
    again = snapshot.current(tmp_path)
    assert again == written
    assert set(again.store()) == set(QUADS)


def test_a_large_snapshot_is_read_from_disk_with_the_same_answers(tmp_path):
    small = snapshot.write(tmp_path / "small", manifest(), QUADS)
    large = snapshot.write(tmp_path / "large", manifest(), QUADS, memory_limit=1)
    assert (large.directory / "store").is_dir()
    answers = [Embedded(each.store()).query(COUNT, "text/csv") for each in (small, large)]
    assert answers == [b"n\r\n2\r\n"] * 2
    from_graph = COUNT.replace("WHERE", "FROM <urn:g> WHERE")
    assert Embedded(large.store()).query(from_graph, "text/csv") == b"n\r\n2\r\n"


def test_a_new_snapshot_takes_over_and_the_old_one_stays(tmp_path):
    old = snapshot.write(tmp_path, manifest("a" * 64), QUADS)
    new = snapshot.write(tmp_path, manifest("b" * 64), QUADS[:1])
    assert snapshot.current(tmp_path) == new
    assert set(old.store()) == set(QUADS)


def test_a_snapshot_that_is_there_is_not_written_again(tmp_path):
    written = snapshot.write(tmp_path, manifest(), QUADS)
    before = (written.directory / "data.nq").stat().st_mtime_ns
    snapshot.write(tmp_path, manifest(), QUADS)
    assert (written.directory / "data.nq").stat().st_mtime_ns == before


def test_a_write_that_fails_leaves_nothing_behind(tmp_path):
    def broken():
        yield QUADS[0]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        snapshot.write(tmp_path, manifest(), broken())
    assert list(tmp_path.iterdir()) == []
    assert snapshot.current(tmp_path) is None


def test_a_directory_without_a_manifest_is_no_snapshot(tmp_path):
    with pytest.raises(Unavailable, match="oib build"):
        snapshot.Snapshot.open(tmp_path)


def test_the_digest_follows_the_content_of_the_sources(tmp_path):
    home = copy_home(tmp_path)
    before = snapshot.digest(home)
    (home / "instances" / "notes.md").write_text("not a source")
    assert snapshot.digest(home) == before
    (home / "instances" / "person" / "daniela-rus.ttl").write_text("# gone\n")
    assert snapshot.digest(home) != before


def test_the_snapshots_of_an_installed_home_lie_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert snapshot.default_folder(tmp_path).is_relative_to(tmp_path / "cache" / "oib")


def test_the_snapshots_of_a_checkout_lie_in_it(home):
    assert snapshot.default_folder(home) == home / ".oib"


def test_the_manifest_counts_what_is_there(snapshot, store):
    counts = snapshot.manifest.counts
    claim = "<https://w3id.org/oib/ontology#Claim>"
    query = f"SELECT (COUNT(DISTINCT ?c) AS ?n) {{ GRAPH ?g {{ ?c a {claim} }} }}"
    found = store.query(query).serialize(format=QueryResultsFormat.JSON)
    assert counts["claim"] == int(json.loads(found)["results"]["bindings"][0]["n"]["value"])
