"""Metrics, the access log, and a stop that waits for the responses that are being made."""

import json
import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

import live_server
from http_client import Client
from process_info import wait_until

ASK = {"query": "ASK { <urn:a> <urn:b> 'secret' }"}


@pytest.fixture
def lines():
    return []


@pytest.fixture
def client(lines):
    return Client(live_server.application(live_server.small_services(), log=lines.append))


def numbers(client):
    """Return each sample by its name and labels."""
    response = client.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status(client):
    client.get("/sparql", query_string=ASK)
    client.get("/sparql", query_string=ASK)
    client.get("/sparql?query=no")
    client.get("/static/oib.css")
    client.get(f"/{'x' * 50}")
    client.get("/.env")
    for path in ("/reconcile", "/bases.csv", "/vocab.ttl", "/.well-known/void", "/"):
        client.get(path)
    told = numbers(client)
    assert told["oib_requests_total", "200", "sparql"] == 2
    assert told["oib_requests_total", "400", "sparql"] == 1
    assert told["oib_requests_total", "200", "static"] == 1
    assert told["oib_requests_total", "404", "other"] == 2
    counted = {label for (name, *labels) in told if "requests" in name for label in labels}
    assert counted >= {"reconcile", "bases", "vocab", ".well-known", ""}
    assert told["oib_query_seconds_count", "answered"] == 2
    assert told["oib_query_seconds_count", "refused"] == 1
    assert told["oib_cache_total", "hit"] == 1
    assert told["oib_cache_bytes",] > 0
    assert told["oib_data_info", "test-1"] == 1
    assert told["oib_requests_in_flight",] == 0


def test_a_line_states_the_hash_of_a_query_and_not_its_text(client, lines):
    client.get("/sparql", query_string=ASK)
    client.get("/sparql", query_string=ASK)
    first, second = map(json.loads, lines)
    assert (first["method"], first["path"], first["status"]) == ("GET", "/sparql", 200)
    assert (first["cache"], second["cache"]) == ("miss", "hit")
    assert (first["outcome"], len(first["query_hash"])) == ("answered", 12)
    assert first["query_hash"] == second["query_hash"]
    assert first["bytes"] > 0
    assert first["duration_ms"] > 0
    assert "secret" not in "".join(lines)


def test_a_line_stays_one_line(client, lines):
    client.get("/no%0Ano%22")
    assert len(lines[0].splitlines()) == 1
    assert json.loads(lines[0])["path"] == '/no\nno"'


def test_who_is_being_answered_when_the_server_stops_is_answered():
    with live_server.process(live_server.slow_app) as (root, server):
        answers = []

        def ask():
            connection = HTTPConnection(urlsplit(root).netloc, timeout=20)
            connection.request("GET", "/sparql?query=ASK%7B%7D")
            response = connection.getresponse()
            answers.append((response.status, json.loads(response.read())["boolean"]))
            connection.close()

        asking = threading.Thread(target=ask)
        asking.start()
        assert wait_until(lambda: live_server.in_flight(root) == 1)
        server.terminate()
        asking.join(20)
        assert answers == [(200, True)]
        assert server.wait(20) == 0
