import gzip
import json
import random

import pytest
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    serialize,
)

from oib.dataset import nquads, rocksdb, snapshot
from oib.dataset.manifest import Manifest
from oib.engine.embedded import Embedded
from oib.errors import Unavailable
from projects import copy_home

A, B, G = (NamedNode(f"urn:{name}") for name in "abg")
QUADS = [Quad(A, A, B, G), Quad(A, A, B, B), Quad(A, B, B, G)]
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"

# A literal over two lines, beyond the basic plane, and a blank node; each quad twice, in disorder.
MANY = [
    Quad(A, NamedNode(f"urn:p{number % 7}"), Literal(f"{number}\r\n\u2028厦\U0001f600"), graph)
    for number in range(50)
    for graph in (G, B)
] + [Quad(BlankNode("x"), A, BlankNode("y"), graph) for graph in (G, B)]
MANY += MANY
random.Random(1).shuffle(MANY)


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


def test_many_runs_give_the_same_lines_as_one(tmp_path):
    whole = serialize(sorted(set(MANY), key=str), format=RdfFormat.N_QUADS)
    file = tmp_path / "data.nq"
    for run in (1, 7, len(MANY) // 2, len(MANY), nquads.RUN):
        assert nquads.write(MANY, file, run) == len(MANY) // 2
        assert file.read_bytes() == whole
    assert nquads.write([], file) == file.stat().st_size == 0
    assert list(tmp_path.iterdir()) == [file]


def test_the_same_quads_in_another_order_give_the_same_bytes(tmp_path):
    one = snapshot.write(tmp_path / "one", manifest(), MANY).directory
    other = snapshot.write(tmp_path / "other", manifest(), reversed(MANY)).directory
    for name in ("data.nq", "dump/data.nq.gz", "manifest.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    packed = (one / "dump" / "data.nq.gz").read_bytes()
    assert gzip.decompress(packed) == (one / "data.nq").read_bytes()


def test_a_default_graph_that_is_given_is_left_out(tmp_path):
    extra = Quad(B, B, B)
    for name, limit in (("small", 10), ("large", 1)):
        store = snapshot.write(tmp_path / name, manifest(), [*QUADS, extra], memory_limit=limit)
        assert extra not in store.store()


@pytest.mark.parametrize("batch", [7, rocksdb.BATCH])
def test_the_default_graph_on_disk_holds_each_triple_once(tmp_path, batch):
    data = tmp_path / "data.nq"
    nquads.write(MANY, data)
    rocksdb.write(data, tmp_path / "store", batch)
    store = rocksdb.read(tmp_path / "store")
    united = list(store.quads_for_pattern(None, None, None, DefaultGraph()))
    # Blank nodes too: those of the union are those of the graphs.
    assert len(united) == len(MANY) // 4
    assert {quad.triple for quad in united} == {quad.triple for quad in MANY}
    assert set(store) == set(united) | set(MANY)


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
