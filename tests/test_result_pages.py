"""Pages with the answer to a query: however large that is, the page is small and says so."""

import time
from itertools import islice, product
from string import ascii_lowercase
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, build_opener

import pytest

import live_server
from html_pages import Page
from oib.engine.differences import DIFFERENCES
from oib.sparql.guard import MAX_QUERY_LENGTH

# What a page may have at most, in bytes; the answers below have tens of MiB.
LARGEST = 8 * 2**20
# Not urlopen: that uses the opener of the process, which a remote engine replaces.
OPENER = build_opener()
NESTED = "<<( <urn:a> <urn:p> "
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def variables(number):
    return ["".join(letters) for letters in islice(product(ascii_lowercase, repeat=3), number)]


@pytest.fixture(scope="module")
def root(snapshots, snapshot):
    with live_server.serve("--out", snapshots) as server:
        yield server.root


@pytest.fixture
def page(root):
    """Return the status and the page of a query that a browser sends."""

    def post(query, accept=BROWSER):
        body = urlencode({"query": query}).encode()
        try:
            response = OPENER.open(Request(f"{root}/sparql", body, {"Accept": accept}), timeout=60)
        except HTTPError as error:
            response = error
        with response:
            assert response.headers["Content-Type"].startswith("text/html")
            return response.status, response.read()

    return post


def test_a_wide_table_shows_some_columns_and_rows(page):
    rows = " ".join(map(str, range(500)))
    columns = " ".join(f"?{name}" for name in variables(2_000))
    status, body = page(f"SELECT {columns} {{ VALUES ?x {{ {rows} }} }}")
    text = Page(body.decode()).text
    assert status == 200
    assert len(body) < LARGEST
    assert "50 columns are shown and 1950 left out." in text


def test_the_names_of_many_iris_take_one_query(page):
    binds = "".join(f'BIND(IRI(CONCAT("x:", STR(?r), "{n}")) AS ?{n})' for n in variables(800))
    columns = " ".join(f"?{name}" for name in variables(800))
    rows = " ".join(map(str, range(500)))
    start = time.monotonic()
    status, body = page(f"SELECT {columns} {{ VALUES ?r {{ {rows} }} {binds} }}")
    assert status in (200, 503)  # a page, or the deadline of ten seconds; never many times that
    assert len(body) < LARGEST
    assert time.monotonic() - start < 30


def test_a_page_of_a_large_graph_is_cut_and_says_so(page):
    subjects = " ".join(map(str, range(480)))
    construct = (
        "CONSTRUCT { ?s <x:p> ?o } WHERE { VALUES ?n { %s } "
        'BIND(IRI(CONCAT("x:", STR(?n))) AS ?s) BIND(CONCAT("%s", STR(?n)) AS ?o) }'
    )
    status, body = page(construct % (subjects, "'" * 2**16))
    assert status == 200
    assert len(body) < LARGEST
    assert "Long values are cut" in Page(body.decode()).text


def test_very_many_rows_are_not_counted_to_the_end(page):
    digits = " ".join(map(str, range(10)))
    values = "".join(f"VALUES ?x{number} {{ {digits} }} " for number in range(6))
    status, body = page(f"SELECT * {{ {values} }}")
    assert status == 200
    assert "The first 500 of very many rows" in Page(body.decode()).text


@pytest.mark.parametrize("depth", [1, 2, 100])
def test_triple_terms_are_shown_as_turtle(page, depth):
    term = NESTED * depth + '"<b>"' + " )>>" * depth
    status, body = page(f"SELECT * {{ BIND({term} AS ?x) }}")
    assert status == 200
    assert Page(body.decode()).text.count("<<( <urn:a> <urn:p> ") >= 1
    assert b"<b>" not in body
    assert b"{'" not in body  # no dictionary of Python


