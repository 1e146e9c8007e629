"""Releases stay: entities, queries, dumps and documents of each, and what changed between them."""

import asyncio
import gzip
import hashlib
import re
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, Store, parse

import live_server
from html_pages import Page
from http_client import Client, request_of
from oib import __version__
from oib.commands import release_data
from oib.dataset import changes, releases
from oib.dataset.snapshot import CHANGES
from oib.engine.embedded import Embedded
from oib.errors import BadInput, NotFound, Unavailable
from oib.http.messages import fetch
from oib.namespaces import BASE, ID
from oib.services import ReleasedServices
from projects import ROOT

FIRST, SECOND = "0.1.0", "0.2.0"
BROWSER = {"Accept": "text/html"}
TREE, LDES = "https://w3id.org/tree#", "https://w3id.org/ldes#"
# The digests of what was published; a line is added, never changed.
ARCHIVES = {
    FIRST: "0b0ffcc5ef7297ec548a91250d8443fd5b4a4ae9be9b3a07d7f768e22ef8eaf2",
}


def links(response):
    return {
        relation: link.partition(">")[0][1:]
        for link in response.headers.getlist("Link")
        for relation in link.partition('rel="')[2].partition('"')[0].split()
    }


@pytest.fixture(scope="module")
def dumps(home_client):
    """The quads of both releases as lines of N-Quads, without the final dot."""

    def lines(version):
        with home_client.get(f"/version/{version}/dump/data.nq.gz") as response:
            assert response.status_code == 200
            text = gzip.decompress(response.data)
        return [line.removesuffix(b" .") for line in text.splitlines()]

    return {version: lines(version) for version in (FIRST, SECOND)}


def test_the_archives_are_those_that_were_published():
    found = {release.version: release for release in releases.find(ROOT)}
    assert list(found)[:2] == [FIRST, SECOND]
    for version, digest in ARCHIVES.items():
        assert found[version].sha256 == digest
    for release in found.values():
        packed = (ROOT / release.archive).read_bytes()
        assert hashlib.sha256(packed).hexdigest() == release.sha256


def apply_patch(patch, lines):
    """Return the sorted lines of N-Quads, without final dots, that an RDF Patch makes of others."""
    state = set(lines)
    for row in patch.split(b"\n"):
        action, _, rest = row.removesuffix(b" .").partition(b" ")
        if action == b"D":
            state.remove(rest)
        elif action == b"A":
            assert rest not in state
            state.add(rest)
    return sorted(state)


def test_the_patch_applied_to_the_first_release_gives_the_second(home_client, dumps):
    response = home_client.get(f"/changes/{FIRST}/{SECOND}.rdfp")
    assert response.mimetype == "application/rdf-patch"
    assert apply_patch(response.data, dumps[FIRST]) == sorted(dumps[SECOND])
    rows = response.data.splitlines()
    assert rows[0] == f"H id <{BASE}changes/{FIRST}/{SECOND}> .".encode()
    assert (rows[2], rows[-1]) == (b"TX .", b"TC .")


def test_the_rows_of_a_patch_are_quads(home_client):
    body = home_client.get(f"/changes/{FIRST}/{SECOND}.rdfp").data
    rows = [row[2:] for row in body.splitlines() if row[:2] in (b"A ", b"D ")]
    assert len(list(parse(b"\n".join(rows), RdfFormat.N_QUADS))) == len(rows) > 1000


@pytest.mark.parametrize(("version", "claims"), [(FIRST, "269"), (SECOND, "490")])
def test_each_release_answers_queries(home_client, version, claims):
    query = "SELECT (COUNT(*) AS ?n) { ?c a <https://w3id.org/oib/ontology#Claim> }"
    response = home_client.get(
        f"/version/{version}/sparql", query_string={"query": query}, headers={"Accept": "text/csv"}
    )
    assert response.text.split() == ["n", claims]
    assert response.headers["X-Data-Version"] == version
    described = home_client.get(f"/version/{version}/sparql", headers={"Accept": "text/turtle"})
    assert f"<http://localhost/version/{version}/sparql>" in described.text


