"""JSON-LD holds the same triples, under short names, and complete in itself."""

import json

import pytest
from pyoxigraph import RdfFormat, Store, parse
from rdflib import Graph
from rdflib.compare import isomorphic

from oib.dataset import exports
from oib.errors import NotAcceptable, TooLarge
from oib.sparql.jsonld import DEFAULT, Compaction

PREFIXES = """
PREFIX oib: <https://w3id.org/oib/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX ex: <http://example.org/>
"""
CONTEXT = {
    "@version": 1.1,
    "id": "@id",
    "type": "@type",
    "oib": "https://w3id.org/oib/ontology#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"},
    "Zone": "oib:Zone",
    "partOf": {"@id": "oib:partOf", "@type": "@id"},
    "claimPredicate": {"@id": "oib:claimPredicate", "@type": "@vocab"},
    "claimValue": "oib:claimValue",
    "asOf": {"@id": "oib:asOf", "@type": "xsd:date"},
}


def triples_of(template):
    return list(Store().query(f"{PREFIXES} CONSTRUCT {{ {template} }} {{}}"))


def written(template, context=CONTEXT):
    return json.loads(Compaction(context).write(triples_of(template)))


def test_a_type_is_a_type():
    document = json.loads(DEFAULT.write(triples_of("ex:s a ex:T , oib:Zone")))
    (node,) = document["@graph"]
    assert sorted(node["@type"]) == ["http://example.org/T", "oib:Zone"]
    assert document["@context"] == {"@version": 1.1, "oib": CONTEXT["oib"]}


def test_terms_stand_for_properties_and_classes():
    document = written(
        """ex:s a oib:Zone ; skos:prefLabel "Suzhou"@en , "a"@zh , "b"@zh ; oib:partOf oib:x ;
        oib:claimPredicate oib:partOf ; oib:claimValue 5 , "x" , "y"@en , ex:z ;
        oib:asOf "2020-01-01"^^xsd:date"""
    )
    (node,) = document["@graph"]
    node["claimValue"].sort(key=str)
    node["prefLabel"]["zh"].sort()
    assert node == {
        "@id": "http://example.org/s",
        "@type": ["Zone"],
        "prefLabel": {"en": "Suzhou", "zh": ["a", "b"]},
        "partOf": "oib:x",
        "claimPredicate": "partOf",
        "claimValue": [
            "x",
            {"@id": "http://example.org/z"},
            {"@value": "5", "@type": "xsd:integer"},
            {"@value": "y", "@language": "en"},
        ],
        "asOf": "2020-01-01",
    }
    assert "id" not in document["@context"]


# What a term cannot hold goes under the IRI of the property: the same triples come back.
ODD = [
    "ex:s skos:prefLabel 'no language' , ex:o , 1 , 'x'@en",
    "ex:s oib:partOf 'text' , 'x'@en , ex:o",
    "ex:s oib:asOf '2020'^^xsd:gYear , '2020-01-01'^^xsd:date , 'x'@en , '2020-01-01'",
    "ex:s a 'literal' , ex:T , _:b . _:b ex:p [ ex:p 1.50 , 01 , true , '1'^^ex:t ]",
    "ex:s ex:p <http://www.w3.org/2004/02/skos/core#> , <mailto:a> , skos:a\\/b",
    "ex:s <urn:p> <urn:o:x> . <urn:oib> <urn:p:q> 'a\\u0001\\r\\n\\t\\u2028'",
    "ex:s ex:p '{}'^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>",
    "ex:s oib:claimPredicate 'x' , oib:Zone , oib:partOf , ex:other",
    "ex:s ex:p ('a' 'b' ex:c) , () ; ex:q '@id' , '@type' , '_:b'",
    "ex:s ex:id <http://example.org/type> ; ex:type ex:id",
    "",
]


@pytest.mark.parametrize("context", [CONTEXT, {}, DEFAULT], ids=["terms", "none", "prefixes"])
@pytest.mark.parametrize("template", ODD)
def test_the_same_triples_come_back(template, context):
    triples = triples_of(template)
    compaction = context if isinstance(context, Compaction) else Compaction(context)
    body = compaction.write(triples)
    wanted = Graph().parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")
    assert isomorphic(Graph().parse(data=body, format="json-ld"), wanted)
    again = "".join(f"{quad.triple} .\n" for quad in parse(body, RdfFormat.JSON_LD))
    assert isomorphic(Graph().parse(data=again, format="nt"), wanted)


def test_the_whole_data_come_back(store):
    compaction = Compaction(exports.context(store))
    triples = {quad.triple for quad in store}
    body = compaction.write(triples)
    assert {quad.triple for quad in parse(body, RdfFormat.JSON_LD)} == triples
    used = json.loads(body)["@context"]
    assert used["prefLabel"] == {"@id": "skos:prefLabel", "@container": "@language"}


def test_an_iri_that_reads_as_a_prefixed_name_is_refused():
    with pytest.raises(NotAcceptable, match="read as a name with our prefix skos:"):
        written("ex:s ex:p <skos:x>")


def test_a_document_beyond_the_limit_is_refused():
    triples = triples_of(" . ".join(f"ex:s{number} ex:p {number}" for number in range(100)))
    whole = DEFAULT.write(triples)
    assert DEFAULT.write(triples, len(whole)) == whole
    for limit in (100, len(whole) - 1):
        with pytest.raises(TooLarge, match="MiB"):
            DEFAULT.write(triples, limit)
