"""The pages around the data: home, query editor, published documents, operations."""

import re
from zlib import crc32

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

import live_server
from html_pages import Page, section
from http_client import Client
from oib import __version__
from oib.engine.embedded import Embedded
from oib.engine.remote import Remote
from oib.errors import Unavailable
from oib.namespaces import BASE, GRAPH, ID, OIB, OIBS, OIBV, PREFIXES

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = ["/", "/queries/", "/sparql", "/ontology", "/vocab", "/shapes", "/dataset", "/nowhere"]
DOCUMENTS = {"ontology": OIB, "vocab": OIBV, "shapes": OIBS, "dataset": BASE + "dataset"}


class Silent:
    def session(self, client="", seconds=None):
        return self

    def query(self, text, media_type, dataset=None):
        raise Unavailable("not yet")


#: Documents in all their forms and queries to edit: thousands, each like the others.
ALIKE = re.compile(r"/(?:doc|graph)/([^?.]+)|/sparql\?(.+)")
STEP = 14


def is_in_sample(link):
    """Return whether a link is none of those that are alike, or one of each fourteen."""
    alike = ALIKE.match(link)
    return not alike or crc32((alike[1] or alike[2]).encode()) % STEP == 0


@pytest.fixture(scope="module")
def seen(home_client, request):
    """Return the response and the page of every address that leads from the welcome page.

    Data are responses without a page. Of what is alike a sample is taken, unless the whole is
    asked for, as .ci/run does.
    """
    whole = request.config.getoption("--runslow")
    found, wanted = {}, ["/", "/?lang=zh-Hans", "/nowhere"]
    while wanted:
        url = wanted.pop()
        with home_client.get(url, headers=BROWSER) as response:
            response.get_data()
        page = Page(response.text) if response.mimetype == "text/html" else None
        found[url] = response, page
        if page:
            links = {link.partition("#")[0] for link in page.links}
            # Of a list, the order in which it comes and what is chosen make no new links; a release
            # is a site of its own; what changed of each thing has its own tests.
            local = {
                link
                for link in links
                if link.startswith("/")
                and not link.startswith("/version/")
                and "lang=" not in link
                and "sort=" not in link
                and "thing=" not in link
                and (whole or is_in_sample(link))
            }
            wanted += sorted(local - set(found) - set(wanted))
    return found


def test_every_link_leads_somewhere(seen, store):
    assert len(seen) > 300
    broken = {url: r.status_code for url, (r, _) in seen.items() if r.status_code >= 400}
    # The graph of a file links to what was withdrawn from it, which says so by 410.
    kind, withdrawn = NamedNode(PREFIXES["rdf"] + "type"), NamedNode(OIB + "Withdrawn")
    gone = [q.subject.value for q in store.quads_for_pattern(None, kind, withdrawn)]
    named = {f"/doc/{iri.removeprefix(ID)}" for iri in gone}
    expected = {url: 410 for url in broken if re.split(r"[.?]", url)[0] in named}
    assert broken == {"/nowhere": 404, **expected}


def test_every_fragment_that_is_linked_to_is_there(seen):
    ids = {url: set(page.ids) for url, (_, page) in seen.items() if page}
    for _, page in seen.values():
        for link in page.links if page else ():
            url, _, fragment = link.partition("#")
            if fragment and url in ids:
                assert fragment in ids[url], link


def test_every_page_is_well_formed_local_and_without_script(seen):
    for url, (_, page) in seen.items():
        if page:
            assert page.lang == ("zh-Hans" if "lang=" in url else "en")
            assert page.tags.count("h1") == page.tags.count("main") == 1
            assert ("script" in page.tags) == url.startswith("/sparql")
            assert all(asset.startswith(("/static/", "/pictures/")) for asset in page.assets)


def test_every_page_forbids_what_it_does_not_need(seen):
    for response, page in seen.values():
        if page:
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self' data:")
            assert "unsafe" not in policy


def test_nothing_that_a_page_loads_is_missing(home_client):
    with home_client.get("/static/oib.css") as style:
        assert (style.status_code, style.mimetype) == (200, "text/css")
        assert "http" not in style.text
        assert style.text.count("\n") <= 320
    with home_client.get("/static/logo.svg") as logo:
        assert (logo.status_code, logo.mimetype) == (200, "image/svg+xml")


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_page_speaks_both_languages(home_client, url, language):
    page = Page(home_client.get(f"{url}?lang={language}", headers=BROWSER).text)
    assert page.lang == language
    assert ("数据版本" in page.text) == (language == "zh-Hans")