@pytest.mark.parametrize("version", [FIRST, SECOND])
def test_each_release_answers_for_an_entity(home_client, version):
    root = f"/version/{version}"
    moved = home_client.get(f"{root}/id/place/suzhou")
    assert (moved.status_code, moved.location) == (303, f"{root}/doc/place/suzhou")
    response = home_client.get(f"{root}/doc/place/suzhou.ttl")
    assert response.status_code == 200
    assert response.headers["Memento-Datetime"].startswith(("Mon, 23 Nov", "Thu, 26 Nov"))
    assert links(response)["original"] == "/doc/place/suzhou.ttl"
    page = Page(home_client.get(f"{root}/doc/place/suzhou", headers=BROWSER).text)
    assert f"This is release {version}" in page.text
    assert all(link.startswith((root, "http", "#", "?")) or link == "/" for link in page.links)


def test_what_came_later_is_not_in_the_first_release(home_client):
    path = "/doc/document/nanjing-base-launch"
    assert home_client.get(f"/version/{SECOND}{path}").status_code == 200
    assert home_client.get(f"/version/{FIRST}{path}").status_code == 404


@pytest.mark.parametrize("name", ["ontology", "vocab", "shapes"])
@pytest.mark.parametrize("version", [FIRST, SECOND])
def test_a_document_of_a_release_has_the_bytes_of_that_time(home_client, home, name, version):
    release = releases.version_of(releases.find(home), version)
    packed = releases._members((home / release.archive).read_bytes())
    for suffix in ("ttl", "jsonld", "nt", "rdf"):
        with home_client.get(f"/{name}/{version}.{suffix}") as response:
            assert response.data == packed[f"{name}.{suffix}"]
    with home_client.get(f"/{name}/{version}", headers={"Accept": "text/turtle"}) as response:
        assert response.data == packed[f"{name}.ttl"]
    page = home_client.get(f"/{name}/{version}", headers=BROWSER)
    assert page.location == f"/version/{version}/{name}"
    assert home_client.get(page.location, headers=BROWSER).status_code == 200


def test_the_current_version_of_a_document_answers(home_client):
    response = home_client.get(f"/ontology/{__version__}.ttl")
    assert f"ontology/{__version__}>" in response.text


def test_a_saved_query_runs_on_a_release(home_client):
    response = home_client.get(f"/version/{FIRST}/queries/base/count.csv")
    assert response.status_code == 200
    assert home_client.get(f"/version/{FIRST}/queries/document/adds.csv").status_code == 404


def test_the_page_of_changes_says_in_words_what_changed(home_client):
    page = Page(home_client.get("/changes", headers=BROWSER).text)
    assert f"{FIRST} → {SECOND}" in page.text
    assert f"/changes/{FIRST}/{SECOND}" in page.links
    step = Page(home_client.get(f"/changes/{FIRST}/{SECOND}", headers=BROWSER).text)
    assert "/doc/document/nanjing-base-launch" in step.links
    assert home_client.get(f"/changes/{SECOND}/present", headers=BROWSER).status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_numbers_of_a_step_are_those_of_its_things_by_kind(home_client, dumps, language):
    before, after = (things(dumps[version]) for version in (FIRST, SECOND))
    text = home_client.get(f"/changes/{FIRST}/{SECOND}?lang={language}", headers=BROWSER).text
    new = text[text.index('<h2 id="created">') : text.index('<h2 id="changed">')]
    numbers = [int(number) for number in re.findall(r"</span>[^<\d]*(\d+)[^<]</summary>", new)]
    kinds = Counter(iri.removeprefix(ID).partition("/")[0] for iri in after - before)
    assert numbers[: len(kinds)] == [kinds[kind] for kind in sorted(kinds)]
    assert ("主张" if language == "zh-Hans" else "Claim") in new


def test_the_changes_of_one_thing_are_its_statements(home_client, dumps):
    address = f"/changes/{FIRST}/{SECOND}.rdfp?thing={ID}place/suzhou"
    rows = home_client.get(address).data.splitlines()[3:-1]
    assert rows
    assert all(f"<{ID}place/suzhou".encode() in row[:60] for row in rows)
    page = home_client.get(address.replace(".rdfp", ""), headers=BROWSER)
    assert "Statements added" in Page(page.text).text


COMPUTED = {
    f"<{BASE}graph/{name}".encode()
    for name in ("agreement", "bounds", "inferred", "labels", "links", "meta", "units")
}


def things(lines):
    """Return the entities that are the subject of a statement which no build computed."""
    stated = [line for line in lines if not line.rpartition(b" ")[2].startswith(tuple(COMPUTED))]
    subjects = {line.partition(b">")[0][1:].partition(b"#")[0].decode() for line in stated}
    return {iri for iri in subjects if iri.startswith(ID)}


