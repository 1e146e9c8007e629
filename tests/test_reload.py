"""Reload: a build in another process takes the place of the served data without a gap."""

import gc
import json
import threading
import time
import weakref
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

import live_server
from hostile_queries import JSON, ask, get
from http_client import Client
from oib.dataset import snapshot
from oib.dataset.snapshot import Manifest
from oib.errors import BadInput
from oib.reload import CurrentServices
from oib.services import Services
from process_info import wait_until


def write(folder, number, **options):
    """Write a snapshot of one triple, as ``oib build`` does, and make it current."""
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(number), NamedNode("urn:g"))
    digest = f"{number:064x}"[::-1]
    return snapshot.write(folder, Manifest(f"v{number}", digest, "", {}, {}), [quad], **options)


def test_the_server_switches_to_a_new_snapshot_without_a_gap(home, tmp_path):
    write(tmp_path, 1)
    digest = snapshot.digest(home)
    manifest = Manifest("v0", digest, "", {}, {})
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(0), NamedNode("urn:g"))
    snapshot.write(tmp_path, manifest, [quad])
    seen, done = [], threading.Event()

    def go_on():
        while not done.is_set():
            answer = get(server.root, query="SELECT ?n { ?s ?p ?n }")
            value = json.loads(answer.body)["results"]["bindings"][0]["n"]["value"]
            seen.append((answer.status, answer.headers["X-Data-Version"], value))

    with live_server.serve("--out", tmp_path, OIB_TIMEOUT="3") as server:
        asking = threading.Thread(target=go_on)
        asking.start()
        # A long query of before the turn ends as it would have.
        long, heavy = [], threading.Thread(target=lambda: long.append(_heavy(server.root)))
        heavy.start()
        time.sleep(0.3)
        write(tmp_path, 2)
        wait_until(lambda: seen and seen[-1][1] == "v2", seconds=60)
        done.set()
        asking.join()
        heavy.join()
        # Said once the server is done with the switch, which others see before.
        assert wait_until(lambda: "oib: serving v2" in server.errors.read_text())
    assert {(status, version, value) for status, version, value in seen} == {
        (200, "v0", "0"),
        (200, "v2", "2"),
    }
    assert long == ["v0"]


def _heavy(root):
    chain = " ".join(f"{{ ?a{n} ?b{n} ?c{n} }} UNION {{ ?a{n} ?b{n} ?c{n} }}" for n in range(18))
    answer = ask(root, f"SELECT (COUNT(*) AS ?n) {{ {chain} }}", JSON)
    assert answer.status in (200, 503)
    return answer.headers["X-Data-Version"]


def test_responses_of_replaced_data_are_dropped(home, tmp_path):
    snapshot.write(tmp_path, Manifest("v0", snapshot.digest(home), "", {}, {}), [])

    with live_server.serve("--out", tmp_path) as server:
        for number in range(20):
            long = f"SELECT ('{number} {'a' * 50_000}' AS ?x) {{}}"
            assert get(server.root, query=long).status == 200
        assert live_server.cache_bytes(server.root) > 1_000_000
        write(tmp_path, 2)
        assert wait_until(
            lambda: get(server.root, query="ASK {}").headers["X-Data-Version"] == "v2"
        )
        assert wait_until(lambda: live_server.cache_bytes(server.root) < 500_000)


def test_what_cannot_be_opened_leaves_the_old_services_in_place(tmp_path, monkeypatch):
    monkeypatch.setattr("oib.reload._PERIOD", 0.01)
    logged, tried = [], []

    def reopen(manifest):
        tried.append(manifest)
        raise BadInput("a header that cannot be read")

    old = live_server.small_services()
    services = CurrentServices(old)
    services.follow(tmp_path, write(tmp_path, 1), reopen, logged.append)
    write(tmp_path, 2)
    assert wait_until(lambda: logged)
    assert logged == ["the data in use stay: a header that cannot be read"]
    assert services.current is old
    assert len(tried) == 1


