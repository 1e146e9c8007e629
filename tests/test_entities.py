"""Every thing of the data leads to a document about it, in each form, under tags and links."""

import html
import json
import re
from dataclasses import replace

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

import live_server
from html_pages import Page, section
from http_client import Client
from oib.engine.embedded import Embedded
from oib.engine.statements import LABELS, fetch_rows
from oib.namespaces import BASE, DOC, ID, OIB, PREFIXES
from oib.views import entity_triples
from oib.views.entity_queries import FIRST_PAGE
from oib.views.entity_triples import Publication
from oib.web.localization import Locale

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NT = RdfFormat.N_TRIPLES
SUFFIXES = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "nq": "application/n-quads",
    "html": "text/html",
}
MENDED = """
@base <https://w3id.org/oib/id/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix oib: <https://w3id.org/oib/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<organization/kept> a oib:Organization ; skos:prefLabel "Kept"@en .
<organization/merged> dcterms:isReplacedBy <organization/kept> .
<organization/moved-out> dcterms:isReplacedBy <https://example.org/elsewhere> .
<organization/gone> a oib:Withdrawn ; oib:curatorNote "Entered by mistake."@en .
<claim/x/p01-01> oib:claimSubject <organization/gone> ; oib:claimPredicate oib:worksWith .
"""


@pytest.fixture(scope="session")
def replaced(services):
    """Return the path of every thing that was replaced, with the path of what replaced it."""
    query = f"SELECT ?old ?new WHERE {{ ?old <{PREFIXES['dcterms']}isReplacedBy> ?new }}"
    moved = [(row["old"].text, row["new"].text) for row in fetch_rows(services.engine, query)]
    return {old.removeprefix(ID): new.removeprefix(ID) for old, new in moved if ID in old}


@pytest.fixture(scope="session")
def withdrawn(services):
    """Return the path below /id/ of every thing that was withdrawn."""
    rows = fetch_rows(services.engine, f"SELECT DISTINCT ?s WHERE {{ ?s a <{OIB}Withdrawn> }}")
    return sorted(row["s"].text.removeprefix(ID) for row in rows)


@pytest.fixture(scope="session")
def things(services, replaced, withdrawn):
    """Return the path below /id/ of every thing of the data that stands."""
    every = fetch_rows(services.engine, "SELECT DISTINCT ?s WHERE { GRAPH ?g { ?s ?p ?o } }")
    iris = {row["s"].text.partition("#")[0] for row in every if row["s"].text.startswith(ID)}
    return sorted({iri.removeprefix(ID) for iri in iris} - {*replaced, *withdrawn})


@pytest.fixture(scope="session")
def pages(home_client, things, request):
    """Return the page about every person and about one in seven other things, or about all."""
    if not request.config.getoption("--runslow"):
        things = [
            path
            for number, path in enumerate(things)
            if number % 7 == 0 or path.startswith("person/")
        ]
    return {path: home_client.get(f"/doc/{path}", headers=BROWSER).text for path in things}


@pytest.fixture(scope="module")
def mended():
    store = Store()
    store.load(MENDED, RdfFormat.TURTLE, to_graph=NamedNode(BASE + "graph/mended"))
    return Client(live_server.application(live_server.services_of(Embedded(store))))


def links(response):
    return [
        tuple(part.strip() for part in link.split(";")) for link in response.headers.getlist("Link")
    ]


@pytest.mark.parametrize("accept", [BROWSER["Accept"], "text/turtle"])
def test_every_thing_leads_to_its_document(home_client, things, accept, request):
    assert len(things) > 200
    for path in things if request.config.getoption("--runslow") else things[::14]:
        response = home_client.get(f"/id/{path}", headers={"Accept": accept})
        assert (response.status_code, response.location) == (303, f"/doc/{path}")
        assert "Accept" in response.headers["Vary"]
        document = home_client.get(response.location, headers={"Accept": accept})
        assert document.status_code == 200
        assert document.mimetype == accept.split(",")[0]


def test_every_replaced_thing_sends_on_to_what_replaced_it(home_client, replaced):
    assert replaced["organization/mit-professor"] == "post/mit-professor"
    for old, new in replaced.items():
        response = home_client.get(f"/id/{old}", headers=BROWSER)
        assert (response.status_code, response.location) == (301, f"/id/{new}")