def test_what_the_build_notes_of_two_releases_is_what_their_dumps_differ_in(snapshot, dumps):
    content = snapshot.index_file(CHANGES).read_bytes()
    summaries = changes.decode_summaries(content)
    states = [None, *(release.version for release in releases.find(ROOT)), releases.PRESENT]
    assert list(summaries) == list(pairwise(states))
    before, after = (things(dumps[version]) for version in (FIRST, SECOND))
    step = summaries[FIRST, SECOND]
    assert {iri for iri in step.created if iri.startswith(ID)} == after - before
    assert {iri for iri in step.deleted if iri.startswith(ID)} == before - after
    assert before & after >= {iri for iri in step.changed if iri.startswith(ID)}
    assert {iri for iri in summaries[None, FIRST].created if iri.startswith(ID)} == before


def test_what_changed_is_told_without_unpacking_a_release(services, tmp_path):
    """Nobody waits for that: the first visitor of the page waited three seconds."""
    unopened = ReleasedServices(ROOT, tmp_path, lambda snapshot: None)
    client = Client(live_server.application(replace(services, releases=unopened, results={})))
    moment = {"Accept-Datetime": "Tue, 24 Nov 2026 10:00:00 GMT"}
    assert client.get("/changes/", headers=BROWSER).status_code == 200
    assert client.get(f"/changes/{FIRST}/{SECOND}", headers=BROWSER).status_code == 200
    assert client.get("/doc/place/suzhou", headers=moment).status_code == 302
    assert client.get("/timemap/place/suzhou").status_code == 200
    assert client.get("/changes/stream").status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_the_event_stream_has_every_change_once(home_client):
    path, members, pages = "/changes/stream?page=1", [], 0
    while path:
        response = home_client.get(path, headers={"Accept": "application/n-triples"})
        statements = list(parse(response.data, RdfFormat.N_TRIPLES))
        members += [q.object.value for q in statements if q.predicate.value == TREE + "member"]
        nodes = [q.object.value for q in statements if q.predicate.value == TREE + "node"]
        path = nodes[0].removeprefix(BASE.rstrip("/")) if nodes else None
        assert path is None or links(response)["next"] == path
        pages += 1
    assert pages > 3
    assert len(members) == len(set(members))
    created = [member for member in members if member.startswith(f"{BASE}version/{FIRST}/")]
    assert len(created) > 500
    sample = f"/{members[-1].removeprefix(BASE)}"
    assert home_client.get(sample).status_code in (200, 301, 404)


def test_a_past_state_is_found_by_its_time(home_client):
    wanted = {"Accept-Datetime": "Tue, 24 Nov 2026 10:00:00 GMT", "Accept": "text/turtle"}
    for path in ("/id/place/suzhou", "/doc/place/suzhou"):
        response = home_client.get(path, headers=wanted)
        assert (response.status_code, response.location) == (
            302,
            f"/version/{FIRST}/doc/place/suzhou",
        )
        assert "Accept-Datetime" in response.headers["Vary"]
        assert links(response)["timemap"] == "/timemap/place/suzhou"
    now = {"Accept-Datetime": "Tue, 24 Nov 2099 10:00:00 GMT"}
    latest = releases.find(ROOT)[-1].version
    assert home_client.get("/doc/place/suzhou", headers=now).location.startswith(
        f"/version/{latest}/"
    )
    plain = home_client.get("/doc/place/suzhou", headers={"Accept": "text/turtle"})
    assert links(plain)["timegate"] == "/doc/place/suzhou"
    assert plain.status_code == 200


@pytest.fixture(scope="module")
def mixed(services):
    """A client of data with a thing that none of the releases has."""
    store = Store()
    store.update(
        f"""INSERT DATA {{ GRAPH <{BASE}graph/place/new> {{
          <{ID}place/new> <http://www.w3.org/2000/01/rdf-schema#label> "New"@en }} }}"""
    )
    new = live_server.services_of(Embedded(store))
    return Client(live_server.application(replace(new, releases=services.releases)))


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("place/suzhou", FIRST),
        ("place/suzhou.ttl", FIRST),
        ("document/nanjing-base-launch", SECOND),  # which the first release has not
    ],
)
def test_a_time_before_the_first_release_leads_to_the_first_that_has_the_thing(
    home_client, path, version
):
    """RFC 7089, section 4.5.3; the body says that the time of the memento is another one."""
    headers = {"Accept-Datetime": "Tue, 24 Nov 2020 10:00:00 GMT", "Accept": "*/*"}
    response = home_client.get(f"/doc/{path}", headers=headers)
    assert (response.status_code, response.mimetype) == (302, "application/problem+json")
    assert response.location == f"/version/{version}/doc/{path}"
    assert f"the first release that has this, {version}, is of" in response.json["detail"]
    assert links(response)["first"] == response.location
    assert home_client.get(response.location).status_code == 200


