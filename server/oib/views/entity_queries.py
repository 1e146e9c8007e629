"""SPARQL queries for the description of an entity."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from oib.engine.statements import LABELS, NAMES, sparql_iri
from oib.namespaces import DOC, GRAPH, ID, OIB, PREFIXES
from oib.views.paging import HYDRA, PAGE_SIZE

#: How many claims on who holds a post in a thing its page shows at most.
MAX_POSTS: Final = 100

#: Properties that link a claim or an assessment to its people and documents.
CLAIM_LINKS: Final = tuple(
    OIB + name for name in ("isAssertedBy", "isReportedIn", "citesSource", "isAssessedBy")
)

#: The properties of concepts that decide how a claim is shown.
CONCEPT_PROPERTIES: Final = (
    *NAMES,
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

_RECORDS: Final = tuple(ID + kind for kind in ("claim/", "assessment/", "evidence/"))
_ASSESSES: Final = f"<{OIB}assesses>"
_EVIDENCE: Final = f"<{OIB}hasEvidence>"
_FULL_LINKS: Final = "|".join(
    f"<{OIB}{name}>" for name in ("claimSubject", "claimObject", "hasEvidence", "linksEntity")
)
_ANY_LINK: Final = "|".join(f"<{link}>" for link in CLAIM_LINKS)
_COUNTED_LINKS: Final = (*CLAIM_LINKS, OIB + "claimSubject", OIB + "claimObject")

# What refers to a thing. Without claims, nothing that records statements counts.
_REFERRING: Final = "?ref ?any %(thing)s FILTER(isIRI(?ref) && ?ref != %(thing)s)%(filter)s"
_NO_RECORDS: Final = " ".join(
    f'FILTER(!STRSTARTS(STR(?ref), "{namespace}"))' for namespace in _RECORDS
)
_PAGE_OF_REFERRING: Final = f"""{{ SELECT DISTINCT ?ref WHERE {{ {_REFERRING} }}
      ORDER BY ?ref LIMIT {PAGE_SIZE} OFFSET %(offset)s }}"""
_TOTAL: Final = f"{{ SELECT (COUNT(DISTINCT ?ref) AS ?total) WHERE {{ {_REFERRING} }} }}"
# The nodes of a description: claims about the thing, their assessments, the evidence of either; the
# nodes that share its file. Every step starts at a known node, whatever the size of the store.
_REFERRING_NODES: Final = f"""
  {{ {_PAGE_OF_REFERRING}
    ?ref {_FULL_LINKS} %(thing)s . ?ref (^{_ASSESSES})?/({_EVIDENCE})? ?s }}
  UNION {{ {_PAGE_OF_REFERRING}
    ?ref {_ASSESSES} %(thing)s . ?ref ({_EVIDENCE})? ?s }}"""
_OWN_NODES: Final = f"""
  {{ %(thing)s ({_ASSESSES})?/(^{_ASSESSES})?/({_EVIDENCE})? ?s }}
  UNION {{ %(thing)s <{OIB}hasUnit> ?s }}"""
# The claims and assessments that link to a thing, with the claims that these assess and the
# assessments of those. The properties are filtered: as VALUES they would be joined, which takes
# the engine ten times as long.
_OUTLINES: Final = f"""
  {{ SELECT DISTINCT ?outline WHERE {{
    {_PAGE_OF_REFERRING}
    ?ref {_ANY_LINK} %(thing)s . ?ref ({_ASSESSES})?/(^{_ASSESSES})? ?outline }} }}
  ?outline ?p ?o FILTER(?p IN ({", ".join(f"<{name}>" for name in _OUTLINE_PROPERTIES)}))"""
# The claims on who holds a post in a thing, with their assessments.
_POSTS: Final = f"""
  {{ SELECT DISTINCT ?claim WHERE {{
    ?post <{OIB}isPostIn> %(thing)s . ?claim <{OIB}claimObject> ?post ;
      <{OIB}claimPredicate> <{OIB}holdsPost>
  }} ORDER BY ?claim LIMIT {MAX_POSTS} }}
  ?claim (^{_ASSESSES})? ?posting . ?posting ?p ?o"""
_CLAIM_COUNTS: Final = f"""
  {{ SELECT ?link (COUNT(DISTINCT ?claim) AS ?count) WHERE {{
    VALUES ?link {{ {" ".join(f"<{link}>" for link in _COUNTED_LINKS)} }}
    ?ref ?link %(thing)s . ?ref ({_ASSESSES})? ?claim . ?claim <{OIB}claimPredicate> ?predicate
  }} GROUP BY ?link }}"""


@dataclass(frozen=True)
class DocumentPage:
    """Which part of the document about a thing is wanted.

    ``number`` counts from 1; each page has what ``PAGE_SIZE`` things state that refer to the thing,
    in the order of their IRIs, the first one also what is stated of the thing itself. Without
    claims, the document holds neither claims nor what records them.
    """

    number: int = 1
    has_claims: bool = True

    @property
    def offset(self) -> int:
        """Return how many referring things come before this page."""
        return (self.number - 1) * PAGE_SIZE


#: The whole of what most documents hold.
FIRST_PAGE: Final = DocumentPage()


def own_triples(iri: str) -> str:
    """Return a query for the triples with an IRI as subject: ?p ?o and the graph ?g of each."""
    return f"SELECT ?g ?p ?o WHERE {{ GRAPH ?g {{ {sparql_iri(iri)} ?p ?o }} }}"


def description(iri: str, page: DocumentPage) -> str:
    """Return a query for everything that the page of an entity states, as ?p ?o of four kinds.

    With ?g: the own triples of the entity, and the graph of each. With ?s: all triples of the
    other nodes of its description. With ?outline: some triples of claims that refer to it. With
    ?posting: all triples of claims on posts in it, and of their assessments. A row with ?total
    counts the things that refer to it, rows with ?link the claims by how they do.
    """
    parts = _parts(iri, page)
    nodes = (_REFERRING_NODES, _OWN_NODES)
    outlines, posts = _OUTLINES % parts, _POSTS % parts
    claims = f"UNION {{ {outlines} }} UNION {{ {posts} }} UNION {_CLAIM_COUNTS % parts}"
    return f"""