@pytest.mark.parametrize("accept", [BROWSER["Accept"], "text/turtle"])
def test_every_withdrawn_thing_says_that_it_is_gone(home_client, withdrawn, accept):
    for path in withdrawn:  # none so far, but in a copy of the home that has one
        for address in (f"/id/{path}", f"/doc/{path}"):
            assert home_client.get(address, headers={"Accept": accept}).status_code == 410


def test_every_page_is_well_formed_and_has_no_script(pages):
    for text in pages.values():
        page = Page(text)
        assert page.lang == "en"
        assert "script" not in page.tags
        assert all(asset.startswith("/static/") for asset in page.assets)


def test_the_documents_together_are_the_data_and_the_names_of_what_they_mention(
    home_client, services, things, replaced, withdrawn
):
    told = set()
    for path in things:
        for body in pages_of(home_client, f"/doc/{path}.nt"):
            told |= {(q.subject, q.predicate, q.object) for q in parse(body, RdfFormat.N_TRIPLES)}
    nquads = services.engine.query("CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples")
    data = {(q.subject, q.predicate, q.object) for q in parse(nquads, RdfFormat.N_TRIPLES)}
    gone = {ID + path for path in (*replaced, *withdrawn)}
    ours = {each for each in data if each[0].value.startswith(ID) and each[0].value not in gone}
    stated = {triple for triple in told if not triple[0].value.startswith(DOC)}
    assert ours <= stated
    for subject, predicate, value in stated - ours:  # names, and what else refers to a thing
        assert predicate.value in LABELS or value.value.startswith(ID), subject
    assert stated <= data


def pages_of(client, path):
    """Yield a document and, by its links, all further pages of it."""
    while path:
        response = client.get(path)
        assert response.status_code == 200
        yield response.data
        following = [link[0] for link in links(response) if 'rel="next"' in link]
        path = following[0].strip("<>") if following else None


def test_a_document_names_all_that_it_mentions(home_client, services):
    statements = list(parse(home_client.get("/doc/person/sun-youshun").data, RdfFormat.TURTLE))
    mentioned = {
        term.value
        for quad in statements
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, NamedNode)
    }
    named = {quad.subject.value for quad in statements if quad.predicate.value in LABELS}
    query = f"SELECT DISTINCT ?s WHERE {{ ?s {'|'.join(f'<{name}>' for name in LABELS)} ?name }}"
    nameable = {row["s"].text for row in fetch_rows(services.engine, query)}
    assert mentioned & nameable == named
    assert len(named) > 30


def test_the_document_about_a_place_states_what_points_at_it(home_client, services):
    iri = ID + "place/suzhou"
    query = f"CONSTRUCT {{ ?s ?p <{iri}> }} WHERE {{ ?s ?p <{iri}> }}"
    incoming = parse(services.engine.query(query, "application/n-triples"), RdfFormat.N_TRIPLES)
    expected = {(quad.subject, quad.predicate) for quad in incoming}
    assert any(predicate.value == OIB + "isLocatedIn" for _, predicate in expected)
    body = home_client.get("/doc/place/suzhou.ttl").data
    found = parse(body, RdfFormat.TURTLE)
    assert expected <= {(q.subject, q.predicate) for q in found if q.object == NamedNode(iri)}


def test_a_document_without_claims_has_the_direct_statements_only(home_client):
    whole = home_client.get("/doc/place/suzhou.nt").text
    short = home_client.get("/doc/place/suzhou.nt?claims=no").text
    assert "/id/claim/" in whole
    assert "/id/claim/" not in short
    assert "isLocatedIn" in short
    page = home_client.get("/doc/place/suzhou?claims=no", headers=BROWSER).text
    assert 'id="mentions"' not in page
    assert home_client.get("/doc/place/suzhou?claims=perhaps").status_code == 400


ARTICLE = "/doc/document/innovation-without-borders"


