import gzip
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Store,
    serialize,
)

from oib.dataset import nquads, rocksdb, snapshot
from oib.dataset.manifest import Manifest
from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.workers.engine import WorkerEngine
from projects import ROOT, copy_home

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
    for run in (1, 7, len(MANY) // 2, len(MANY), nquads.RUN_LENGTH):
        assert nquads.write_sorted(MANY, file, run) == len(MANY) // 2
        assert file.read_bytes() == whole
    assert nquads.write_sorted([], file) == file.stat().st_size == 0
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


@pytest.mark.parametrize("batch", [7, rocksdb.BATCH_SIZE])
def test_the_default_graph_on_disk_holds_each_triple_once(tmp_path, batch):
    data = tmp_path / "data.nq"
    nquads.write_sorted(MANY, data)
    rocksdb.create(data, tmp_path / "store", batch)
    store = rocksdb.open_read_only(tmp_path / "store")
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


def test_the_snapshots_of_a_checkout_lie_in_it():
    assert snapshot.default_folder(ROOT) == ROOT / ".oib"


def test_the_manifest_counts_what_is_there(snapshot, store):
    counts = snapshot.manifest.counts
    claim = "<https://w3id.org/oib/ontology#Claim>"
    query = f"SELECT (COUNT(DISTINCT ?c) AS ?n) {{ GRAPH ?g {{ ?c a {claim} }} }}"
    found = store.query(query).serialize(format=QueryResultsFormat.JSON)
    assert counts["claim"] == int(json.loads(found)["results"]["bindings"][0]["n"]["value"])


def damage_by_emptying(directory):
    (directory / "data.nq").write_bytes(b"")


def damage_by_cutting_at_a_line(directory):
    lines = (directory / "data.nq").read_bytes().splitlines(keepends=True)
    (directory / "data.nq").write_bytes(b"".join(lines[:-1]))


def damage_by_flipping_a_bit(directory):
    data = bytearray((directory / "data.nq").read_bytes())
    data[5] ^= 2  # another letter of an IRI, so that the file still parses
    (directory / "data.nq").write_bytes(data)


def damage_by_adding_a_line(directory):
    with (directory / "data.nq").open("ab") as file:
        file.write(b"<urn:a> <urn:b> <urn:c> <urn:g> .\n")


def damage_by_deleting_the_data(directory):
    (directory / "data.nq").unlink()


def damage_a_dump(directory):
    (directory / "dump" / "data.nq.gz").write_bytes(b"")


def damage_by_another_dump(directory):
    (directory / "dump" / "other.nq.gz").write_bytes(b"")


def damage_by_another_store(directory):
    store = Store(str(directory / "store"))
    store.add(Quad(NamedNode("urn:a"), NamedNode("urn:b"), NamedNode("urn:c")))
    store.flush()


DAMAGES = [
    damage_by_another_dump,
    damage_by_another_store,
    damage_by_emptying,
    damage_by_cutting_at_a_line,
    damage_by_flipping_a_bit,
    damage_by_adding_a_line,
    damage_by_deleting_the_data,
    damage_a_dump,
]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("memory_limit", [10, 1])
def test_a_damaged_snapshot_is_noticed_and_replaced(tmp_path, damage, memory_limit):
    written = snapshot.write(tmp_path, manifest(), QUADS, memory_limit=memory_limit)
    damage(written.directory)
    with pytest.raises(Unavailable, match=r"is damaged: .*run oib build"):
        snapshot.current(tmp_path)
    again = snapshot.write(tmp_path, manifest(), QUADS, memory_limit=memory_limit)
    assert snapshot.current(tmp_path) == again
    assert set(again.store()) >= set(QUADS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0" * 16, "current"]


def test_a_damaged_store_is_noticed(tmp_path):
    written = snapshot.write(tmp_path, manifest(), QUADS, memory_limit=1)
    table = max((written.directory / "store").glob("*.sst"))
    table.write_bytes(table.read_bytes()[:-1])
    with pytest.raises(Unavailable, match=r"damaged: store/\S+.sst is not what was written"):
        snapshot.current(tmp_path)


def test_of_large_files_the_size_counts_until_all_is_hashed(tmp_path, monkeypatch):
    written = snapshot.write(tmp_path, manifest(), QUADS)
    monkeypatch.setattr(snapshot, "_ALWAYS_HASHED", 10)
    damage_by_flipping_a_bit(written.directory)
    assert snapshot.current(tmp_path) == written
    with pytest.raises(Unavailable, match=r"data\.nq is not what was written"):
        written.verify(hash_all=True)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        '"x"',
        "{" * 100_000,
        "[" * 100_000,
        '{"version": 1, "digest": "a", "built": "", "counts": {}, "tools": {}, "files": {}}',
        '{"version": "1", "digest": "a", "built": "", "counts": [], "tools": {}, "files": {}}',
        '{"version": "1", "digest": "a", "built": "", "counts": {}, "tools": {}, '
        '"files": {"a": {}}}',
        '{"version": "1\\r\\nSet-Cookie: a", "digest": "a", "built": "", "counts": {}, '
        '"tools": {}, "files": {}}',
        '{"version": "1", "digest": "../..", "built": "", "counts": {}, "tools": {}, "files": {}}',
    ],
)
def test_a_manifest_that_is_none_is_one_clear_error(tmp_path, body):
    written = snapshot.write(tmp_path, manifest(), QUADS)
    (written.directory / "manifest.json").write_text(body)
    with pytest.raises(Unavailable, match=r"manifest\.json is damaged \(.*run oib build"):
        snapshot.current(tmp_path)
    assert snapshot.write(tmp_path, manifest(), QUADS) == written