def test_a_thing_that_no_release_has_is_answered_as_it_is_now(mixed):
    headers = {"Accept-Datetime": "Tue, 24 Nov 2020 10:00:00 GMT", "Accept": "text/turtle"}
    response = mixed.get("/doc/place/new", headers=headers)
    assert response.status_code == 200
    assert "Memento-Datetime" not in response.headers
    timemap = mixed.get(links(mixed.get("/doc/place/new.ttl"))["timemap"])
    assert timemap.status_code == 200
    assert 'rel="original timegate"' in timemap.text
    assert "memento" not in timemap.text


@pytest.mark.parametrize("version", [FIRST, SECOND])
def test_the_page_of_a_thing_in_a_release_links_to_nothing_that_is_not_there(home_client, version):
    """The release has neither the saved queries nor the indexes of the present data."""
    path = f"/version/{version}/doc/place/suzhou"
    page = home_client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200
    followed = 0
    for link in Page(page.text).links:
        if link.startswith("/") and "#" not in link:
            response = home_client.get(link, headers={"Accept": "text/html"})
            assert response.status_code < 400, link
            followed += 1
    assert followed > 20


def test_search_and_names_of_a_release_are_those_of_the_present_data(home_client):
    for path in ("/search?q=suzhou", "/reconcile", "/reconcile/1.0-draft"):
        response = home_client.get(f"/version/{FIRST}{path}")
        assert (response.status_code, response.location) == (303, path)
    response = home_client.post(f"/version/{FIRST}/reconcile", data={"queries": "{}"})
    assert response.status_code == 404
    assert "no index of names" in response.json["detail"]


def test_the_map_of_times_lists_the_releases_that_have_the_thing(home_client):
    both = home_client.get("/timemap/place/suzhou")
    assert both.mimetype == "application/link-format"
    assert both.text.count("memento") == len(releases.find(ROOT))
    later = home_client.get("/timemap/document/nanjing-base-launch").text
    assert f"/version/{FIRST}/" not in later
    assert f"/version/{SECOND}/" in later


@pytest.mark.parametrize(
    "accept", ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]
)
def test_a_browser_is_led_from_the_event_stream_to_the_page_of_changes(home_client, accept):
    response = home_client.get("/changes/stream?lang=zh-Hans", headers={"Accept": accept})
    assert (response.status_code, response.location) == (303, "/changes/?lang=zh-Hans")
    assert "Accept" in response.vary
    assert home_client.get(response.location, headers={"Accept": accept}).mimetype == "text/html"
    for program in ("*/*", "text/turtle", "application/n-triples"):
        answer = home_client.get("/changes/stream", headers={"Accept": program})
        assert (answer.status_code, answer.mimetype) == (200, program.replace("*/*", "text/turtle"))


@pytest.mark.parametrize(
    ("path", "headers", "status", "words"),
    [
        ("/version/9.9.9/doc/place/suzhou", {}, 404, "was never released"),
        ("/version/9.9.9/sparql?query=ASK{}", {}, 404, "was never released"),
        ("/version/x/", {}, 404, "was never released"),
        ("/ontology/9.9.9", {}, 404, "was never released"),
        (f"/changes/9.9.9/{SECOND}", {}, 404, "was never released"),
        (f"/changes/{SECOND}/{FIRST}", {}, 400, "name the older version first"),
        ("/changes/stream?page=999", {}, 404, "there is no page 999"),
        ("/timemap/place/atlantis", {}, 404, "no release has"),
        ("/doc/place/suzhou", {"Accept-Datetime": "yesterday"}, 400, "no date of HTTP"),
    ],
)
def test_what_never_was_is_a_problem(home_client, path, headers, status, words):
    response = home_client.get(path, headers=headers)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert words in response.json["detail"]


