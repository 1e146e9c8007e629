"""Statistics of a data set in the terms of VoID: distinct triples, classes, properties, linksets.

Counted are the distinct triples of all named graphs but the one that holds the description itself.
A partition has an IRI by the name of its class or property: its meaning stays when others come.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from pyoxigraph import Literal, NamedNode, Store

from oib.dataset.statements import DATASET, Statement, iri, typed
from oib.engine.stores import select
from oib.namespaces import PREFIXES

_TOTAL = "SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }"
_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }"
_OBJECTS = "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }"
_CLASSES = """
SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing a ?class } GROUP BY ?class"""
_PROPERTIES = """
SELECT ?property (COUNT(*) AS ?n) WHERE {
  SELECT DISTINCT ?s ?property ?o WHERE { ?s ?property ?o }
} GROUP BY ?property"""
# Nested partitions are those of our own classes: what editors offer to complete.
_PROPERTIES_OF_CLASSES = """
SELECT ?class ?property (COUNT(*) AS ?n) WHERE {
  SELECT DISTINCT ?class ?s ?property ?o WHERE {
    ?s a ?class FILTER(STRSTARTS(STR(?class), STR(oib:))) ?s ?property ?o }
} GROUP BY ?class ?property"""
_CLASSES_OF_OBJECTS = """
SELECT ?class ?property ?other (COUNT(*) AS ?n) WHERE {
  SELECT DISTINCT ?class ?s ?property ?o ?other WHERE {
    ?s a ?class FILTER(STRSTARTS(STR(?class), STR(oib:))) ?s ?property ?o .
    ?o a ?other FILTER(STRSTARTS(STR(?other), STR(oib:))) }
} GROUP BY ?class ?property ?other"""
_LINKS = """
SELECT ?authority (COUNT(DISTINCT ?link) AS ?n) WHERE {
  ?link a oib:IdentityLink ; oib:hasAuthority ?authority ; oib:linksEntity ?thing ;
      oib:linksTo ?target .
  ?thing schema:sameAs ?target
} GROUP BY ?authority"""
#: Where the entries of each register live, for the targets of the linksets.
_REGISTERS = {
    "GeoNames": "https://sws.geonames.org/",
    "GLEIF": "https://search.gleif.org/",
    "ISNI": "https://isni.org/",
    "OpenCorporates": "https://opencorporates.com/",
    "ORCID": "https://orcid.org/",
    "ROR": "https://ror.org/",
    "Wikidata": "http://www.wikidata.org/",
}


def statistics(store: Store) -> Iterator[Statement]:
    """Yield the statistics of what a store holds, which is all but the description itself."""
    for name, query in (
        ("triples", _TOTAL),
        ("distinctSubjects", _SUBJECTS),
        ("distinctObjects", _OBJECTS),
    ):
        number = _rows(store, query)[0][0]
        yield DATASET, f"void:{name}", typed(number.value, "integer")
    kinds, properties = _rows(store, _CLASSES), _rows(store, _PROPERTIES)
    yield DATASET, "void:classes", typed(str(len(kinds)), "integer")
    yield DATASET, "void:properties", typed(str(len(properties)), "integer")
    for kind, number in kinds:
        yield from _partition(DATASET, "class", kind.value, "entities", number.value)
    for prop, number in properties:
        yield from _partition(DATASET, "property", prop.value, "triples", number.value)
    for kind, prop, number in _rows(store, _PROPERTIES_OF_CLASSES):
        above = partition_iri(DATASET, "class", kind.value)
        yield from _partition(above, "property", prop.value, "triples", number.value)
    for kind, prop, other, number in _rows(store, _CLASSES_OF_OBJECTS):
        above = partition_iri(partition_iri(DATASET, "class", kind.value), "property", prop.value)
        yield from _partition(above, "class", other.value, "triples", number.value)
    yield from _linksets(store)


def partition_iri(above: str, kind: str, term: str) -> str:
    """Return the IRI of the part of a data set, or of another part, with a class or a property.

    Args:
        above: the IRI of the data set or of the part that the part belongs to.
        kind: ``class`` or ``property``.
        term: the IRI of the class or property.
    """
    return f"{above}{'-' if '#' in above else '#'}{kind}-{_name(term)}"


def _name(term: str) -> str:
    for prefix, namespace in PREFIXES.items():
        local = term.removeprefix(namespace)
        if local != term and local.replace("-", "").replace("_", "").isalnum():
            return f"{prefix}-{local}"
    return hashlib.sha256(term.encode()).hexdigest()[:16]


def _partition(above: str, kind: str, term: str, count: str, number: str) -> Iterator[Statement]:
    part = partition_iri(above, kind, term)
    yield above, f"void:{kind}Partition", NamedNode(part)
    yield part, f"void:{kind}", NamedNode(term)
    yield part, f"void:{count}", typed(number, "integer")


def _linksets(store: Store) -> Iterator[Statement]:
    for authority, number in _rows(store, _LINKS):
        linkset = f"{DATASET}#linkset-{authority.value.lower()}"
        yield DATASET, "void:subset", NamedNode(linkset)
        yield linkset, "rdf:type", iri("void:Linkset")
        yield linkset, "dcterms:title", Literal(f"Links to {authority.value}", language="en")
        yield linkset, "dcterms:title", Literal(f"与 {authority.value} 的链接", language="zh-Hans")
        yield linkset, "void:triples", typed(number.value, "integer")
        yield linkset, "void:linkPredicate", iri("schema:sameAs")
        yield linkset, "void:subjectsTarget", NamedNode(DATASET)
        if register := _REGISTERS.get(authority.value):
            yield linkset, "void:objectsTarget", NamedNode(register)


def _rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    """Return the solutions of a query, sorted."""
    return sorted((tuple(row) for row in select(store, query)), key=str)
