"""Terms: every one is used by data, a query or the derivation, or is reserved for a reason."""

import re

import pytest
from pyoxigraph import DefaultGraph, NamedNode
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from oib.namespaces import GRAPH, OIB, OIBV
from one_document import TOGETHER, store_of
from projects import ROOT

NOT_DATA = {
    DefaultGraph(),  # where an engine keeps the merge of all
    *(NamedNode(GRAPH + name) for name in ("ontology", "vocab", "shapes", "meta", "queries")),
}


def said(store):
    """Return all that the data say or the build computes from them."""
    data = [quad for quad in store if quad.graph_name not in NOT_DATA]
    return {getattr(term, "value", "") for quad in data for term in (quad.predicate, quad.object)}


def with_schemes(terms, ontology):
    return terms | {str(ontology.value(URIRef(term), SKOS.inScheme)) for term in terms}


@pytest.fixture(scope="module")
def named(home, ontology):
    """All that a query, a rule, the ontology or the derivation names."""
    found = set()
    for path in (home / "queries").rglob("*.rq"):
        for prefix, name in re.findall(r"\b(oibv?):([\w-]+)", path.read_text("utf-8")):
            found.add((OIB if prefix == "oib" else OIBV) + name)
    for module in ("dataset/derivation.py", "validation/formats/validation_report.py"):
        written = (ROOT / "server" / "oib" / module).read_text("utf-8")
        names = re.findall(r'\boib:(\w+)|"(\w+)"', written)
        found |= {OIB + name for name in names for name in name}
    found |= {str(term) for term in ontology.predicates()}
    for path in (home / "shapes").glob("*.ttl"):
        found |= {str(term) for term in Graph().parse(path).predicates()}
    return found


@pytest.fixture(scope="module")
def used(store, ontology, named):
    return with_schemes(said(store) | named, ontology)


@pytest.fixture(scope="module")
def shown(ontology):
    """What the invented second document shows to be of use."""
    found = set()
    for path in (ROOT / "tests" / "second_document").glob("*.ttl"):
        found |= {str(term) for triple in Graph().parse(path) for term in triple}
    return with_schemes(found, ontology)


def terms(ontology):
    retired = set(ontology.subjects(OWL.deprecated, Literal(True)))
    return {str(term) for term in set(ontology.subjects(RDFS.isDefinedBy)) - retired}


def reserved(ontology):
    return {str(term) for term in ontology.subjects(URIRef(OIB + "isReserved"), Literal(True))}


def test_every_term_is_used_or_shown_or_reserved(ontology, used, shown):
    assert sorted(terms(ontology) - used - shown - reserved(ontology)) == []


def test_a_reserved_term_is_not_used(home, ontology, named):
    documents = (TOGETHER / "documents.txt").read_text("utf-8").split()
    # A further document may be the first to use a term.
    used = with_schemes(said(store_of(home, *documents)) | named, ontology)
    assert sorted(reserved(ontology) & used) == []


def names_of_concepts(ontology):
    """Return the English and Chinese names of the concepts in force, each with its concept."""
    concepts = [term for term in terms(ontology) if term.startswith(OIBV)]
    return [
        (name, str(c)) for c in concepts for name in ontology.objects(URIRef(c), SKOS.prefLabel)
    ]


def test_no_concept_names_one_thing(home, ontology):
    """A value such as “founders who want to settle in Suzhou” serves one sentence: a claim."""
    things = Graph()
    for kind in ("organization", "person", "place", "programme"):
        for path in (home / "instances" / kind).glob("*.ttl"):
            things.parse(path, publicID="https://w3id.org/oib/id/")
    country = URIRef(OIB + "Country")
    named = {
        str(name)
        for label in (SKOS.prefLabel, SKOS.altLabel)
        for thing, name in things.subject_objects(label)
        if (thing, RDF.type, country) not in things and len(name) > 1
    }
    wrong = [
        (concept, thing)
        for name, concept in names_of_concepts(ontology)
        for thing in named
        if re.search(rf"(?<!\w){re.escape(thing)}(?!\w)" if thing.isascii() else thing, name)
    ]
    assert wrong == []


def test_the_name_of_a_concept_is_no_sentence(ontology):
    names = names_of_concepts(ontology)
    assert [name for name, _ in names if name.language == "en" and len(name.split()) > 8] == []


def test_a_concept_has_a_wider_one_of_its_own_list_or_is_at_its_top(ontology):
    for term in terms(ontology):
        wider = list(ontology.objects(URIRef(term), SKOS.broader))
        scheme = ontology.value(URIRef(term), SKOS.inScheme)
        if scheme:
            assert bool(wider) != bool(ontology.value(URIRef(term), SKOS.topConceptOf)), term
            assert {ontology.value(each, SKOS.inScheme) for each in wider} <= {scheme}, term
            assert not any((each, OWL.deprecated, Literal(True)) in ontology for each in wider), (
                term
            )
