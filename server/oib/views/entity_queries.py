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

#: The properties that a page needs of the things that a description mentions.
MENTION_PROPERTIES: Final = (
    *LABELS,
    *(PREFIXES["dcterms"] + name for name in ("creator", "publisher")),
    *(OIB + name for name in ("publisherName", "dateAsPrinted", "publishedOn", "accessedOn")),
    *(OIB + name for name in ("hasYearBasis", "unitLabel")),
    *(OIB + name for name in ("yieldsDirectTriple", "blocksDirectTriple")),
)
_OUTLINE_PROPERTIES: Final = (
    *CLAIM_LINKS,
    *(OIB + name for name in ("claimSubject", "claimPredicate", "claimObject", "claimValue")),
    *(OIB + name for name in ("hasHedge", "hasExtent", "hasRank", "assesses", "hasVerdict")),
)
_LICENSE: Final = "https://creativecommons.org/licenses/by/4.0/"

# From a thing: to its claims, on to their assessments, on to the evidence of either; and to the
# nodes that share its file. Every step starts at a known node, whatever the size of the store.
_DESCRIPTION: Final = f"""
  {{ %(thing)s (^<{OIB}claimSubject>|^<{OIB}claimObject>|<{OIB}assesses>|^<{OIB}hasEvidence>)?
      /(^<{OIB}assesses>)?/(<{OIB}hasEvidence>)? ?s }}
  UNION {{ %(thing)s ^<{OIB}linksEntity>|<{OIB}hasUnit> ?s }}
  ?s ?p ?o ."""


def own_triples(iri: str) -> str:
    """Return a query for the statements of a thing itself: ?p ?o and the graph ?g of each."""
    return f"SELECT ?g ?p ?o WHERE {{ GRAPH ?g {{ {sparql_iri(iri)} ?p ?o }} }}"


def description(iri: str) -> str:
    """Return a query for all nodes that belong to the description of a thing, each in whole."""
    return f"SELECT DISTINCT ?s ?p ?o WHERE {{{_DESCRIPTION % {'thing': sparql_iri(iri)}}\n}}"


def claim_outlines(iri: str) -> str:
    """Return a query for the outline of claims that a thing asserts, reports, backs or judges."""
    return f"""
SELECT DISTINCT ?s ?p ?o WHERE {{
  {{ SELECT DISTINCT ?node WHERE {{
      VALUES ?link {{ {_sparql_iris(CLAIM_LINKS)} }} ?node ?link {sparql_iri(iri)} .
    }} ORDER BY ?node LIMIT {MAX_OUTLINES} }}
  ?node (<{OIB}assesses>)?/(^<{OIB}assesses>)? ?s .
  VALUES ?p {{ {_sparql_iris(_OUTLINE_PROPERTIES)} }}
  ?s ?p ?o .
}}"""


def construct_description(iri: str) -> str:
    """Return the query for the RDF description of a thing, and of the document that holds it."""
    thing = sparql_iri(iri)
    document = sparql_iri(DOC + iri.removeprefix(ID))
    foaf, dcterms, void = PREFIXES["foaf"], PREFIXES["dcterms"], PREFIXES["void"]
    return f"""
CONSTRUCT {{
  ?s ?p ?o . ?claim ?link {thing} .
  {document} a <{foaf}Document> ; <{foaf}primaryTopic> {thing} ;
    <{dcterms}license> <{_LICENSE}> ; <{void}inDataset> <{BASE}dataset> .
}} WHERE {{
  {{{_DESCRIPTION % {"thing": thing}}
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
