"""From the home page every minted IRI is reached, and each of its forms parses and says the same.

By default one in fourteen is fetched in all forms; with ``--runslow``, as in .ci/run, each one.
"""

import re

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, parse

from html_pages import Page
from oib.namespaces import BASE, ID, OIB, PREFIXES

REPLACED = NamedNode(PREFIXES["dcterms"] + "isReplacedBy")
WITHDRAWN = NamedNode(OIB + "Withdrawn")
TYPE = NamedNode(PREFIXES["rdf"] + "type")
BROWSER = {"Accept": "text/html"}
STEP = 14
# Lists lead to what there is; what stands on their pages is reached.
LISTS = re.compile(r"/(doc/([\w-]+/)?|graph/|queries/|dataset|ontology|vocab|shapes)?(\?page=\d+)?")
FORMS = {
    "nt": RdfFormat.N_TRIPLES,
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
}


@pytest.fixture(scope="module")
def reached(home_client):
    """The addresses on the pages of lists that can be reached from the home page."""
    seen, wanted = set(), ["/"]
    links = set()
    while wanted:
        url = wanted.pop()
        seen.add(url)
        response = home_client.get(url, headers=BROWSER)
        assert response.status_code == 200, url
        found = set(Page(response.text).links)
        links |= {link.partition("#")[0] for link in found} | found
        wanted += [link for link in links if LISTS.fullmatch(link) and link not in {*seen, *wanted}]
    return links


@pytest.fixture(scope="module")
def minted(store):
    """The path of the document about each thing that stands, each graph and each query."""
    withdrawn = {q.subject.value for q in store.quads_for_pattern(None, TYPE, WITHDRAWN)}
    replaced = {q.subject.value for q in store.quads_for_pattern(None, REPLACED, None)}
    subjects = {q.subject.value for q in store if isinstance(q.subject, NamedNode)}
    graphs = {graph.value for graph in store.named_graphs()}
    typed = {q.subject.value for q in store.quads_for_pattern(None, TYPE, None)}
    things = {
        "/doc/" + iri.removeprefix(ID).partition("#")[0]
        for iri in typed - withdrawn - replaced
        if iri.startswith(ID)
    }
    return {
        "things": sorted(things),
        "graphs": sorted("/" + iri.removeprefix(BASE) for iri in graphs),
        "queries": sorted(
            "/" + iri.removeprefix(BASE) for iri in subjects if iri.startswith(BASE + "queries/")
        ),
    }


def test_every_minted_iri_is_reached(reached, minted):
    assert len(minted["things"]) > 800
    for paths in minted.values():
        assert [path for path in paths if path not in reached] == []


def triples(body, form):
    """Return triples with canonical labels of blank nodes (RDFC-1.0)."""
    dataset = Dataset(Quad(q.subject, q.predicate, q.object) for q in parse(body, form))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def errors(client, path):
    """Yield what is wrong with the forms of a document."""
    page = client.get(path, headers=BROWSER)
    if page.status_code != 200 or page.mimetype != "text/html":
        yield f"{path}: {page.status_code}"
    known = None
    for suffix, form in FORMS.items():
        response = client.get(f"{path}.{suffix}")
        if response.status_code != 200 or response.mimetype != form.media_type:
            yield f"{path}.{suffix}: {response.status_code} {response.mimetype}"
            continue
        try:
            found = triples(response.data, form)
        except SyntaxError as error:
            yield f"{path}.{suffix}: {error}"
            continue
        known = known or found
        if found != known or not found:
            yield f"{path}.{suffix} says something else"
    linkset = client.get(f"{path}.linkset")
    if linkset.status_code != 200 or not linkset.json["linkset"]:
        yield f"{path}.linkset: {linkset.status_code}"


@pytest.mark.parametrize("kind", ["things", "graphs"])
def test_every_form_parses_and_says_the_same(home_client, minted, request, kind):
    step = 1 if request.config.getoption("--runslow") else STEP
    found = [error for path in minted[kind][::step] for error in errors(home_client, path)]
    assert found == []


def test_a_query_is_described_in_every_form(home_client, minted):
    for path in minted["queries"][::STEP]:
        known = triples(home_client.get(f"{path}.nt").data, RdfFormat.N_TRIPLES)
        for suffix in ("ttl", "jsonld", "rdf"):
            assert triples(home_client.get(f"{path}.{suffix}").data, FORMS[suffix]) == known


def test_the_crawl_finds_a_form_that_is_wrong(home_client):
    class Spoilt:
        def get(self, path, **options):
            other = path.replace("suzhou.rdf", "boston.rdf")
            return home_client.get(other, **options)

    assert list(errors(home_client, "/doc/place/suzhou")) == []
    assert list(errors(Spoilt(), "/doc/place/suzhou")) == [
        "/doc/place/suzhou.rdf says something else"
    ]
    assert list(errors(home_client, "/doc/place/atlantis"))
