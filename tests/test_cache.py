"""The cache before the app: the same bytes without asking, and never any that do not hold."""

import asyncio
import gzip

import pytest

import live_server
from http_client import Client, layers, request_of
from oib.front import Response
from oib.front.bridge import Bridge
from oib.front.cache import Cache
from oib.front.kept import accepts_gzip
from oib.front.shelf import Shelf
from oib.front.warmth import warm
from oib.serving import saved
from oib.web import create_app

JSON = "application/sparql-results+json"
ASK = {"query": "ASK { <urn:a> <urn:b> 1 }"}
MANY = {"query": f"SELECT ?n {{ VALUES ?n {{ {' '.join(map(str, range(500)))} }} }}"}
GZIP = {"Accept-Encoding": "gzip"}


class Counting:
    """A layer that counts how often it is asked."""

    def __init__(self, behind):
        self.behind, self.calls = behind, 0

    async def __call__(self, request):
        self.calls += 1
        return await self.behind(request)


@pytest.fixture
def app():
    return Counting(layers(live_server.small_app()))


@pytest.fixture
def cache(app):
    return Cache(app, lambda: "test-1")


@pytest.fixture
def client(cache):
    return Client(cache)


def saying(status=200, body=b"x" * 2000, **headers):
    """A layer that says the same to everybody."""

    async def app(request):
        app.calls += 1
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(status, [*named.items(), ("Content-Length", str(len(body)))], body)

    app.calls = 0
    return app


KEPT = {"ETag": '"a"', "Content_Type": "text/plain", "X_Data_Version": "1"}


def test_what_was_asked_once_is_answered_without_the_app(app, client):
    first = client.get("/sparql", query_string=ASK)
    again = client.get("/sparql", query_string=ASK)
    assert app.calls == 1
    assert again.data == first.data
    assert dict(again.headers) == dict(first.headers)
    assert again.json["boolean"] is True


def test_head_and_get_share_an_answer(app, client):
    head = client.head("/sparql", query_string=ASK)
    got = client.get("/sparql", query_string=ASK)
    assert app.calls == 1
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(got.data))


@pytest.mark.parametrize("is_kept", [True, False])
def test_who_has_the_answer_gets_304(client, is_kept):
    tag = client.get("/sparql", query_string=ASK).headers["ETag"]
    asked = ASK if is_kept else {**ASK, "other": "1"}
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = client.get("/sparql", query_string=asked, headers={"If-None-Match": known})
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == tag
        assert "Content-Type" not in response.headers
    other = client.get("/sparql", query_string=asked, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_each_media_type_and_language_is_an_answer_of_its_own(app, client):
    tags = set()
    for accept, language in (
        (JSON, ""),
        ("text/csv", ""),
        ("text/html", "en"),
        ("text/html", "zh"),
    ):
        headers = {"Accept": accept, "Accept-Language": language}
        response = client.get("/sparql", query_string=ASK, headers=headers)
        assert response.mimetype == accept
        tags.add(response.headers["ETag"])
    assert (len(tags), app.calls) == (4, 4)


def test_the_engine_works_once_for_all_ways_of_asking(cache):
    asked = []
    site = live_server.small_site()
    query = site.engine.query
    site.engine.query = lambda *given: asked.append(given) or query(*given)
    client = Client(Cache(Bridge(create_app(site), 2), lambda: site.version))
    bodies = {
        client.get("/sparql", query_string=ASK).data,
        client.get("/sparql", query_string=ASK, headers={"Accept": "*/*"}).data,
        client.post("/sparql", data=ASK).data,
        client.post("/sparql", data=ASK["query"], content_type="application/sparql-query").data,
    }
    assert (len(asked), len(bodies)) == (1, 1)


def test_another_dataset_is_another_answer(client):
    graphs = ["http://example.org/graph/other", "http://example.org/graph/small"]
    tags = {
        client.get("/sparql", query_string={**ASK, name: graph}).headers["ETag"]
        for name in ("default-graph-uri", "named-graph-uri")
        for graph in graphs
    }
    assert len(tags) == 4


def test_gzip_is_an_answer_with_a_tag_of_its_own(app, client):
    plain = client.get("/sparql", query_string=MANY)
    small = client.get("/sparql", query_string=MANY, headers=GZIP)
    assert gzip.decompress(small.data) == plain.data
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["Content-Length"] == str(len(small.data))
    assert small.headers["ETag"] != plain.headers["ETag"]
    for response in (plain, small):
        assert "Accept-Encoding" in response.headers["Vary"]
    known = {**GZIP, "If-None-Match": small.headers["ETag"]}
    assert client.get("/sparql", query_string=MANY, headers=known).status_code == 304
    crossed = {**GZIP, "If-None-Match": plain.headers["ETag"]}
    assert client.get("/sparql", query_string=MANY, headers=crossed).status_code == 200


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("br", False),
    ],
)
def test_who_takes_gzip(header, takes):
    assert accepts_gzip(header) is takes


