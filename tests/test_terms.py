"""Terms: every one is used by data, a query or the derivation, or is reserved for a reason."""

import re

import pytest
from pyoxigraph import NamedNode
from rdflib import OWL, RDFS, SKOS, Graph, Literal, URIRef

from oib.namespaces import GRAPH, OIB, OIBV
from projects import ROOT

NOT_DATA = {NamedNode(GRAPH + name) for name in ("ontology", "vocab", "shapes", "meta", "queries")}


@pytest.fixture(scope="module")
def graph(home):
    graph = Graph()
    for path in (home / "ontology").glob("*.ttl"):
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def used(home, store, graph):
    """All that the data say or the build computes from them, that a query or a rule names."""
    data = [quad for quad in store if quad.graph_name not in NOT_DATA]
    found = {getattr(term, "value", "") for quad in data for term in (quad.predicate, quad.object)}
    for path in (home / "queries").rglob("*.rq"):
        for prefix, name in re.findall(r"\b(oibv?):([\w-]+)", path.read_text("utf-8")):
            found.add((OIB if prefix == "oib" else OIBV) + name)
    for module in ("dataset/derivation.py", "validation/formats/validation_report.py"):
        written = (ROOT / "server" / "oib" / module).read_text("utf-8")
        names = re.findall(r'\boib:(\w+)|"(\w+)"', written)
        found |= {OIB + name for name in names for name in name}
    found |= {str(term) for term in graph.predicates()}
    return found | {str(graph.value(URIRef(term), SKOS.inScheme)) for term in found}


@pytest.fixture(scope="module")
def shown(graph):
    """What the invented second document shows to be of use."""
    found = set()
    for path in (ROOT / "tests" / "second_document").glob("*.ttl"):
        found |= {str(term) for triple in Graph().parse(path) for term in triple}
    return found | {str(graph.value(URIRef(term), SKOS.inScheme)) for term in found}


def terms(graph):
    retired = set(graph.subjects(OWL.deprecated, Literal(True)))
    return {str(term) for term in set(graph.subjects(RDFS.isDefinedBy)) - retired}


def reserved(graph):
    return {str(term) for term in graph.subjects(URIRef(OIB + "isReserved"), Literal(True))}


def test_every_term_is_used_or_shown_or_reserved(graph, used, shown):
    assert sorted(terms(graph) - used - shown - reserved(graph)) == []


def test_a_reserved_term_is_not_used(home, graph, used):
    # A document that is added to a copy of the home may be the first to use a term.
    assert home != ROOT or sorted(reserved(graph) & used) == []