def test_the_home_page_offers_five_things_and_corrections(home_client):
    response = home_client.get("/")
    page = Page(response.text)
    assert response.text.split('class="try"')[1].split("</ol>")[0].count("<li>") == 5
    assert "corrections" in page.ids
    assert "section “Corrections” of its README" in page.text
    assert BASE + "sparql" in page.text
    assert re.search(r"\d+ claims", page.text)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_a_document_comes_in_every_form(home_client, name, suffix):
    response = home_client.get(f"/{name}.{suffix}")
    assert response.status_code == 200
    form = RdfFormat.from_extension(suffix)
    subjects = {str(quad.subject) for quad in parse(response.data, form)}
    assert any(subject.startswith("<" + DOCUMENTS[name]) for subject in subjects)
    negotiated = home_client.get(f"/{name}", headers={"Accept": response.mimetype})
    assert negotiated.data == response.data


def test_a_document_has_a_tag(home_client):
    tag = home_client.get("/ontology").headers["ETag"]
    assert home_client.get("/ontology", headers={"If-None-Match": tag}).status_code == 304


def test_the_reference_names_every_term_in_both_languages(home_client):
    turtle = home_client.get("/ontology.nt").text
    terms = set(re.findall(rf"<{re.escape(OIB)}(\w+)> <[^>]*#definition>", turtle))
    text = home_client.get("/ontology", headers=BROWSER).text
    page = Page(text)
    assert len(terms) > 100
    assert terms <= set(page.ids)
    assert "An institution of higher education and research that grants degrees." in page.text
    assert "从事高等教育与研究并授予学位的机构。" in page.text


def test_the_reference_states_domain_range_and_use(home_client):
    text = home_client.get("/ontology", headers=BROWSER).text
    start = text.index('id="isAssertedBy"')
    words = Page(f"<!doctype html><i {text[start : text.index('</article>', start)]}</i>").text
    assert re.search(r"Domain claim Range agent Uses [1-9][0-9]+", words)
    start = text.index('id="holdsPost"')
    words = Page(f"<!doctype html><i {text[start : text.index('</article>', start)]}</i>").text
    assert re.search(r"Uses \d+ · \d+ claims", words)


def term_entry(text, name):
    start = text.index(f'id="{name}"')
    return Page(f"<!doctype html><i {text[start : text.index('</article>', start)]}</i>").text


@pytest.mark.parametrize("name", ["ontology", "vocab", "shapes"])
def test_a_published_document_says_what_it_is(home_client, name):
    about = section(home_client.get(f"/{name}", headers=BROWSER).text, "about")
    for word in (
        "Title",
        "Creator curators of oib",
        "Licence",
        f"Version {__version__}",
        "This version",
    ):
        assert word in about
    chinese = home_client.get(f"/{name}?lang=zh-Hans", headers=BROWSER).text
    assert f"版本 {__version__}" in section(chinese, "about")


def test_the_reference_states_axioms_examples_and_how_claims_are_read(home_client):
    text = home_client.get("/ontology", headers=BROWSER).text
    assert "Characteristics symmetric" in term_entry(text, "worksWith")
    assert "Characteristics transitive" in term_entry(text, "isLocatedIn")
    body = term_entry(text, "UnitedFrontBody")
    assert "Exactly those that are organization" in body
    assert "has classification united front body" in body
    city = term_entry(text, "City")
    assert "Disjoint with country , district , region , zone" in city
    assert "overseas centre" in term_entry(text, "OffshoreBase").split("Disjoint with")[1]
    assert "Example: The base in Wuhan." in term_entry(text, "OffshoreBase")
    count = term_entry(text, "baseCount")
    assert "is claim-only true" in count
    assert "derives direct false" in count
    assert "has values from document kinds" in term_entry(text, "hasDocumentKind").lower()


def test_the_rules_are_described_with_severity_and_messages(home_client):
    page = Page(home_client.get("/shapes", headers=BROWSER).text)
    assert "LEX-01" in page.ids
    assert "Violation" in page.text
    assert "This date cannot be read" in page.text
    assert "该日期无法解析" in page.text


