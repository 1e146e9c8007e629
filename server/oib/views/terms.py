"""Terms of the ontology and the vocabulary, and rules of the shapes, for their pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
#: Properties of a term that an entry has fields for, or that say nothing about it.
_SHOWN: Final = {
    *(_RDF + "type", _RDFS + "isDefinedBy", _RDFS + "label", _SKOS + "prefLabel"),
    *(_RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")),
    *(_SKOS + name for name in ("definition", "scopeNote", "editorialNote", "example")),
    *(_SKOS + name for name in ("inScheme", "topConceptOf", "hasTopConcept")),
    *(_OWL + name for name in ("disjointWith", "equivalentClass")),
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
class ClassExpression:
    """The things that are of all ``classes`` and have each value of ``values`` for its property.

    Of OWL 2, ``ObjectIntersectionOf`` and ``ObjectHasValue``; other forms are left out.
    """

    classes: tuple[Term, ...]
    values: tuple[tuple[Term, Term], ...]


@dataclass(frozen=True)
class TermEntry:
    """A class, property, scheme or concept of ours.

    ``kind`` is one of class, property, scheme, concept; ``used_by`` are the properties that have a
    class as domain or range, or the concepts of a scheme; ``uses`` counts things of a class,
    statements with a property, or things that point at a concept; ``claims`` counts claims whose
    predicate it is. ``characteristics`` are classes of OWL such as ``owl:SymmetricProperty``;
    ``others`` are all further properties, such as those that say how claims with it are read.
    """

    iri: str
    kind: str
    definitions: tuple[Term, ...]
    examples: tuple[Term, ...]
    notes: tuple[Term, ...]
    characteristics: tuple[Term, ...]
    equivalents: tuple[ClassExpression, ...]
    disjoint: tuple[Term, ...]
    others: Mapping[str, tuple[Term, ...]]
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

    @property
    def family(self) -> str:
        """Return the letters of its id, which rules about one subject share (``CLM``), if any."""
        letters, hyphen, _ = self.identifier.partition("-")
        return letters if hyphen else ""


@dataclass(frozen=True)
class TermReference:
    """The terms or rules of one published document, with the names of all IRIs that occur.

    ``shapes`` are the IRIs of shapes that only group rules. ``header`` has what the document states
    of itself: titles, version, licence and so on.
    """

    header: Mapping[str, tuple[Term, ...]]
    terms: tuple[TermEntry, ...]
    rules: tuple[RuleEntry, ...]
    names: Mapping[str, Mapping[str, str]]
    shapes: tuple[str, ...] = ()

    def containing(self, words: str, severity: str = "") -> "TermReference":
        """Return the terms and rules that contain all words, of a severity if one is given.

        A scheme stays if one of its concepts does.
        """
        wanted = words.casefold().split()

        def has_words(*texts: str) -> bool:
            text = "\n".join(texts).casefold()
            return all(word in text for word in wanted)

        found = {
            term.iri
            for term in self.terms
            if has_words(
                term.iri,
                *self.names.get(term.iri, {}).values(),
                *(literal.text for literal in (*term.definitions, *term.notes)),
            )
        }
        return replace(
            self,
            terms=tuple(
                term
                for term in self.terms
                if term.iri in found
                or (term.kind == "scheme" and any(used.text in found for used in term.used_by))
            ),
            rules=tuple(
                rule
                for rule in self.rules
                if severity in ("", rule.severity)
                and has_words(
                    rule.identifier, *(text.text for text in (*rule.titles, *rule.messages))
                )
            ),
        )

    def properties_by_domain(self) -> tuple[tuple[str, tuple[TermEntry, ...]], ...]:
        """Return properties by the IRI of their first domain, which is empty for those without."""
        groups: dict[str, list[TermEntry]] = {}
        for term in self.terms:
            if term.kind == "property":
                domain = next((value.text for value in term.domains if value.is_iri), "")
                groups.setdefault(domain, []).append(term)
        return tuple((domain, tuple(groups[domain])) for domain in sorted(groups))

    def children(self, iri: str) -> tuple[TermEntry, ...]:
        """Return the classes right below a class; with an empty text, those below none of ours."""
        classes = [term for term in self.terms if term.kind == "class"]
        known = {term.iri for term in classes}
        return tuple(
            term
            for term in classes
            if (iri in {parent.text for parent in term.parents} if iri else known.isdisjoint(
                parent.text for parent in term.parents))
        )  # fmt: skip


def fetch_reference(engine: Queryable, name: str) -> TermReference:
    """Return the terms or rules of a document: ``ontology``, ``vocab`` or ``shapes``."""
    statements = StatementIndex.select(
        engine, f"SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPH}{name}> {{ ?s ?p ?o }} }}"
    )
    named = statements | fetch_properties(engine, statements.iris())
    terms = [] if name == "shapes" else list(_terms(engine, statements))
    rules = sorted(_rules(statements), key=lambda rule: rule.identifier)
    known = {rule.iri for rule in rules}
    return TermReference(
        header=_properties(statements, BASE + name, {_RDF + "type", _SH + "declare"}),
        terms=tuple(sorted(terms, key=lambda term: term.iri.lower())),
        rules=tuple(rules),
        names={iri: names for iri in named if (names := named.names(iri))},
        shapes=tuple(
            iri for iri in sorted(statements) if iri.startswith(OIBS) and iri not in known
        ),
    )


def _terms(engine: Queryable, statements: StatementIndex) -> Iterator[TermEntry]:
    uses, claims = {**_count(engine, _USES), **_count(engine, _POINTED_AT)}, _count(engine, _CLAIMS)
    disjoint = _disjoint_classes(statements)
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
            examples=statements.objects(iri, _SKOS + "example"),
            notes=statements.objects(iri, _SKOS + "scopeNote")
            + statements.objects(iri, _SKOS + "editorialNote"),
            characteristics=tuple(
                value for value in statements.objects(iri, _RDF + "type")
                if value.text not in _KINDS and value.text.startswith(_OWL)
            ),
            equivalents=tuple(
                _class_expression(statements, node.text)
                for node in statements.objects(iri, _OWL + "equivalentClass")
            ),
            disjoint=tuple(Term(other, "uri") for other in sorted(disjoint.get(iri, ()))),
            others=_properties(statements, iri, _SHOWN),
            parents=tuple(value for value in parents if value.is_iri),
            domains=statements.objects(iri, _RDFS + "domain"),
            ranges=statements.objects(iri, _RDFS + "range"),
            used_by=tuple(dict.fromkeys(pointing)),
            uses=uses.get(iri, 0),
            claims=claims.get(iri, 0),
        )  # fmt: skip


def _properties(
    statements: StatementIndex, iri: str, omitted: set[str]
) -> Mapping[str, tuple[Term, ...]]:
    names = dict.fromkeys(prop for prop, _ in statements.predicate_objects(iri))
    return {prop: statements.objects(iri, prop) for prop in names if prop not in omitted}


def _disjoint_classes(statements: StatementIndex) -> Mapping[str, set[str]]:
    """Return the classes disjoint with each class, by pairs and by ``owl:AllDisjointClasses``."""
    groups = [
        _members(statements, head.text)
        for node in statements.subjects(_RDF + "type", _OWL + "AllDisjointClasses")
        for head in statements.objects(node, _OWL + "members")
    ]
    groups += [
        (Term(subject, "uri"), value)
        for subject in statements
        for value in statements.objects(subject, _OWL + "disjointWith")
    ]
    disjoint: dict[str, set[str]] = {}
    for group in groups:
        for member in group:
            others = {other.text for other in group} - {member.text}
            disjoint.setdefault(member.text, set()).update(others)
    return disjoint


def _class_expression(statements: StatementIndex, node: str) -> ClassExpression:
    head = statements.value(node, _OWL + "intersectionOf")
    parts = _members(statements, head.text) if head else (Term(node, "bnode"),)
    values = []
    for part in parts:
        prop = statements.value(part.text, _OWL + "onProperty")
        value = statements.value(part.text, _OWL + "hasValue")
        if prop and value:
            values.append((prop, value))
    return ClassExpression(tuple(part for part in parts if part.is_iri), tuple(values))


def _members(statements: StatementIndex, head: str) -> tuple[Term, ...]:
    """Return the members of an RDF collection."""
    members = []
    while value := statements.value(head, _RDF + "first"):
        members.append(value)
        rest = statements.value(head, _RDF + "rest")
        head = rest.text if rest else ""
    return tuple(members)


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
