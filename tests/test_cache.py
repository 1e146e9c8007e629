"""The response cache: the same bytes without work, and never any that do not hold."""

import asyncio
import gzip
import time
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
from flask import Flask

import live_server
from http_client import Client, request_of
from oib.dataset import releases
from oib.http.application import HttpApplication
from oib.http.encoding import accepts_gzip
from oib.http.messages import Response, fetch, response_from
from oib.http.prefetch import likely, main_pages, prefetch, saved_queries
from oib.http.response_cache import CachedResponse, HeaderSet, ResponseCache
from oib.http.wsgi import WebApplication
from oib.reload import CurrentServices
from process_info import wait_until
from projects import ROOT

JSON = "application/sparql-results+json"
ASK = {"query": "ASK { <urn:a> <urn:b> 1 }"}
MANY = {"query": f"SELECT ?n {{ VALUES ?n {{ {' '.join(map(str, range(500)))} }} }}"}
GZIP = {"Accept-Encoding": "gzip"}


class CountingEngine:
    """An engine that counts its queries."""

    def __init__(self, engine):
        self.engine, self.calls = engine, 0

    def evaluate_bounded(self, query, media_type):
        return None

    def session(self, *parts):
        return CountingSession(self, self.engine.session(*parts))

    def query(self, *query):
        return self.session().query(*query)


class CountingSession:
    def __init__(self, engine, session):
        self.engine, self.session = engine, session

    def query(self, *query):
        self.engine.calls += 1
        return self.session.query(*query)

    def answer(self, *query):
        self.engine.calls += 1
        return self.session.answer(*query)

    def preview(self, *query):
        self.engine.calls += 1
        return self.session.preview(*query)

    def cancel(self):
        self.session.cancel()


class ConstantWeb:
    """A web application that gives the same response to everybody."""

    def __init__(self, status=200, body=b"x" * 2000, **headers):
        self.calls = 0
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.response = (status, [*named.items(), ("Content-Length", str(len(body)))], body)

    async def respond(self, request, services, is_cached=None):
        self.calls += 1
        return Response(*self.response)


@pytest.fixture
def engine():
    return CountingEngine(live_server.small_services().engine)


@pytest.fixture
def application(engine):
    return live_server.application(live_server.services_of(engine))


@pytest.fixture
def client(application):
    return Client(application)


def application_of(web):
    return HttpApplication(CurrentServices(live_server.small_services()), web)


CACHEABLE = {"ETag": '"a"', "Content_Type": "text/plain", "X_Data_Version": "1"}


def test_what_was_asked_once_is_answered_without_the_app(engine, client):
    first = client.get("/sparql", query_string=ASK)
    again = client.get("/sparql", query_string=ASK)
    assert engine.calls == 1
    assert again.data == first.data
    assert dict(again.headers) == dict(first.headers)
    assert again.json["boolean"] is True


def test_head_and_get_share_an_answer(engine, client):
    head = client.head("/sparql", query_string=ASK)
    got = client.get("/sparql", query_string=ASK)
    assert engine.calls == 1
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


def test_each_media_type_and_language_is_an_answer_of_its_own(engine, client):
    tags, calls = set(), []
    for _ in range(2):
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
        calls.append(engine.calls)
    assert len(tags) == 4
    assert calls == [5, 5]  # the pages ask once for the names of terms


def test_the_engine_works_once_for_all_ways_of_asking(engine, client):
    bodies = {
        client.get("/sparql", query_string=ASK).data,
        client.get("/sparql", query_string=ASK, headers={"Accept": "*/*"}).data,
        client.post("/sparql", data=ASK).data,
        client.post("/sparql", data=ASK["query"], content_type="application/sparql-query").data,
    }
    assert (engine.calls, len(bodies)) == (1, 1)


def test_another_dataset_is_another_answer(client):
    graphs = ["http://example.org/graph/other", "http://example.org/graph/small"]
    tags = {
        client.get("/sparql", query_string={**ASK, name: graph}).headers["ETag"]
        for name in ("default-graph-uri", "named-graph-uri")
        for graph in graphs
    }
    assert len(tags) == 4