@pytest.mark.parametrize("depth", [400, 3000])
def test_deeply_nested_triple_terms_are_answered_in_form(page, depth):
    term = NESTED * depth + "1" + " )>>" * depth
    assert page(f"SELECT * {{ BIND({term} AS ?x) }}")[0] in (200, 400, 503)
    assert page(f"CONSTRUCT {{ <urn:s> <urn:p> ?x }} WHERE {{ BIND({term} AS ?x) }}")[0] in (
        200,
        400,
        503,
    )


def test_an_error_stands_beside_the_query_that_has_it(page):
    status, body = page("SELECT * { ?s foaf:name ?o }")
    text = Page(body.decode()).text
    assert status == 400
    assert "foaf" in text.split("400 Bad request")[1]
    assert "SELECT * { ?s foaf:name ?o }" in text


def test_a_query_beyond_the_limit_is_refused_on_the_page(page):
    status, body = page("ASK {} #" + "x" * MAX_QUERY_LENGTH)
    assert status == 413
    assert len(body) < LARGEST


def test_a_slow_query_ends_on_the_page_with_the_reason(page):
    hops = " . ".join(f"?a{i} ?p{i} ?b{i}" for i in range(6))
    start = time.monotonic()
    status, body = page(f"SELECT (COUNT(*) AS ?n) {{ {hops} }}")
    assert status == 503
    assert time.monotonic() - start < 20
    assert "503 Service unavailable" in Page(body.decode()).text


def test_a_query_page_links_to_no_other_host(root):
    query = "SELECT * { VALUES ?x { <https://w3id.org/oib//evil.example/> } }"
    request = Request(f"{root}/sparql?{urlencode({'query': query})}", headers={"Accept": BROWSER})
    with OPENER.open(request, timeout=30) as response:
        page = Page(response.read().decode())
    assert "https://w3id.org/oib//evil.example/" in page.links
    assert not [link for link in page.links if link.startswith("//")]


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/ontology", "application/rdf+xml"),
        ("/queries/claim/by-hedge", "application/sparql-results+xml"),
        ("/static/logo.svg", "*/*"),
        ("/graph-store?default", "application/rdf+xml"),
        ("/nowhere", "application/json"),
        ("/dump/context.jsonld", "*/*"),
    ],
)
def test_what_could_hold_a_script_may_not_run_it(root, path, accept):
    try:
        response = OPENER.open(Request(root + path, headers={"Accept": accept}), timeout=30)
    except HTTPError as error:
        response = error
    with response:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_editor_names_where_answers_differ_from_the_standard(root, language):
    request = Request(f"{root}/sparql?lang={language}", headers={"Accept": BROWSER})
    with OPENER.open(request, timeout=30) as response:
        text = Page(response.read().decode()).text
    for difference in DIFFERENCES:
        assert difference.title[language] in text
        assert difference.instead in text


@pytest.mark.parametrize(
    "path", ["/", "/ontology", "/queries/claim/by-hedge", "/doc/person/sun-youshun"]
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Accept-Language": "en," * 30_000},
        {"Accept-Language": "en;q=a" + " " * 90_000 + "b"},
        {"Accept-Language": "en;" + "a=b;" * 20_000},
        {"If-None-Match": "a" + " " * 90_000 + "b"},
        {"If-None-Match": 'W/"' * 30_000},
        {"If-None-Match": "a," * 45_000},
        {"Accept": "text/csv;q=a" + " " * 90_000 + "b"},
        {"Accept": "text/html;" + 'a="' * 30_000},
    ],
    ids=lambda headers: f"{next(iter(headers))} {next(iter(headers.values()))[:8]}",
)
def test_no_header_of_a_page_takes_long(root, path, headers):
    start = time.monotonic()
    try:
        response = OPENER.open(
            Request(root + path, headers={"Accept": BROWSER, **headers}), timeout=60
        )
    except HTTPError as error:
        response = error
    with response:
        assert response.status in (200, 304, 400, 406, 431)
    assert time.monotonic() - start < 5  # the quadratic reading of one of these took a minute
