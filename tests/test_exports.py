import json
import socket

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse
from rdflib import Graph
from rdflib.compare import isomorphic

from oib.dataset.exports import claims_rdf12, context
from oib.namespaces import BASE, ID, OIB, PREFIXES
from oib.project import sources
from oib.sparql.jsonld import Compaction
from oib.turtle import parse_file

REIFIES = NamedNode(PREFIXES["rdf"] + "reifies")
HEADER = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def claims(store):
    return claims_rdf12(store)


@pytest.fixture(scope="module")
def quoted(claims):
    store = Store()
    store.load(claims, RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def instances(home):
    return {
        triple
        for path in sources(home, "instances", ".ttl")
        for triple in parse_file(path, base=ID).triples
    }


def ask(store, text):
    return bool(store.query(HEADER + f"BASE <{ID}>\n" + text))


def test_without_the_lines_that_reify_the_export_is_the_source(claims, home):
    lines = [line for line in claims.decode().splitlines() if "#reifies> <<(" not in line]
    stripped = {quad.triple for quad in parse("\n".join(lines), RdfFormat.TURTLE)}
    stored = Store()  # which keeps numbers by their value
    for path in sources(home, "instances/claim", ".ttl"):
        stored.extend(Quad(*triple) for triple in parse_file(path, base=ID).triples)
    assert stripped == {quad.triple for quad in stored}
    assert len(Graph().parse(data="\n".join(lines))) == len(stripped)


def test_the_same_data_give_the_same_bytes(store, claims):
    assert {claims_rdf12(store) for _ in range(5)} == {claims}


def test_every_claim_reifies_its_own_triple_once(quoted):
    kind, claim = NamedNode(PREFIXES["rdf"] + "type"), NamedNode(OIB + "Claim")
    of = {quad.subject: quad.object for quad in quoted.quads_for_pattern(None, REIFIES, None)}
    assert len(of) == len(list(quoted.quads_for_pattern(None, REIFIES, None))) > 100
    assert set(of) == {quad.subject for quad in quoted.quads_for_pattern(None, kind, claim)}
    for node, triple in of.items():
        assert Quad(node, NamedNode(OIB + "claimSubject"), triple.subject) in quoted
        assert Quad(node, NamedNode(OIB + "claimPredicate"), triple.predicate) in quoted


def test_a_triple_is_asked_for_its_hedge_in_sparql_1_2(quoted):
    base, deed = "<organization/suzhou-industrial-park-base-at-mit>", "oib:constitutes"
    assert ask(quoted, f"ASK {{ << {base} {deed} ?o ~ ?c >> oib:hasHedge oibv:hedge-likely }}")
    assert not ask(quoted, f"ASK {{ << {base} {deed} ?o ~ ?c >> oib:hasHedge oibv:hedge-none }}")


def test_a_quoted_triple_is_not_stated(quoted):
    assert not ask(quoted, "ASK { ?s oib:constitutes ?o }")


def test_the_context_names_every_term_of_the_ontology(store):
    found = context(store)
    terms = store.query(
        HEADER + "SELECT ?t { ?t rdfs:isDefinedBy <https://w3id.org/oib/ontology> }",
        use_default_graph_as_union=True,
    )
    assert {row["t"].value.removeprefix(OIB) for row in terms} <= set(found)
    assert found["isFoundedBy"] == {"@id": "oib:isFoundedBy", "@type": "@id"}
    assert found["minimumCount"] == {"@id": "oib:minimumCount", "@type": "xsd:integer"}
    assert found["prefLabel"]["@container"] == "@language"
    assert all(type(value) in (str, dict, float) for value in found.values())


def test_the_rules_give_the_context_what_the_ontology_leaves_open():
    store = Store()
    store.load(
        HEADER.replace("PREFIX", "@prefix").replace(">\n", "> .\n")
        + """
        oib:when a owl:AnnotationProperty ; rdfs:isDefinedBy oib: .
        oib:open a owl:AnnotationProperty ; rdfs:isDefinedBy oib: .
        oib:named a owl:AnnotationProperty ; rdfs:isDefinedBy oib: .
        oib:target a owl:AnnotationProperty ; rdfs:isDefinedBy oib: .
        oibs:A sh:path oib:when ; sh:datatype edtf:EDTF . oibs:B sh:path oib:open ; sh:minCount 1 .
        oibs:C sh:path oib:named ; sh:languageIn ( "en" ) .
        oibs:D sh:path oib:target ; sh:nodeKind sh:IRI .""",
        RdfFormat.TURTLE,
    )
    found = context(store)
    assert found["when"] == {"@id": "oib:when", "@type": "edtf:EDTF"}
    assert found["open"] == "oib:open"
    assert found["named"] == {"@id": "oib:named", "@container": "@language"}
    assert found["target"] == {"@id": "oib:target", "@type": "@id"}


def test_all_data_go_to_json_ld_and_come_back(store, instances, monkeypatch):
    monkeypatch.setattr(socket, "socket", None)  # no context is fetched from anywhere
    body = Compaction(context(store)).write(instances)
    again = Graph().parse(data=body, format="json-ld")
    assert isomorphic(again, Graph().parse(data=nt(instances), format="nt"))
    assert {quad.triple for quad in parse(body, RdfFormat.JSON_LD)} == instances


def test_json_reads_as_people_would_write_it(store, instances):
    claim = NamedNode(ID + "claim/innovation-without-borders/p08-03")
    triples = [triple for triple in instances if triple.subject == claim]
    (told,) = json.loads(Compaction(context(store)).write(triples))["@graph"]
    assert told["@type"] == ["Claim"]
    assert told["claimPredicate"] == "constitutes"
    assert told["claimSubject"].startswith(BASE)
    assert told["hasHedge"] == "oibv:hedge-likely"
    assert "http" not in "".join(told)


def test_a_predicate_may_be_written_by_its_own_name(store):
    body = {"@context": context(store), "id": "urn:c", "claimPredicate": "constitutes"}
    (quad,) = parse(json.dumps(body), RdfFormat.JSON_LD)
    assert quad.object == NamedNode(OIB + "constitutes")


def nt(triples):
    return "".join(f"{triple} .\n" for triple in triples)