def test_the_well_known_address_leads_to_the_data_set(home_client):
    response = home_client.get("/.well-known/void")
    assert (response.status_code, response.location) == (302, "/dataset")


def test_a_named_graph_can_be_had(home_client):
    body = home_client.get("/graph/person/sun-youshun").data
    assert {str(quad.subject) for quad in parse(body, RdfFormat.TURTLE)} == {
        f"<{BASE}id/person/sun-youshun>",
        f"<{BASE}graph/person/sun-youshun>",
    }
    assert home_client.get("/graph/nothing").status_code == 404


def test_health_and_readiness_are_two_things(home_client, services):
    assert home_client.get("/health").status_code == 200
    assert home_client.get("/ready").json == {"version": services.version}
    waiting = Client(live_server.application(live_server.services_of(Silent())))
    assert waiting.get("/health").status_code == 200
    assert waiting.get("/ready").status_code == 503
    assert waiting.get("/ready").headers["Retry-After"]


def test_the_query_editor_offers_a_query_and_runs_it(home_client):
    page = home_client.get("/sparql", headers=BROWSER)
    assert "<textarea" in page.text
    query = page.text.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0]
    query = query.replace("&lt;", "<").replace("&gt;", ">")
    answer = home_client.get("/sparql", query_string={"query": query}, headers=BROWSER)
    assert "20 rows" in Page(answer.text).text
    assert any(link.startswith("/doc/claim/") for link in Page(answer.text).links)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ASK {}", "true"),
        ("SELECT ?x { VALUES ?x { '<script>alert(1)</script>' } }", "<script>alert(1)</script>"),
        ("CONSTRUCT { <urn:a> <urn:b> 'c' } {}", '<urn:a> <urn:b> "c"'),
        ("SELECT ?x { ?x a <urn:none> }", "No rows."),
    ],
)
def test_a_browser_sees_every_form_of_answer(home_client, query, shown):
    response = home_client.get("/sparql", query_string={"query": query}, headers=BROWSER)
    assert shown in Page(response.text).text
    assert response.text.count("<script") == 1  # that of the editor


def test_a_browser_may_choose_the_form(home_client):
    query = {"query": "SELECT (1 AS ?x) {}", "as": "csv"}
    response = home_client.get("/sparql", query_string=query, headers=BROWSER)
    assert (response.mimetype, response.text) == ("text/csv", "x\r\n1\r\n")


@pytest.mark.parametrize("name", ["as", "format", "output"])
def test_the_address_chooses_the_form_for_programs_too(home_client, name):
    query = {"query": "ASK {}", name: "csv"}
    response = home_client.get(
        "/sparql", query_string=query, headers={"Accept": "application/json"}
    )
    assert (response.mimetype, response.text) == ("text/csv", "true")


def test_a_page_shows_the_first_rows_of_many(home_client):
    query = {"query": "SELECT * { ?s ?p ?o } LIMIT 600"}
    response = home_client.get("/sparql", query_string=query, headers=BROWSER)
    assert "The first 500 of 600 rows" in Page(response.text).text


def test_pages_over_another_endpoint_are_the_same(
    home, home_client, services, snapshots, monkeypatch
):
    monkeypatch.setenv("OIB_TEST_HOME", str(home))
    monkeypatch.setenv("OIB_TEST_SNAPSHOTS", str(snapshots))
    with live_server.serving(live_server.home_app) as root:
        remote = live_server.services_of(Remote(f"{root}/sparql"), services.version)
        there = Client(live_server.application(remote))
        for url in ("/", "/doc/person/sun-youshun", "/ontology", "/queries/claim/about", "/ready"):
            for accept in ("text/html", "text/turtle, */*;q=0.1"):
                here = home_client.get(url, headers={"Accept": accept})
                assert there.get(url, headers={"Accept": accept}).data == here.data


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("/nowhere/suzhou-base", 404, "没有 /nowhere/suzhou-base 这一地址"),
        ("/bases?colour=red", 400, "请求有误"),
        ("/ontology?format=docx", 406, "不提供所请求的格式"),
    ],
)
def test_an_error_speaks_the_language_of_the_page(home_client, url, status, words):
    joined = url + ("&" if "?" in url else "?") + "lang=zh-Hans"
    response = home_client.get(joined, headers=BROWSER)
    page = Page(response.text)
    assert response.status_code == status
    assert page.lang == "zh-Hans"
    assert words in page.text
    assert '<p lang="en">' not in response.text
    assert words not in Page(home_client.get(url, headers=BROWSER).text).text