def test_a_manifest_that_names_no_data_is_damaged(tmp_path):
    written = snapshot.write(tmp_path, manifest(), QUADS)
    manifest().write(written.directory)
    with pytest.raises(Unavailable, match="names no data"):
        snapshot.current(tmp_path)


def test_what_a_killed_build_left_is_removed_by_the_next(tmp_path):
    for name in (".half-x/data.nq", ".damaged-y/0/data.nq"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / ".current-7").symlink_to("nowhere")
    (tmp_path / "other").touch()
    with snapshot.locked(tmp_path, print):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "other"]


def test_one_process_at_a_time_has_the_lock(tmp_path):
    order = []
    with ThreadPoolExecutor() as pool:
        with snapshot.locked(tmp_path, print):
            waiting = pool.submit(hold_lock, tmp_path, order)
            while not order:
                time.sleep(0.01)
            time.sleep(0.1)
            order.append("first ends")
        waiting.result()
    assert order == ["another build is running here; waiting for it to end", "first ends", "second"]


def hold_lock(folder, order):
    with snapshot.locked(folder, order.append):
        order.append("second")


def test_all_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    events = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(
        os, "fsync", lambda fd: events.append(Path(f"/proc/self/fd/{fd}").resolve()) or fsync(fd)
    )
    monkeypatch.setattr(
        Path, "rename", lambda path, to: events.append("rename") or rename(path, to)
    )
    snapshot.write(tmp_path, manifest(), QUADS, {"x.ttl": b""})
    before = events[: events.index("rename")]
    names = {path.name for path in before}
    assert {"data.nq", "data.nq.gz", "x.ttl", "dump", "manifest.json"} <= names
    assert events[-1] == tmp_path.resolve()


@pytest.mark.parametrize(
    "damage", [damage_by_flipping_a_bit, damage_by_adding_a_line, damage_by_cutting_at_a_line]
)
def test_workers_do_not_start_over_data_that_were_damaged_since(tmp_path, damage):
    written = snapshot.write(tmp_path, manifest(), QUADS)
    damage(written.directory)
    engine = WorkerEngine(written.directory, Limits(seconds=3.0))
    try:
        with pytest.raises(Unavailable):
            engine.query("ASK {}", "application/sparql-results+json")
    finally:
        engine.close()
