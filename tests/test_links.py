"""Links to outside registers: form and check digits; another data set that links to this one."""

import json
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest
from pyoxigraph import NamedNode, QueryResultsFormat, RdfFormat, Store

import live_server
from oib import identifiers
from oib.documents import links
from oib.namespaces import BASE, ID, PREFIXES
from projects import ROOT

README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("authority", "good", "bad"),
    [
        ("ROR", "https://ror.org/042nb2s44", "https://ror.org/042nb2s45"),
        (
            "ISNI",
            "https://isni.org/isni/0000000121535424",
            "https://isni.org/isni/0000000121535425",
        ),
        ("ORCID", "https://orcid.org/0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0098"),
        (
            "GLEIF",
            "https://search.gleif.org/#/record/5493001KJTIIGC8Y1R12",
            "https://search.gleif.org/#/record/5493001KJTIIGC8Y1R13",
        ),
        ("USCC", "91110000600037341L", "91110000600037342L"),
        ("Wikidata", "http://www.wikidata.org/entity/Q100", "https://www.wikidata.org/wiki/Q100"),
        ("GeoNames", "https://sws.geonames.org/4930956/", "https://sws.geonames.org/4930956"),
    ],
)
def test_form_and_check_digits_are_checked(authority, good, bad):
    assert identifiers.problem(authority, good) == ""
    assert bad.rpartition("/")[2][:4] in identifiers.problem(authority, bad)


def test_what_is_not_known_is_not_checked():
    assert identifiers.problem("House register", "12") == ""


def test_the_links_of_the_data_are_well_formed(store):
    report = links.examine(store)
    assert report.problems == []
    assert report.unchecked == []
    assert report.counts["Wikidata", "verified"] >= 17
    assert "place" in report.unlinked


def test_a_wrong_and_a_shared_identifier_are_reported(store):
    spoilt = Store()
    spoilt.extend(store)
    graph = NamedNode(BASE + "graph/spoilt")
    for slug, entry in (("one", "042nb2s45"), ("two", "042nb2s44"), ("three", "042nb2s44")):
        spoilt.load(
            f"""@prefix oib: <{BASE}ontology#> . @prefix oibv: <{BASE}vocab#> .
            <{ID}organization/{slug}#ror> oib:linksEntity <{ID}organization/{slug}> ;
                oib:hasAuthority "ROR" ; oib:linksTo <https://ror.org/{entry}> ;
                oib:hasLinkStatus oibv:link-verified .""",
            RdfFormat.TURTLE,
            to_graph=graph,
        )
    problems = "\n".join(links.examine(spoilt).problems)
    assert "organization/one: the check digits of 042nb2s45 are wrong" in problems
    assert "is that of" in problems


def test_the_command_prints_what_is_linked_and_what_is_not(own_snapshots, snapshot):
    done = subprocess.run(
        [sys.executable, "-m", "oib", "links", "--all", "--out", own_snapshots],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+  Wikidata, verified", done.stdout)
    assert re.search(r"place without a link: .+", done.stdout)


LINKING = f"""
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
<http://example.org/firm/7> a ex:Firm ; rdfs:label "A park in Suzhou"@en ;
    schema:sameAs <{ID}organization/suzhou-industrial-park> .
<http://example.org/firm/8> a ex:Firm ; rdfs:label "Another"@en ;
    schema:sameAs <http://www.wikidata.org/entity/Q1> .
"""


@contextmanager
def another_endpoint():
    """Serve another data set, whose endpoint calls others (SERVICE); yield its address."""
    store = Store()
    store.load(LINKING, RdfFormat.TURTLE)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            (query,) = parse_qs(urlsplit(self.path).query)["query"]
            body = store.query(query).serialize(format=QueryResultsFormat.JSON)
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_another_data_set_links_to_ours_and_asks_both_in_one_query(snapshots, snapshot):
    """The recipe of the README, over two live servers."""
    query = re.search(r"```sparql\n(# Both data sets.*?)```", README, re.DOTALL)[1]
    with another_endpoint() as theirs, live_server.serve("--out", snapshots) as ours:
        text = query.replace("https://w3id.org/oib/sparql", f"{ours.root}/sparql")
        with urlopen(f"{theirs}?{urlencode({'query': text})}", timeout=30) as response:
            rows = json.load(response)["results"]["bindings"]
    assert len(rows) > 3
    assert {row["firm"]["value"] for row in rows} == {"http://example.org/firm/7"}
    assert all(row["claim"]["value"].startswith(ID + "claim/") for row in rows)


def test_every_verified_link_is_exported_for_those_who_join(store):
    same = NamedNode("https://schema.org/sameAs")
    exported = {(q.subject, q.object) for q in store.quads_for_pattern(None, same, None)}
    verified = store.query(
        f"""SELECT ?thing ?entry WHERE {{
          ?link <{BASE}ontology#linksEntity> ?thing ; <{BASE}ontology#linksTo> ?entry ;
              <{BASE}ontology#hasLinkStatus> <{BASE}vocab#link-verified> }}""",
        use_default_graph_as_union=True,
    )
    assert exported == {(row["thing"], row["entry"]) for row in verified}


def test_no_mapping_of_concepts_says_that_a_thing_is_one(store):
    """What has skos:exactMatch or its like is a concept or a term (SKOS, section 10)."""
    mapped = {
        quad.subject.value
        for name in ("exact", "close", "broad", "narrow", "related")
        for quad in store.quads_for_pattern(None, NamedNode(f"{PREFIXES['skos']}{name}Match"), None)
    }
    assert mapped
    assert not [iri for iri in mapped if iri.startswith(ID)]
    same = store.quads_for_pattern(None, NamedNode(PREFIXES["schema"] + "sameAs"), None)
    assert all(quad.subject.value.startswith(ID) for quad in same)
