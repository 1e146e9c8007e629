"""Terms of the ontology and the vocabulary, and rules of the shapes, for their pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import StatementIndex, Term, fetch_properties, fetch_rows
from oib.namespaces import BASE, GRAPH, OIB, OIBS, OIBV, PREFIXES

_RDF: Final = PREFIXES["rdf"]
_RDFS: Final = PREFIXES["rdfs"]
_SKOS: Final = PREFIXES["skos"]
_SH: Final = PREFIXES["sh"]
_VOID: Final = PREFIXES["void"]
_OWL: Final = PREFIXES["owl"]
_PARENT_LINKS: Final = (_SH + "sparql", _SH + "property")
_KINDS: Final = {
    _OWL + "Class": "class",
    _OWL + "ObjectProperty": "property",
    _OWL + "DatatypeProperty": "property",
    _OWL + "AnnotationProperty": "property",
    _SKOS + "ConceptScheme": "scheme",
    _SKOS + "Concept": "concept",
}
# Numbers that the build counted (VoID), and claims by predicate.
_USES: Final = f"""
SELECT ?term ?n WHERE {{ GRAPH <{GRAPH}meta> {{
  <{BASE}dataset> <{_VOID}classPartition>|<{_VOID}propertyPartition> ?part .
  ?part <{_VOID}class>|<{_VOID}property> ?term ; <{_VOID}entities>|<{_VOID}triples> ?n
}} }}"""
_CLAIMS: Final = f"""
SELECT ?term (COUNT(?claim) AS ?n) WHERE {{ ?claim <{OIB}claimPredicate> ?term }} GROUP BY ?term"""
_POINTED_AT: Final = f"""
SELECT ?term (COUNT(DISTINCT ?thing) AS ?n) WHERE {{
  GRAPH <{GRAPH}vocab> {{ ?term <{_SKOS}inScheme> ?scheme }}
  ?thing ?property ?term . FILTER NOT EXISTS {{ ?thing <{_SKOS}inScheme> ?other }}
}} GROUP BY ?term"""


@dataclass(frozen=True)
class TermEntry:
    """A class, property, scheme or concept of ours.

    ``kind`` is one of class, property, scheme, concept; ``used_by`` are the properties that have a
    class as domain or range, or the concepts of a scheme; ``uses`` counts things of a class,
    statements with a property, or things that point at a concept; ``claims`` counts claims whose
    predicate it is.
    """

    iri: str
    kind: str
    definitions: tuple[Term, ...]
    notes: tuple[Term, ...]
    parents: tuple[Term, ...]
    domains: tuple[Term, ...]
    ranges: tuple[Term, ...]
    used_by: tuple[Term, ...]
    uses: int
    claims: int


@dataclass(frozen=True)
class RuleEntry:
    """A rule of the shapes: its id (``CLM-02``), severity, titles and messages."""

    iri: str
    identifier: str
    severity: str
    titles: tuple[Term, ...]
    messages: tuple[Term, ...]


@dataclass(frozen=True)
class TermReference:
    """The terms or rules of one published document, with the names of all IRIs that occur."""

    terms: tuple[TermEntry, ...]
    rules: tuple[RuleEntry, ...]
    names: Mapping[str, Mapping[str, str]]


def fetch_reference(engine: Queryable, name: str) -> TermReference:
    """Return the terms or rules of a document: ``ontology``, ``vocab`` or ``shapes``."""
    statements = StatementIndex.select(
        engine, f"SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPH}{name}> {{ ?s ?p ?o }} }}"
    )
    named = statements | fetch_properties(engine, statements.iris())
    terms = [] if name == "shapes" else list(_terms(engine, statements))
    return TermReference(
        terms=tuple(sorted(terms, key=lambda term: term.iri.lower())),
        rules=tuple(sorted(_rules(statements), key=lambda rule: rule.identifier)),
        names={iri: names for iri in named if (names := named.names(iri))},
    )


def _terms(engine: Queryable, statements: StatementIndex) -> Iterator[TermEntry]:
    uses, claims = {**_count(engine, _USES), **_count(engine, _POINTED_AT)}, _count(engine, _CLAIMS)
    for iri in statements:
        types = [value.text for value in statements.objects(iri, _RDF + "type")]
        kind = next((kind for class_, kind in _KINDS.items() if class_ in types), None)
        if not iri.startswith((OIB, OIBV)) or kind is None:
            continue
        parents = statements.objects(iri, _RDFS + "subClassOf") + statements.objects(
            iri, _RDFS + "subPropertyOf"
        )
        pointing = [
            Term(node, "uri")
            for link in (_RDFS + "domain", _RDFS + "range", _SKOS + "inScheme")
            for node in statements.subjects(link, iri)
        ]
        yield TermEntry(
            iri=iri,
            kind=kind,
            definitions=statements.objects(iri, _SKOS + "definition"),
            notes=statements.objects(iri, _SKOS + "scopeNote")
            + statements.objects(iri, _SKOS + "editorialNote"),
            parents=tuple(value for value in parents if value.is_iri),
            domains=statements.objects(iri, _RDFS + "domain"),
            ranges=statements.objects(iri, _RDFS + "range"),
            used_by=tuple(dict.fromkeys(pointing)),
            uses=uses.get(iri, 0),
            claims=claims.get(iri, 0),
        )


def _rules(statements: StatementIndex) -> Iterator[RuleEntry]:
    for iri in statements:
        messages = statements.objects(iri, _SH + "message")
        if messages and iri.startswith(OIBS):
            above = [node for link in _PARENT_LINKS for node in statements.subjects(link, iri)]
            severities = [statements.value(holder, _SH + "severity") for holder in (iri, *above)]
            severity = next((value.text for value in severities if value), _SH + "Violation")
            yield RuleEntry(
                iri=iri,
                identifier=iri.removeprefix(OIBS),
                severity=severity.removeprefix(_SH),
                titles=statements.objects(iri, _SH + "name"),
                messages=messages,
            )


def _count(engine: Queryable, query: str) -> dict[str, int]:
    return {
        row["term"].text: int(row["n"].text) for row in fetch_rows(engine, query) if "term" in row
    }