SELECT ?g ?s ?outline ?posting ?p ?o ?total ?link ?count WHERE {{
  {{ GRAPH ?g {{ {parts["thing"]} ?p ?o }} }}
  UNION {{ {{ SELECT DISTINCT ?s WHERE {{{" UNION ".join(nodes) % parts} }} }}
    ?s ?p ?o FILTER(?s != {parts["thing"]}) }}
  UNION {_TOTAL % parts}
  {claims if page.has_claims else ""}
}}"""


def vocabulary() -> str:
    """Return a query for the names of all terms and concepts, and how concepts affect claims.

    Verdicts have their definitions, too, for the pages of the claims to which they are given.
    """
    properties = ", ".join(map(sparql_iri, CONCEPT_PROPERTIES))
    return f"""
SELECT ?s ?p ?o WHERE {{
  {{
    VALUES ?g {{ <{GRAPH}ontology> <{GRAPH}vocab> }}
    GRAPH ?g {{ ?s ?p ?o }} FILTER(?p IN ({properties}))
  }} UNION {{
    VALUES ?p {{ <{PREFIXES["skos"]}definition> }}
    GRAPH <{GRAPH}vocab> {{ ?s <{OIB}blocksDirectTriple> ?any ; ?p ?o }}
  }}
}}"""


def construct_description(iri: str, page: DocumentPage) -> str:
    """Return the query for a page of the RDF description of a thing.

    The result has the number of things that refer to the thing, too, as the ``hydra:totalItems`` of
    its document.
    """
    parts = _parts(iri, page)
    nodes = (_REFERRING_NODES, *((_OWN_NODES,) if page.number == 1 else ()))
    return f"""
CONSTRUCT {{ ?s ?p ?o . ?ref ?any {parts["thing"]} . {document(iri)} <{HYDRA}totalItems> ?total }}
WHERE {{
  {{ {{ SELECT DISTINCT ?s WHERE {{{" UNION ".join(nodes) % parts} }} }} ?s ?p ?o }}
  UNION {{ {_PAGE_OF_REFERRING % parts} ?ref ?any {parts["thing"]} }}
  UNION {_TOTAL % parts}
}}"""


def document(iri: str) -> str:
    """Return the IRI of the document about a thing, in angle brackets."""
    return sparql_iri(DOC + iri.removeprefix(ID))


def construct_labels(iris: Iterable[str]) -> str:
    """Return the query for the names of things."""
    things = " ".join(map(sparql_iri, iris))
    # A pattern for each property: a filter would look through all properties of each thing.
    names = " UNION ".join(
        f"{{ VALUES ?s {{ {things} }} ?s <{name}> ?o BIND(<{name}> AS ?p) }}" for name in LABELS
    )
    return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {names} }}"


def construct_term_labels() -> str:
    """Return the query for the names of all terms and concepts."""
    names = ", ".join(f"<{name}>" for name in LABELS)
    return f"""
CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  VALUES ?g {{ <{GRAPH}ontology> <{GRAPH}vocab> }}
  GRAPH ?g {{ ?s ?p ?o }} FILTER(?p IN ({names}))
}}"""


def construct_own_triples(iri: str) -> str:
    """Return the query for the own triples of a thing, and nothing around it."""
    thing = sparql_iri(iri)
    return f"CONSTRUCT {{ {thing} ?p ?o }} WHERE {{ {thing} ?p ?o }}"


def construct_graph(name: str) -> str:
    """Return the query for one named graph, by its name after ``…/graph/``."""
    return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {sparql_iri(GRAPH + name)} {{ ?s ?p ?o }} }}"


def _parts(iri: str, page: DocumentPage) -> dict[str, object]:
    return {
        "thing": sparql_iri(iri),
        "offset": page.offset,
        "filter": "" if page.has_claims else " " + _NO_RECORDS,
    }