def test_gzip_is_an_answer_with_a_tag_of_its_own(engine, client):
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
def test_errors_are_not_cached(application, query):
    client = Client(application)
    for _ in range(2):
        assert client.get("/sparql", query_string={"query": query}).status_code >= 400
    assert len(application.cache) == 0


@pytest.mark.parametrize(
    "headers",
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
def test_what_may_not_be_cached_is_not(headers):
    web = ConstantWeb(**{**CACHEABLE, **headers})
    application = application_of(web)
    for _ in range(2):
        assert len(Client(application).get("/").data) == 2000
    assert (web.calls, len(application.cache)) == (2, 0)


def test_a_range_is_left_to_the_app():
    web = ConstantWeb(**CACHEABLE)
    application = application_of(web)
    for _ in range(2):
        Client(application).get("/", headers={"Range": "bytes=0-1"})
    assert web.calls == 2


def test_new_data_are_new_answers():
    web = ConstantWeb(**CACHEABLE)
    services = CurrentServices(live_server.services_of(live_server.small_services().engine, "1"))
    client = Client(HttpApplication(services, web))
    client.get("/")
    client.get("/")
    assert web.calls == 1
    services.current = live_server.services_of(services.current.engine, "2")
    client.get("/")
    assert web.calls == 2


def test_an_answer_that_left_is_made_again():
    application = live_server.application(live_server.small_services(), cache_bytes=1500)
    client = Client(application)
    queries = [{"query": f"SELECT ({n} AS ?n) {{}}"} for n in range(5)]
    for query in queries * 3:
        assert client.get("/sparql", query_string=query).status_code == 200
        assert client.post("/sparql", data=query).status_code == 200
    assert 0 < application.cache.size <= 1500


def test_a_cache_holds_no_more_than_its_bytes():
    async def fill():
        cache = ResponseCache(3000)
        for name in ("a", "b", "c", "d", "e"):
            entry = CachedResponse(f'"{name}"', HeaderSet([]), name.encode() * 400)
            cache.store(entry, request_of("GET", "/"), None)
            cache.find('"a"')
        large = CachedResponse('"large"', HeaderSet([]), b"x" * 3001)
        cache.store(large, request_of("GET", "/"), None)
        return cache

    cache = asyncio.run(fill())
    assert [name for name in "abcde" if cache.find(f'"{name}"')] == ["a", "d", "e"]
    assert cache.find('"large"') is None
    assert cache.size <= 3000


def test_many_at_once_get_the_same_bytes(application):
    async def ask():
        requests = [request_of("GET", "/sparql", query_string=MANY) for _ in range(40)]
        return await asyncio.gather(*(fetch(application, request) for request in requests))

    assert len({response.body for response in asyncio.run(ask())}) == 1


def test_saved_queries_are_computed_before_anybody_asks(services):
    engine = CountingEngine(services.engine)
    application = live_server.application(replace(services, engine=engine))
    asyncio.run(prefetch(application, saved_queries(services)))
    calls = engine.calls
    assert calls >= 2 * len(services.library)
    client = Client(application)
    assert 'oib_requests_total{route="queries"' not in client.get("/metrics").text  # our own
    for query in services.library:
        headers = {"Accept": "text/html", **GZIP}
        assert client.get(f"/queries/{query.name}", headers=headers).status_code == 200
    assert engine.calls == calls


NAVIGATION = [
    "/",
    "/bases",
    "/claims",
    "/changes",
    f"/changes/{releases.find(ROOT)[-1].version}/present",
    "/ontology",
    "/vocab",
    "/shapes",
    "/dataset",
]
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def test_main_pages_are_made_before_anybody_asks_in_the_words_of_any_browser(services):
    """What ``Accept`` and ``Accept-Language`` say differs between browsers that get the same."""
    application = live_server.application(replace(services, results={}))
    asyncio.run(prefetch(application, main_pages(services)))
    client = Client(application)
    made = len(application.cache)
    for language in ("en-GB,en;q=0.8", "zh-CN,zh;q=0.9,en;q=0.5", "zh", "de"):
        headers = {"Accept": CHROMIUM, "Accept-Language": language, **GZIP}
        for path in NAVIGATION:
            first = client.get(path, headers=headers)
            assert first.status_code == 200
            known = {**headers, "If-None-Match": first.headers["ETag"]}
            assert client.get(path, headers=known).status_code == 304
    assert len(application.cache) == made
    assert 'oib_cache_total{result="miss"' not in client.get("/metrics").text


def test_a_page_that_just_left_the_cache_is_made_anew(services):
    application = live_server.application(services)
    kept = application.cache
    first = Client(application).get("/about", headers={"Accept": "text/html"})

    class Forgetful:
        """A cache that has a response no more once somebody wants it."""

        def __getattr__(self, name):
            return getattr(kept, name)

        def __contains__(self, etag):
            return etag in kept

        def find(self, etag):
            return None

    application.cache = Forgetful()
    again = Client(application).get("/about", headers={"Accept": CHROMIUM})
    assert (again.status_code, again.data) == (200, first.data)


def test_what_fails_ahead_of_a_request_is_not_tried_twice():
    web = ConstantWeb(503)
    application = HttpApplication(CurrentServices(live_server.small_services()), web)
    web.is_idle = True
    asyncio.run(prefetch(application, [request_of("GET", "/claims")]))
    assert web.calls == 1


def test_what_is_computed_ahead_gives_way_to_the_pages_of_clients(services):
    application = live_server.application(services)
    order = []

    class Recorder:
        """An application that notes which requests are answered, while it is idle or is not."""

        is_left_alone = False

        def is_idle(self, seconds):
            return self.is_left_alone

        def answer(self, request, respond):
            order.append(request.path)
            return application.answer(request, respond)

    async def visit():
        recorder = Recorder()
        ours = asyncio.ensure_future(prefetch(recorder, [request_of("GET", "/about")]))
        await asyncio.sleep(0.2)
        order.append("page of a client is ready")
        recorder.is_left_alone = True
        await ours

    asyncio.run(visit())
    assert order == ["page of a client is ready", "/about", "/about"]


def test_a_client_that_has_just_sent_a_request_is_left_alone(services, monkeypatch):
    later = 0.0
    clock = SimpleNamespace(perf_counter=lambda: time.perf_counter() + later)
    monkeypatch.setattr("oib.http.application.time", clock)
    application, raw = live_server.application(services), b"GET /about HTTP/1.1"
    assert application.is_idle(3600)
    for _ in range(2):  # the second time it is in the cache
        request = request_of("GET", "/about")
        response = asyncio.run(response_from(partial(application.handle, request)))
        application.memorize(raw, request, response)
        assert application.is_idle(0)
        assert not application.is_idle(3600)
    later = 3600.0
    assert application.is_idle(3600)
    assert application.lookup(raw)
    assert not application.is_idle(3600)


def test_what_is_computed_ahead_ends_when_the_data_are_replaced(services):
    current = CurrentServices(services)
    old = likely(current)
    assert next(old).path == "/"
    current.current = replace(services, version="test-2")
    assert list(old) == []
    assert len(list(likely(current))) > len(services.library)


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_probes_of_monitors_hold_up_nothing_that_is_computed_ahead(services, path):
    application = live_server.application(services)
    request = request_of("GET", path)
    assert asyncio.run(response_from(partial(application.handle, request))).status == 200
    assert application.is_idle(3600)


def test_a_template_that_cannot_be_compiled_holds_up_no_other(tmp_path):
    (tmp_path / "a.html").write_text("{% if", "utf-8")
    (tmp_path / "b.DS_Store").write_bytes(b"\xff")
    (tmp_path / "c.html").write_text("whole", "utf-8")
    app = Flask(__name__, template_folder=str(tmp_path))
    asyncio.run(WebApplication(app, lambda *parts: None, 1).compile_templates())
    (tmp_path / "c.html").unlink()
    assert app.jinja_env.get_template("c.html").render() == "whole"


@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_server_makes_main_pages_ahead_unless_it_may_not(snapshots, snapshot, is_wanted):
    with live_server.serve("--out", snapshots, prefetch=is_wanted) as server:
        is_made = wait_until(
            lambda: live_server.cache_bytes(server.root) > 100_000, seconds=60 if is_wanted else 2
        )
    assert is_made is is_wanted