def test_what_is_long_is_paged_with_true_totals(home_client, services):
    query = f"""
        SELECT (COUNT(DISTINCT ?claim) AS ?n)
        WHERE {{ ?claim a <{OIB}Claim> ; <{OIB}isReportedIn> <{ID}{ARTICLE[5:]}> }}"""
    (row,) = fetch_rows(services.engine, query)
    assert int(row["n"].text) > 250
    page = home_client.get(ARTICLE, headers=BROWSER)
    assert f"Claims read in it ({row['n'].text})" in Page(page.text).text
    assert f"{ARTICLE}?page=2" in Page(page.text).links
    for page, relation, other in ((1, "next", 2), (2, "prev", 1)):
        targets = {
            link[1]: link[0] for link in links(home_client.get(f"{ARTICLE}.ttl?page={page}"))
        }
        assert targets[f'rel="{relation}"'] == f"<{ARTICLE}.ttl?page={other}>"
    whole = home_client.get(f"{ARTICLE}.nt").text
    (total,) = re.findall(r"core#totalItems> \"(\d+)", whole)
    refers = f"SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s ?p <{ID}{ARTICLE[5:]}> }}"
    assert total == fetch_rows(services.engine, refers)[0]["n"].text


@pytest.mark.parametrize(("page", "status"), [("9", 404), ("0", 400), ("x", 400), ("9" * 9, 400)])
def test_a_page_that_is_not_there_is_a_problem(home_client, page, status):
    for suffix in ("", ".ttl"):
        response = home_client.get(f"{ARTICLE}{suffix}?page={page}")
        assert (response.status_code, response.mimetype) == (status, "application/problem+json")
        assert "page" in response.json["detail"]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/json", RdfFormat.JSON_LD),
        ("application/xml", RdfFormat.RDF_XML),
        ("text/plain", RdfFormat.N_TRIPLES),
        ("text/n3", RdfFormat.TURTLE),
        ("application/trig", RdfFormat.TRIG),
        ("application/n-quads", RdfFormat.N_QUADS),
    ],
)
def test_other_media_types_are_answered_too(home_client, accept, form):
    response = home_client.get("/doc/place/suzhou", headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, accept)
    known = {quad.triple for quad in parse(home_client.get("/doc/place/suzhou.nt").data, NT)}
    assert {quad.triple for quad in parse(response.data, form)} == known


@pytest.mark.parametrize("path", ["/doc/place/suzhou", "/graph/vocab", "/doc/place/"])
@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9", "ld+json"),
        ("application/trig, text/turtle;q=0.5", "turtle"),
        ("application/trig, text/turtle;q=0", "trig"),
        ("application/n-quads, */*;q=0.1", "n-quads"),
    ],
)
def test_who_reads_triples_and_quads_gets_triples(home_client, path, accept, form):
    response = home_client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype.partition("/")[2]) == (200, form)


def test_an_iri_with_a_suffix_leads_to_that_form(home_client):
    response = home_client.get("/id/place/suzhou.ttl")
    assert (response.status_code, response.location) == (303, "/doc/place/suzhou.ttl")


def test_signposts_lead_from_page_to_data_and_back(home_client):
    page = links(home_client.get("/doc/place/suzhou", headers=BROWSER))
    assert ("<https://schema.org/AboutPage>", 'rel="type"') in page
    assert (f"<{ID}organization/oib>", 'rel="author"') in page
    assert ("</dataset>", 'rel="collection"') in page
    data = links(home_client.get("/doc/place/suzhou.ttl"))
    assert ("</doc/place/suzhou>", 'rel="describes"') in data
    kind = 'type="application/linkset+json"'
    assert ("</doc/place/suzhou.linkset>", 'rel="linkset"', kind) in page
    moved = links(home_client.get("/id/place/suzhou"))
    assert ("</doc/place/suzhou.ttl>", 'rel="describedby"', 'type="text/turtle"') in moved


def test_a_linkset_has_the_links_of_the_page_and_of_its_forms(home_client):
    response = home_client.get("/doc/place/suzhou.linkset")
    assert response.mimetype == "application/linkset+json"
    page, *forms = response.json["linkset"]
    assert page["anchor"] == "http://localhost/doc/place/suzhou"
    assert page["cite-as"] == [{"href": ID + "place/suzhou"}]
    assert {each["type"] for each in page["alternate"]} == set(SUFFIXES.values())
    assert all(each["describes"][0]["href"] == page["anchor"] for each in forms)
    text = home_client.get("/doc/place/suzhou.linkset", headers={"Accept": "application/linkset"})
    assert text.mimetype == "application/linkset"
    assert text.headers["ETag"] != response.headers["ETag"]
    assert text.text.count('anchor="http://localhost/doc/place/suzhou"') == sum(
        len(targets) for relation, targets in page.items() if relation != "anchor"
    )
    assert home_client.get("/doc/place/atlantis.linkset").status_code == 404


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_suffix_fixes_the_form(home_client, suffix):
    response = home_client.get(f"/doc/person/sun-youshun.{suffix}", headers={"Accept": "image/png"})
    assert (response.status_code, response.mimetype) == (200, SUFFIXES[suffix])


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_each_form_of_rdf_says_the_same(home_client, suffix):
    def triples(ending, form):
        body = home_client.get(f"/doc/person/sun-youshun.{ending}").data
        return {(q.subject, q.predicate, q.object) for q in parse(body, form)}

    form = RdfFormat.from_extension(suffix)
    assert triples(suffix, form) == triples("nt", RdfFormat.N_TRIPLES)