def test_an_address_that_is_unknown_leads_to_near_names(home_client):
    response = home_client.get("/nowhere/suzhou-base", headers=BROWSER)
    assert "/doc/organization/suzhou-base" in Page(response.text).links
    person = home_client.get("/doc/person/made-up-person", headers=BROWSER).text
    assert "Do you mean" in person
    assert "FIL-02" not in person  # a rule, whose text has the word
    assert "Do you mean" not in home_client.get("/nowhere/qqqq", headers=BROWSER).text


def test_the_classes_are_a_tree(home_client):
    text = home_client.get("/ontology", headers=BROWSER).text
    tree = text[text.index('id="tree"') : text.index("</nav>", text.index('id="tree"'))]
    assert re.search(r'#Organization">.*?<ul>.*?#University">', tree, re.DOTALL)
    assert {f"#{name}" for name in ("Event", "Gathering", "Claim", "City")} <= set(
        re.findall(r'href="([^"]*)"', tree)
    )


def test_terms_are_chosen_by_words_in_either_language(home_client):
    for words in ("claim", "主张"):
        page = Page(home_client.get("/ontology", query_string={"q": words}, headers=BROWSER).text)
        assert "Claim" in page.ids
        assert "City" not in page.ids
        assert "shown" in page.text
    concepts = Page(home_client.get("/vocab?q=hedge-implied", headers=BROWSER).text)
    assert "hedge-implied" in concepts.ids
    assert "hedge-none" not in concepts.ids


def test_rules_are_chosen_by_severity_and_words(home_client):
    warnings = Page(home_client.get("/shapes?severity=Warning", headers=BROWSER).text)
    all_rules = Page(home_client.get("/shapes", headers=BROWSER).text)
    assert 0 < len(warnings.ids) < len(all_rules.ids)
    assert "LEX-01" not in warnings.ids
    assert "LEX-01" in Page(home_client.get("/shapes?q=lex-01", headers=BROWSER).text).ids


def test_rules_of_another_home_need_no_letters_before_a_hyphen():
    store = Store()
    for name in ("NameRule", "OtherRule", "CLM", "CLM-01"):
        message = Quad(NamedNode(OIBS + name), NamedNode(PREFIXES["sh"] + "message"), Literal("A"))
        store.add(Quad(*message.triple, NamedNode(f"{GRAPH}shapes")))
    client = Client(live_server.application(live_server.services_of(Embedded(store))))
    page = Page(client.get("/shapes", headers=BROWSER).text)  # in which no id is twice
    assert {"NameRule", "OtherRule", "CLM", "CLM-01"} < set(page.ids)
    assert page.tags.count("h3") == 1


def test_the_severity_of_a_rule_is_named_in_the_language_of_the_page(home_client):
    names = {"en": "Warning", "zh-Hans": "警告", "zh-Hant": "警告"}
    for language, name in names.items():
        page = home_client.get(f"/shapes?severity=Warning&lang={language}", headers=BROWSER).text
        assert f'<option value="Warning" selected>{name}</option>' in page
        column = re.findall(r'<td data-label="[^"]*">([^<]*)</td>', page)
        assert set(column) == {name}


def test_each_download_has_a_card_with_its_size_and_digest(home_client, services):
    text = home_client.get("/dataset", headers=BROWSER).text
    cards = text.split('<li class="card">')[1:]
    names = {name.removeprefix("dump/") for name in services.files if name.startswith("dump/")}
    assert {re.search(r"/dump/([^\"]*)", card)[1] for card in cards} == names != set()
    for card in cards:
        assert re.search(r"[0-9.]+ KiB", card)
        assert re.search(r"<code>[0-9a-f]{64}</code>", card)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_each_download_is_explained(home_client, services, language):
    text = home_client.get(f"/dataset?lang={language}", headers=BROWSER).text
    assert text.count('<li class="card">') == len(re.findall(r"</h3>\n<p>", text))