@pytest.mark.parametrize("body", ["{}", "[]", "null", "", "{" * 100_000])
def test_a_manifest_that_is_none_does_not_end_the_following(tmp_path, monkeypatch, body):
    monkeypatch.setattr("oib.reload._PERIOD", 0.01)
    logged, fresh = [], live_server.small_services()
    services = CurrentServices(live_server.small_services())
    services.follow(tmp_path, write(tmp_path, 1), lambda snapshot: fresh, logged.append)
    broken = write(tmp_path, 2, is_current=False).directory
    (broken / "manifest.json").write_text(body)
    (tmp_path / "next").symlink_to(broken.name)
    (tmp_path / "next").replace(tmp_path / "current")
    assert wait_until(lambda: any("stay: " in line for line in logged))
    write(tmp_path, 3)
    assert wait_until(lambda: services.current is fresh)
    assert wait_until(lambda: logged[-1] == "serving v3")


def test_an_error_that_nobody_foresaw_does_not_end_the_following(tmp_path, monkeypatch):
    monkeypatch.setattr("oib.reload._PERIOD", 0.01)
    logged, fresh = [], live_server.small_services()

    def reopen(snapshot):
        if snapshot.manifest.version == "v2":
            raise RuntimeError("unforeseen")
        return fresh

    services = CurrentServices(live_server.small_services())
    services.follow(tmp_path, write(tmp_path, 1), reopen, logged.append)
    write(tmp_path, 2)
    assert wait_until(lambda: "the data in use stay: unforeseen" in logged)
    write(tmp_path, 3)
    assert wait_until(lambda: services.current is fresh)


def test_services_take_their_place_once_they_answer(tmp_path, monkeypatch):
    monkeypatch.setattr("oib.reload._PERIOD", 0.01)
    monkeypatch.setattr("oib.reload._GRACE", 0.01)
    closed = threading.Event()
    old, fresh = live_server.small_services(), live_server.small_services()
    monkeypatch.setattr(old.engine, "close", closed.set)
    services = CurrentServices(old)
    services.follow(tmp_path, write(tmp_path, 1), lambda manifest: fresh, lambda line: None)
    write(tmp_path, 2)
    assert closed.wait(30)
    assert services.current is fresh
    assert isinstance(services.current, Services)


def test_memory_is_given_back_once_the_replaced_services_are_gone(tmp_path, monkeypatch):
    monkeypatch.setattr("oib.reload._PERIOD", 0.01)
    monkeypatch.setattr("oib.reload._GRACE", 0.01)
    alive, seen = [], []
    monkeypatch.setattr("oib.reload.release_free_memory", lambda: seen.append(alive[0]()))
    old = live_server.small_services()
    alive.append(weakref.ref(old))
    services = CurrentServices(old)
    del old
    fresh = live_server.small_services()
    services.follow(tmp_path, write(tmp_path, 1), lambda manifest: fresh, lambda line: None)
    write(tmp_path, 2)
    assert wait_until(lambda: seen)
    assert seen == [None]


def test_a_snapshot_that_is_served_already_is_not_opened_again(tmp_path, monkeypatch):
    """Its folder may be told by a relative path when it was just built."""
    monkeypatch.setattr("oib.reload._PERIOD", 0.01)
    monkeypatch.chdir(tmp_path)
    opened = []
    served = write(Path("snapshots"), 1)
    CurrentServices(live_server.small_services()).follow(
        Path("snapshots"), served, opened.append, lambda line: None
    )
    time.sleep(0.3)
    assert opened == []
    write(Path("snapshots"), 2)
    assert wait_until(lambda: opened)


def test_services_that_were_closed_are_held_by_no_page(home, snapshot, snapshots):
    services = Services.open(home, snapshots)
    client = Client(live_server.application(services))
    for path in ("/", "/bases", "/doc/person/sun-youshun", "/doc/", "/pictures/", "/how-to-read"):
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200, path
    alive = weakref.ref(services)
    services.close()
    del services, client

    def is_freed():  # once the thread that answered has left its last frame
        gc.collect()
        return alive() is None

    assert wait_until(is_freed)