def test_json_ld_is_json(home_client, things):
    for path in things[::10]:
        assert json.loads(home_client.get(f"/doc/{path}.jsonld").data)


def test_a_claim_brings_its_evidence_and_its_assessment(home_client):
    body = home_client.get("/doc/claim/innovation-without-borders/p13-10.ttl").data
    subjects = {quad.subject.value for quad in parse(body, RdfFormat.TURTLE)}
    assert ID + "evidence/innovation-without-borders/p13-02" in subjects
    assert ID + "assessment/innovation-without-borders/n4-01" in subjects


def test_a_document_brings_its_units_and_a_place_its_links(home_client):
    body = home_client.get("/doc/document/innovation-without-borders.nt").text
    assert f"<{ID}document/innovation-without-borders#p13>" in body
    assert "http://www.wikidata.org/entity/Q100" in home_client.get("/doc/place/boston.nt").text
    page = Page(home_client.get("/doc/place/boston", headers=BROWSER).text)
    assert "http://www.wikidata.org/entity/Q100" in page.links


def test_links_name_every_form_the_licence_and_the_iri_to_cite(home_client):
    told = links(home_client.get("/doc/person/sun-youshun"))
    for suffix, media_type in SUFFIXES.items():
        url = f"</doc/person/sun-youshun.{suffix}>"
        assert (url, 'rel="alternate"', f'type="{media_type}"') in told
    assert (f"<{ID}person/sun-youshun>", 'rel="cite-as"') in told
    assert ("<https://creativecommons.org/licenses/by/4.0/>", 'rel="license"') in told
    assert any('rel="describedby"' in link for link in told)


def test_a_known_tag_gets_304(home_client):
    first = home_client.get("/doc/person/sun-youshun", headers={"Accept": "text/turtle"})
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    headers = {"Accept": "text/turtle", "If-None-Match": tag}
    again = home_client.get("/doc/person/sun-youshun", headers=headers)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    other = home_client.get("/doc/person/sun-youshun", headers={**BROWSER, "If-None-Match": tag})
    assert (other.status_code, other.mimetype) == (200, "text/html")


def test_the_tag_of_a_page_depends_on_its_language(home_client):
    english = home_client.get("/doc/person/sun-youshun", headers=BROWSER)
    chinese = home_client.get(
        "/doc/person/sun-youshun", headers={**BROWSER, "Accept-Language": "zh-CN"}
    )
    assert english.headers["ETag"] != chinese.headers["ETag"]
    assert "Accept-Language" in chinese.headers["Vary"]


def test_head_has_the_headers_and_no_body(home_client):
    response = home_client.head("/doc/person/sun-youshun.ttl")
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["ETag"]
    assert int(response.headers["Content-Length"]) > 1000


@pytest.mark.parametrize("path", ["person/sun%2Dyoushun", "%70erson/sun-youshun"])
def test_an_address_may_be_percent_encoded(home_client, path):
    assert home_client.get(f"/id/{path}").location == "/doc/person/sun-youshun"
    assert home_client.get(f"/doc/{path}.ttl").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/id/person/nobody", "/doc/person/nobody", "/doc/person/nobody.ttl", "/id/person/孙友顺"),
        *("/id/person/a%3Eb", "/id/person/a%22%20b", "/id/x/%3E%20%3Fs%20%3Fp%20."),
    ],
)
def test_an_unknown_thing_is_not_found(home_client, path):
    response = home_client.get(path)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert "nothing here is called" in response.json["detail"]


def test_a_form_that_nobody_offers_is_not_acceptable(home_client):
    response = home_client.get("/doc/person/sun-youshun", headers={"Accept": "image/png"})
    assert response.status_code == 406
    offered = {link["href"]: link["type"] for link in response.json["links"]}
    assert offered["/doc/person/sun-youshun.ttl"] == "text/turtle"
    assert ("</doc/person/sun-youshun.ttl>", 'rel="alternate"', 'type="text/turtle"') in links(
        response
    )