@pytest.fixture
def another(tmp_path):
    """A home without releases."""
    (tmp_path / "instances").mkdir()
    return tmp_path


def test_a_release_is_frozen_once_and_comes_back_as_it_was(another, snapshot, tmp_path):
    moment = datetime(2026, 12, 1, 12, tzinfo=UTC)
    release = releases.freeze(another, snapshot, "1.0.0", moment, {"ontology.ttl": b"# one"})
    assert releases.find(another) == (release,)
    with pytest.raises(BadInput, match="released before"):
        releases.freeze(another, snapshot, "1.0.0", moment, {})
    with pytest.raises(BadInput, match="three numbers"):
        releases.freeze(another, snapshot, "1.0", moment, {})
    opened = releases.unpack(another, release, tmp_path / "out")
    assert opened.data.read_bytes() == snapshot.data.read_bytes()
    assert (opened.dumps / "ontology.ttl").read_bytes() == b"# one"
    assert not (tmp_path / "out" / "releases" / "current").exists()
    with pytest.raises(NotFound, match=r"released are: 1\.0\.0"):
        releases.version_of((release,), "2.0.0")


def test_a_damaged_archive_is_reported(another, snapshot, tmp_path):
    release = releases.freeze(another, snapshot, "1.0.0", datetime.now(UTC), {})
    (another / release.archive).write_bytes(b"no archive")
    with pytest.raises(Unavailable, match="restore"):
        releases.unpack(another, release, tmp_path / "out")


@pytest.mark.parametrize(
    "text",
    [
        "- version: 1\n",
        "- {version: !!int ''}\n",
        "- {version: 1.0.0, released: 0001-01-01T00:00:00+23:00, sha256: a, triples: 1}\n",
        "- {version: 1.0.0, released: 2026-01-01T00:00:00Z, sha256: a, triples: .inf}\n",
    ],
)
def test_a_damaged_list_of_releases_is_reported(tmp_path, text):
    index = tmp_path / releases.INDEX
    index.parent.mkdir(parents=True)
    index.write_text(text, "utf-8")
    with pytest.raises(BadInput, match="no list of releases"):
        releases.find(tmp_path)


def test_the_command_refuses_a_version_that_the_ontology_has_not(home, snapshots, snapshot):
    class Arguments:
        version, out = "9.9.9", snapshots

    Arguments.home = home
    with pytest.raises(BadInput, match="owl:versionIRI"):
        release_data(Arguments)


def test_blank_nodes_of_a_build_have_canonical_labels(snapshot):
    quads = set(parse(snapshot.data.read_bytes(), RdfFormat.N_QUADS))
    whole = Dataset(quads)
    whole.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert set(whole) == quads


def test_a_time_that_no_calendar_has_is_no_date(home_client):
    moment = {"Accept-Datetime": "Sat, 01 Jan 99999999999999999999 00:00:00 GMT"}
    answer = home_client.get("/doc/place/suzhou", headers=moment)
    assert answer.status_code == 400
    assert "is no date of HTTP" in answer.json["detail"]


def test_a_version_that_was_never_released_is_a_page_for_a_browser(home_client):
    for path in ("/version/9.9.9/doc/place/suzhou", "/version/9.9.9/sparql?query=ASK%7B%7D"):
        page = home_client.get(path, headers=BROWSER)
        assert (page.status_code, page.mimetype) == (404, "text/html")
        assert "9.9.9 was never released" in page.text
        answer = home_client.get(path, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
        assert "9.9.9 was never released" in answer.json["detail"]


def test_who_waits_for_a_release_to_be_unpacked_takes_no_thread_from_others(services, tmp_path):
    """Many ask for a release at once; what is compressed in a thread meanwhile does not wait."""
    unpacked = threading.Event()

    class Slow(ReleasedServices):
        def open(self, version):
            assert unpacked.wait(30)
            raise Unavailable("not in this test")

    application = live_server.application(
        replace(services, releases=Slow(ROOT, tmp_path, lambda snapshot: None), results={})
    )

    async def visit():
        waiting = [
            asyncio.ensure_future(
                fetch(application, request_of("GET", f"/version/{FIRST}/doc/{n}"))
            )
            for n in range(50)
        ]
        await asyncio.sleep(0)
        try:
            return await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 20)
        finally:
            unpacked.set()
            await asyncio.gather(*waiting)

    assert asyncio.run(visit()) == "done"