@pytest.mark.parametrize(
    "query", ["SELECT", "DROP ALL", "ASK { SERVICE <http://example.org/> {} }"]
)
def test_errors_are_not_kept(app, cache, query):
    for _ in range(2):
        assert Client(cache).get("/sparql", query_string={"query": query}).status_code >= 400
    assert (app.calls, len(cache.kept)) == (2, 0)


@pytest.mark.parametrize(
    "told",
    [
        {"status": 206},
        {"ETag": 'W/"a"'},
        {"ETag": ""},
        {"Set_Cookie": "a=b"},
        {"Cache_Control": "no-store"},
        {"Cache_Control": "private"},
        {"Vary": "Cookie"},
        {"Vary": "*"},
        {"X_Result_Truncated": "true"},
    ],
)
def test_what_may_not_be_kept_is_not(told):
    app = saying(**{**KEPT, **told})
    cache = Cache(app, lambda: "1")
    for _ in range(2):
        assert len(Client(cache).get("/").data) == 2000
    assert (app.calls, len(cache.kept)) == (2, 0)


def test_a_range_is_left_to_the_app():
    app = saying(**KEPT)
    cache = Cache(app, lambda: "1")
    for _ in range(2):
        Client(cache).get("/", headers={"Range": "bytes=0-1"})
    assert (app.calls, len(cache.kept)) == (2, 0)


def test_new_data_are_new_answers():
    version = ["1"]
    app = saying(**KEPT)
    client = Client(Cache(app, lambda: version[0]))
    client.get("/")
    client.get("/")
    version[0] = "2"
    client.get("/")
    assert app.calls == 2


def test_an_answer_that_left_is_made_again():
    cache = Cache(layers(live_server.small_app()), lambda: "test-1", most=1500)
    client = Client(cache)
    queries = [{"query": f"SELECT ({n} AS ?n) {{}}"} for n in range(5)]
    for query in queries * 3:
        assert client.get("/sparql", query_string=query).status_code == 200
        assert client.post("/sparql", data=query).status_code == 200
    assert cache.kept.weight <= 1500


def test_a_shelf_bears_no_more_than_its_most():
    shelf = Shelf(10)
    for key in "abcd":
        shelf.put(key, key, 4)
        shelf.get("a")
    shelf.put("e", "e", 11)
    shelf.put("a", "new", 1)
    assert [key for key in "abcde" if key in shelf] == ["a", "d"]
    assert (shelf.get("a"), shelf.weight, len(shelf)) == ("new", 5, 2)


def test_many_at_once_get_the_same_bytes(cache):
    async def ask():
        requests = [request_of("GET", "/sparql", query_string=MANY) for _ in range(40)]
        return await asyncio.gather(*map(cache, requests))

    assert len({response.body for response in asyncio.run(ask())}) == 1


def test_saved_queries_are_computed_before_anybody_asks(site):
    app = Counting(layers(create_app(site)))
    cache = Cache(app, lambda: site.version)
    asyncio.run(warm(cache, saved(site)))
    calls = app.calls
    assert calls >= 2 * len(site.library)
    client = Client(cache)
    for query in site.library:
        headers = {"Accept": "text/html", **GZIP}
        assert client.get(f"/queries/{query.name}", headers=headers).status_code == 200
    assert app.calls == calls