def test_a_merged_thing_leads_to_its_successor(mended):
    for path in (
        "/id/organization/merged",
        "/doc/organization/merged",
        "/doc/organization/merged.ttl",
    ):
        response = mended.get(path)
        assert (response.status_code, response.location) == (301, "/id/organization/kept")
        assert ("</id/organization/kept>", 'rel="successor-version"') in links(response)
    assert mended.get("/id/organization/moved-out").location == "https://example.org/elsewhere"


@pytest.mark.parametrize("path", ["/id/organization/gone", "/doc/organization/gone"])
def test_a_withdrawn_thing_leaves_a_stone(mended, path):
    turtle = mended.get(path, headers={"Accept": "text/turtle"})
    assert (turtle.status_code, turtle.mimetype) == (410, "text/turtle")
    assert "Entered by mistake." in turtle.text
    assert "claimSubject" not in turtle.text
    page = mended.get(path, headers=BROWSER)
    assert page.status_code == 410
    assert "was withdrawn" in Page(page.text).text
    problem = mended.get(path, headers={"Accept": "application/problem+json"})
    assert (problem.status_code, problem.mimetype) == (410, "application/problem+json")


def test_every_page_of_a_person_offers_a_correction(pages):
    persons = [path for path in pages if path.startswith("person/")]
    assert persons
    for path in persons:
        assert "/corrections" in Page(pages[path]).links
        assert "Ask for a correction" in Page(pages[path]).text


def test_a_disputed_claim_is_shown_as_such_and_not_as_a_fact(home_client):
    text = home_client.get("/doc/person/sun-youshun", headers=BROWSER).text
    assert "professor at MIT" not in section(text, "direct")
    assert "Jilin" in section(text, "direct")
    start = text.index('id="claim-innovation-without-borders-p13-10"')
    card = text[start : text.index("</article>", start)]
    words = Page(f"<!doctype html><article {card}</article>").text
    assert "holds post professor at MIT" in words
    assert "Disputed: uncorroborated — China Brief" in words
    assert "Hedged: claimed of oneself" in words
    assert "Relayed" in words
    assert "has claimed to be" in words
    # In the table and in the card, each with its hedge and its dispute.
    assert text.count("professor at MIT") == 2 + section(text, "asserts").count("professor at MIT")


def test_a_card_states_who_where_how_surely_and_on_which_source(home_client):
    words = Page(
        home_client.get("/doc/organization/suzhou-industrial-park", headers=BROWSER).text
    ).text
    assert "Who says it author of “Innovation Without Borders” (not named in the text)" in words
    assert "p07 , characters 92\N{EN DASH}399" in words
    assert "printed “accessed December 18” · accessed 2024?-12-18 (year: inferred )" in words
    assert "ends not before 2021" in words


def test_a_source_lists_what_it_is_cited_for(home_client):
    text = home_client.get("/doc/document/iwb-s20-mit", headers=BROWSER).text
    assert "Suzhou Industrial Park is sponsor of" in section(text, "cited")
    assert (
        "<https://w3id.org/oib/ontology#citesSource>"
        in home_client.get("/doc/document/iwb-s20-mit.nt").text
    )


