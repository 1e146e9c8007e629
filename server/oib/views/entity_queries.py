"""SPARQL queries for the description of an entity."""

from collections.abc import Iterable
from typing import Final

from oib.engine.statements import LABELS, sparql_iri
from oib.namespaces import BASE, DOC, GRAPH, ID, OIB, PREFIXES

#: Properties that link a claim or an assessment to its people and documents.
CLAIM_LINKS: Final = tuple(
    OIB + name for name in ("isAssertedBy", "isReportedIn", "citesSource", "isAssessedBy")
)

#: The most claims that a page lists in outline.
MAX_OUTLINES: Final = 250

#: The properties of concepts that decide how a claim is shown.
CONCEPT_PROPERTIES: Final = (
    *LABELS,
    *(OIB + name for name in ("yieldsDirectTriple", "blocksDirectTriple")),
)
#: The properties that a page needs of the things that a description mentions.
MENTION_PROPERTIES: Final = (
    *CONCEPT_PROPERTIES,
    *(PREFIXES["dcterms"] + name for name in ("creator", "publisher")),
    *(OIB + name for name in ("publisherName", "dateAsPrinted", "publishedOn", "accessedOn")),
    *(OIB + name for name in ("hasYearBasis", "unitLabel")),
)
_OUTLINE_PROPERTIES: Final = (
    *CLAIM_LINKS,
    *(OIB + name for name in ("claimSubject", "claimPredicate", "claimObject", "claimValue")),
    *(OIB + name for name in ("hasHedge", "hasExtent", "hasRank", "assesses", "hasVerdict")),
)

# From a thing: to its claims, on to their assessments, on to the evidence of either; and to the
# nodes that share its file. Every step starts at a known node, whatever the size of the store.
_NODES: Final = f"""
  {{ %(thing)s (^<{OIB}claimSubject>|^<{OIB}claimObject>|<{OIB}assesses>|^<{OIB}hasEvidence>)?
      /(^<{OIB}assesses>)?/(<{OIB}hasEvidence>)? ?s }}
  UNION {{ %(thing)s ^<{OIB}linksEntity>|<{OIB}hasUnit> ?s }}"""
# The claims and assessments that link to a thing, with the claims that these assess and the
# assessments of those. The properties are filtered: as VALUES they would be joined, which takes
# the engine ten times as long.
_ANY_LINK: Final = "|".join(f"<{link}>" for link in CLAIM_LINKS)
_OUTLINES: Final = f"""
  {{ SELECT DISTINCT ?outline WHERE {{
    {{ SELECT DISTINCT ?node WHERE {{ ?node {_ANY_LINK} %(thing)s }}
       ORDER BY ?node LIMIT {MAX_OUTLINES} }}
    ?node (<{OIB}assesses>)?/(^<{OIB}assesses>)? ?outline }} }}
  ?outline ?p ?o FILTER(?p IN ({", ".join(f"<{name}>" for name in _OUTLINE_PROPERTIES)}))"""


def own_triples(iri: str) -> str:
    """Return a query for the triples with an IRI as subject: ?p ?o and the graph ?g of each."""
    return f"SELECT ?g ?p ?o WHERE {{ GRAPH ?g {{ {sparql_iri(iri)} ?p ?o }} }}"


def description(iri: str) -> str:
    """Return a query for everything that the page of an entity states, as ?p ?o of three kinds.

    With ?g: the own triples of the entity, and the graph of each. With ?s: all triples of the
    other nodes of its description. With ?outline: some triples of claims that refer to it.
    """
    thing = sparql_iri(iri)
    return f"""
SELECT ?g ?s ?outline ?p ?o WHERE {{
  {{ GRAPH ?g {{ {thing} ?p ?o }} }}
  UNION {{ {{ SELECT DISTINCT ?s WHERE {{{_NODES % {"thing": thing}} }} }}
    ?s ?p ?o FILTER(?s != {thing}) }}
  UNION {{{_OUTLINES % {"thing": thing}} }}
}}"""


def vocabulary() -> str:
    """Return a query for the names of all terms and concepts, and how concepts affect claims."""
    properties = ", ".join(map(sparql_iri, CONCEPT_PROPERTIES))
    return f"""
SELECT ?s ?p ?o WHERE {{
  VALUES ?g {{ <{GRAPH}ontology> <{GRAPH}vocab> }}
  GRAPH ?g {{ ?s ?p ?o }} FILTER(?p IN ({properties}))
}}"""


def construct_description(iri: str, license_iri: str) -> str:
    """Return the query for the RDF description of a thing, and of the document that holds it.

    ``license_iri`` is that of the document's licence, empty if it has none.
    """
    thing = sparql_iri(iri)
    document = sparql_iri(DOC + iri.removeprefix(ID))
    foaf, dcterms, void = PREFIXES["foaf"], PREFIXES["dcterms"], PREFIXES["void"]
    license_ = f"<{dcterms}license> {sparql_iri(license_iri)} ;" if license_iri else ""
    return f"""
CONSTRUCT {{
  ?s ?p ?o . ?claim ?link {thing} .
  {document} a <{foaf}Document> ; <{foaf}primaryTopic> {thing} ;
    {license_} <{void}inDataset> <{BASE}dataset> .
}} WHERE {{
  {{{_NODES % {"thing": thing}}
  ?s ?p ?o
  }} UNION {{ VALUES ?link {{ {_sparql_iris(CLAIM_LINKS)} }} ?claim ?link {thing} }}
}}"""


def construct_own_triples(iri: str) -> str:
    """Return the query for the own triples of a thing, and nothing around it."""
    thing = sparql_iri(iri)
    return f"CONSTRUCT {{ {thing} ?p ?o }} WHERE {{ {thing} ?p ?o }}"


def construct_graph(name: str) -> str:
    """Return the query for one named graph, by its name after ``…/graph/``."""
    return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {sparql_iri(GRAPH + name)} {{ ?s ?p ?o }} }}"


def _sparql_iris(iris: Iterable[str]) -> str:
    return " ".join(map(sparql_iri, iris))