def test_the_reader_chooses_the_language(home_client):
    for url, headers in (
        ("/doc/person/sun-youshun?lang=zh-Hans", BROWSER),
        ("/doc/person/sun-youshun", {**BROWSER, "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}),
    ):
        response = home_client.get(url, headers=headers)
        page = Page(response.text)
        assert (page.lang, response.headers["Content-Language"]) == ("zh-Hans", "zh-Hans")
        assert "由谁提出" in page.text
        assert "<h1>孙友顺</h1>" in response.text
    english = home_client.get(
        "/doc/person/sun-youshun?lang=en", headers={**BROWSER, "Accept-Language": "zh"}
    )
    assert Page(english.text).lang == "en"
    assert "?lang=zh-Hans" in Page(english.text).links


def test_a_chosen_language_is_kept_along_the_way(home_client):
    assert home_client.get("/id/person/sun-youshun?lang=zh-Hans").location.endswith("?lang=zh-Hans")
    page = Page(home_client.get("/doc/person/sun-youshun?lang=zh-Hans", headers=BROWSER).text)
    inner = [link for link in page.links if link.startswith("/doc/") and "." not in link]
    assert inner
    assert all("lang=zh-Hans" in link for link in inner)


def test_json_ld_has_types_and_the_short_names_of_the_ontology(home_client):
    document = json.loads(home_client.get("/doc/person/sun-youshun.jsonld").data)
    (person,) = [
        node for node in document["@graph"] if node["@id"].endswith("id/person/sun-youshun")
    ]
    assert "Person" in "".join(person["@type"])
    assert person["prefLabel"]["en"]
    assert document["@context"]["prefLabel"] == {"@id": "skos:prefLabel", "@container": "@language"}


class CountingSession:
    """A session that counts its queries."""

    def __init__(self, session, texts):
        self.session, self.texts = session, texts

    def query(self, text, *arguments):
        self.texts.append(text)
        return self.session.query(text, *arguments)

    def __getattr__(self, name):
        return getattr(self.session, name)


@pytest.fixture
def counted(services):
    """Return a client of the site, and the texts of the queries that its pages take."""
    texts = []

    class CountingEngine:
        def session(self, *arguments):
            return CountingSession(services.engine.session(*arguments), texts)

    other = replace(services, engine=CountingEngine(), documents=None)
    client = Client(live_server.application(other))
    for headers in (BROWSER, {"Accept": "application/n-triples"}):  # fetches the vocabulary
        client.get("/doc/person/sun-youshun", headers=headers)
    texts.clear()
    return client, texts


def test_the_page_of_an_entity_takes_few_queries(counted, things):
    client, texts = counted
    for path in things[:: len(things) // 40]:
        assert client.get(f"/doc/{path}", headers=BROWSER).status_code == 200
        # One more, once for a class, for what its things usually have.
        usual = sum("AS ?with" in text for text in texts)
        assert usual <= 1
        assert len(texts) - usual <= 3, path
        assert len(set(texts)) == len(texts)
        texts.clear()


def test_a_document_in_rdf_takes_at_most_two_queries_and_one_that_is_known_none(counted):
    client, texts = counted
    first = client.get("/doc/person/sun-youshun", headers={"Accept": "text/turtle"})
    assert 1 <= len(texts) <= 2
    texts.clear()
    headers = {"Accept": "text/turtle", "If-None-Match": first.headers["ETag"]}
    assert client.get("/doc/person/sun-youshun", headers=headers).status_code == 304
    assert texts == []


@pytest.mark.parametrize(("name", "media_type"), [("ttl", "text/turtle"), ("html", "text/html")])
@pytest.mark.parametrize("parameter", ["format", "as", "output"])
def test_the_address_may_name_the_format(home_client, name, media_type, parameter):
    for path in ("/doc/person/sun-youshun", "/ontology", "/dataset", "/queries/"):
        for accept in ("application/rdf+xml", BROWSER["Accept"]):
            response = home_client.get(f"{path}?{parameter}={name}", headers={"Accept": accept})
            assert (response.status_code, response.mimetype) == (200, media_type)
    assert home_client.get("/ontology?format=csv").status_code == 406


def test_an_iri_of_ours_with_two_slashes_leads_to_no_other_host():
    locale = Locale("en", is_explicit=False)
    for iri in ("https://w3id.org/oib//evil.example/", "https://w3id.org/oib///evil.example"):
        assert locale.url(iri) == iri
    assert locale.url("https://w3id.org/oib/\\evil.example") == "/%5Cevil.example"
    assert locale.url("javascript:alert(1)") == ""


def test_a_page_of_another_origin_may_send_any_header(home_client):
    headers = {"Origin": "https://example.org", "Access-Control-Request-Headers": "X-One, x-two"}
    response = home_client.options("/doc/person/sun-youshun", headers=headers)
    assert response.headers["Access-Control-Allow-Headers"] == "X-One, x-two"
    assert "GET" in response.headers["Access-Control-Allow-Methods"]
    headers["Access-Control-Request-Headers"] = "x\u00e9, (" * 100
    response = home_client.options("/doc/person/sun-youshun", headers=headers)
    assert response.headers["Access-Control-Allow-Headers"].startswith("Accept,")


BASES = (
    *("tianjin-base", "wuhan-base", "shanghai-base", "suzhou-base", "chengdu-base"),
    *("shenzhen-base", "beijing-economic-technological-development-area"),
)


def visible(text):
    """Return the main part without what is folded or only printed."""
    main = text[text.index("<main") : text.index("</main>")]
    while "<details" in main:
        start = main.rindex("<details")
        end = main.index("</details>", start) + len("</details>")
        main = main[:start] + main[end:]
    return re.sub('<p class="print-only">.*?</p>', "", main)


@pytest.mark.parametrize("slug", BASES)
def test_a_base_says_much_in_few_words(home_client, slug):
    text = home_client.get(f"/doc/organization/{slug}", headers=BROWSER).text
    claim = re.compile(r'class="id" href="/doc/claim/([^"]*)"')
    assert len(set(claim.findall(text))) >= int(re.search(r'id="claims">[^<(]*\((\d+)\)', text)[1])
    main = visible(text)
    facts = len(set(claim.findall(main)))
    assert len(re.sub("<[^>]*>", " ", main).split()) / facts <= 60


def test_a_page_begins_with_what_is_stated_directly_in_one_paragraph(home_client):
    text = home_client.get("/doc/organization/wuhan-base", headers=BROWSER).text
    words = section(text, "direct")
    assert "is located in Wuhan" in words
    assert "launched on 2015" in words
    assert "Republic of China" not in words  # which is implied only


def test_the_table_of_claims_numbers_their_sources(home_client):
    text = home_client.get("/doc/organization/wuhan-base", headers=BROWSER).text
    numbers = {int(number) for number in re.findall(r'href="#source-(\d+)"', text)}
    listed = [int(number) for number in re.findall(r'<li id="source-(\d+)"', text)]
    assert listed == list(range(1, len(listed) + 1))
    assert numbers == set(listed) != set()


def test_a_hedged_row_is_marked_and_a_plain_one_is_not(home_client):
    text = home_client.get("/doc/organization/wuhan-base", headers=BROWSER).text
    rows = text[text.index("<tbody>") : text.index("</table>")].split("<tr")[1:]
    hedged = [row for row in rows if ' class="hedged"' in row[:20]]
    assert ["implied" in row for row in hedged] == [True]
    assert all("implied" not in row for row in rows if row not in hedged)


def test_what_bases_usually_have_and_this_one_has_not_is_not_stated(home_client, services):
    text = home_client.get("/doc/organization/chengdu-base", headers=BROWSER).text
    (line,) = re.findall(r'<p class="not-stated">(.*?)</p>', text)
    assert "has purpose" in line
    assert "is located in" not in line
    base, subject = f"<{ID}organization/chengdu-base>", f"<{OIB}claimSubject>"
    query = f"ASK {{ ?claim {subject} {base} ; <{OIB}claimPredicate> <{OIB}hasPurpose> }}"
    assert services.engine.query(query, "text/csv") == b"false"


@pytest.mark.parametrize(
    ("one", "other"),
    [("suzhou-base", "suzhou-industrial-park"), ("zhengzhou-base", "zhengzhou-high-tech-zone")],
)
def test_what_a_document_treats_as_the_same_thing_is_named_before_what_is_said(
    home_client, one, other
):
    for here, there in ((one, other), (other, one)):
        text = home_client.get(f"/doc/organization/{here}", headers=BROWSER).text
        line = text[text.index("Treated as the same thing") : text.index('id="direct"')]
        assert f'href="/doc/organization/{there}"' in line
        assert "implied" in line
    text = home_client.get("/doc/organization/wuhan-base", headers=BROWSER).text
    assert "Treated as the same thing" not in text


def test_a_count_says_of_what_it_is_the_number(home_client):
    base = home_client.get("/doc/organization/shanghai-base", headers=BROWSER).text
    assert re.search(r'>28</span> \(<a href="/vocab#count-partner">partner</a>\)', base)
    for language, words in (("en", "has count 28 (partner)"), ("zh-Hans", "28\uff08")):
        url = f"/doc/claim/shanghai-base-in-israel/p07-04?lang={language}"
        assert words in home_client.get(url, headers=BROWSER).text


def test_a_verdict_is_explained_with_who_gave_it(home_client):
    url = "/doc/claim/innovation-without-borders/p13-10"
    words = Page(home_client.get(url, headers=BROWSER).text).text
    verdict = words[words.index("Disputed by") :]
    assert "China Brief" in verdict[: verdict.index("uncorroborated")]
    assert "looked for support and found none" in verdict
    assert "does not show the claim to be false" in verdict
    assert "The assessor is an author or the publisher of the document" in verdict
    other = home_client.get("/doc/claim/innovation-without-borders/p07-15", headers=BROWSER).text
    assert "The assessor is an author" not in other


CLAIM_COUNTS = {
    "claims": "?claim oib:claimSubject ?thing",
    "mentions": "?claim oib:claimObject ?thing",
    "posts": "?post oib:isPostIn ?thing . ?claim oib:claimObject ?post ; "
    "oib:claimPredicate oib:holdsPost",
    "asserts": "?claim oib:isAssertedBy ?thing",
    "assesses": "?claim ^oib:assesses/oib:isAssessedBy ?thing",
    "reported": "?claim oib:isReportedIn ?thing",
    "cited": "?claim oib:citesSource ?thing",
    "sources": "{ ?one oib:claimSubject|oib:claimObject ?thing } UNION { ?one oib:claimObject "
    "?post . ?post oib:isPostIn ?thing } ?one oib:citesSource ?claim",
}


@pytest.mark.parametrize(
    "path",
    [
        *("organization/suzhou-base", "organization/shanghai-base", "organization/mit"),
        *("organization/beijing-economic-technological-development-area", "place/suzhou"),
        *("organization/china-brief", "person/sun-youshun", "programme/haizhi-plan"),
        *("document/innovation-without-borders", "document/iwb-s20-mit"),
    ],
)
def test_every_number_in_a_heading_is_a_count(home_client, services, path):
    text = home_client.get(f"/doc/{path}", headers=BROWSER).text
    headings = re.findall(r'<h2 id="(\w+)">[^<(]* \((\d+)\)</h2>', text)
    assert headings
    for name, number in headings:
        query = (
            f"PREFIX oib: <{OIB}> SELECT (COUNT(DISTINCT ?claim) AS ?n) WHERE {{ "
            f"VALUES ?thing {{ <{ID}{path}> }} {CLAIM_COUNTS[name]} }}"
        )
        assert int(services.engine.query(query, "text/csv").split()[1]) == int(number), name


def test_posts_are_walked_both_ways(home_client):
    there = home_client.get("/doc/organization/mit", headers=BROWSER).text
    posts = section(there, "posts")
    assert "Sun Youshun" in posts
    assert "Disputed: uncorroborated" in posts
    person = home_client.get("/doc/person/sun-youshun", headers=BROWSER).text
    assert "professor at MIT" in section(person, "claims")


def test_the_title_of_a_claim_is_what_somebody_claims(home_client):
    text = home_client.get("/doc/claim/innovation-without-borders/p13-10", headers=BROWSER).text
    assert "<title>Claim: Sun Youshun holds post professor at MIT" in text
    chinese = home_client.get(
        "/doc/claim/innovation-without-borders/p13-10?lang=zh-Hans", headers=BROWSER
    ).text
    assert "<title>主张：孙友顺" in chinese


@pytest.mark.parametrize(
    "path", ["organization/tianjin-base", "claim/innovation-without-borders/p13-10"]
)
def test_a_thing_can_be_cited_with_the_version_of_the_data(home_client, services, path):
    text = home_client.get(f"/doc/{path}", headers=BROWSER).text
    cite = Page(
        "<!doctype html>" + text[text.index('<details class="cite"') : text.index("</main>")]
    ).text
    assert cite.count(ID + path) >= 4
    assert cite.count(services.version) >= 4
    record = text[text.index("<summary>CSL-JSON") :]
    (item,) = json.loads(
        html.unescape(record[record.index("<code>") + 6 : record.index("</code>")])
    )
    assert item["URL"] == ID + path


def test_names_that_another_thread_forgets_are_in_the_document_all_the_same(services):
    """What is kept of names is emptied when it is full, also while a document is being written."""

    class Forgetful(dict):
        def update(self, *parts):
            super().update(*parts)
            self.clear()

    def serialize(known):
        iri = f"{ID}person/sun-youshun"
        document = entity_triples.fetch_document(services.engine, iri, FIRST_PAGE)
        labels = entity_triples.fetch_term_labels(services.engine)
        return entity_triples.serialize_document(
            *(services.engine, document, "text/turtle", labels, Publication()), thing_labels=known
        )

    assert serialize(Forgetful()) == serialize({})
