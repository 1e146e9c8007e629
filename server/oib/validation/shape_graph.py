"""A shapes graph; SHACL property paths (SHACL, section 2.3.1) as those of SPARQL 1.1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from oib.namespaces import PREFIXES
from oib.turtle.triples import Term as Term

SH: Final = PREFIXES["sh"]
RDF: Final = PREFIXES["rdf"]
RDFS: Final = PREFIXES["rdfs"]
XSD: Final = PREFIXES["xsd"]

TYPE: Final = NamedNode(RDF + "type")
SUBCLASS: Final = NamedNode(RDFS + "subClassOf")
_FIRST, _REST, _NIL = (NamedNode(RDF + name) for name in ("first", "rest", "nil"))


def iri_of(term: object) -> str:
    """Return the IRI of a named node, empty for any other term and for None."""
    return term.value if isinstance(term, NamedNode) else ""


def text_of(term: object) -> str:
    """Return the lexical form of a literal, empty for any other term and for None."""
    return term.value if isinstance(term, Literal) else ""


class UnsupportedPath(Exception):
    """A property path that has no counterpart in SPARQL 1.1."""


class ShapeGraph:
    """The triples of the shapes, with the look-ups that reading them needs."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.store = Store()
        self.store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)

    def objects(self, subject: Term, name: str) -> list[Term]:
        """Return the values of ``sh:<name>``, or of a property by its IRI, in a fixed order."""
        predicate = NamedNode(name if ":" in name else SH + name)
        quads = self.store.quads_for_pattern(subject, predicate, None)  # type: ignore[arg-type]
        return sorted((quad.object for quad in quads), key=str)

    def value(self, subject: Term, name: str) -> Term | None:
        """Return one value of ``sh:<name>``, or None."""
        return next(iter(self.objects(subject, name)), None)

    def subjects(self, name: str, value: Term | None = None) -> list[Term]:
        """Return the nodes that have a value of ``sh:<name>``, each once, in a fixed order."""
        predicate = NamedNode(name if ":" in name else SH + name)
        found = self.store.quads_for_pattern(None, predicate, value)
        return sorted({quad.subject for quad in found}, key=str)

    def predicates(self, subject: Term) -> set[str]:
        """Return the IRIs of the properties that a node has."""
        quads = self.store.quads_for_pattern(subject, None, None)  # type: ignore[arg-type]
        return {quad.predicate.value for quad in quads}

    def members(self, head: Term) -> list[Term]:
        """Return the members of an RDF collection."""
        found: list[Term] = []
        seen = set()
        while head != _NIL and head not in seen:
            seen.add(head)
            first, rest = self.value(head, RDF + "first"), self.value(head, RDF + "rest")
            if first is None or rest is None:
                break
            found.append(first)
            head = rest
        return found

    def is_type(self, subject: Term, name: str) -> bool:
        """Return whether a node is typed ``sh:<name>``, or with a class given by its IRI."""
        return NamedNode(name if ":" in name else SH + name) in self.objects(subject, RDF + "type")

    def path(self, node: Term) -> str:
        """Return a property path as SPARQL writes it.

        Raises:
            UnsupportedPath: it is not a well-formed path.
        """
        if isinstance(node, NamedNode) and node != _NIL:
            return str(node)
        if self.value(node, RDF + "first") is not None:
            return "(" + "/".join(map(self.path, self.members(node))) + ")"
        for name, text in _OPERATORS:
            inner = self.value(node, name)
            if inner is not None and name == "alternativePath":
                return "(" + "|".join(map(self.path, self.members(inner))) + ")"
            if inner is not None:
                return text.format(self.path(inner))
        raise UnsupportedPath(str(node))

    def path_starts(self, node: Term) -> list[NamedNode]:
        """Return the predicates with which a property path can begin, inverse ones left out."""
        if isinstance(node, NamedNode):
            return [node]
        if self.value(node, RDF + "first") is not None:
            return self.path_starts(self.members(node)[0])
        inner = self.value(node, "alternativePath")
        if inner is not None:
            return [each for member in self.members(inner) for each in self.path_starts(member)]
        return []


_OPERATORS: Final = (
    ("alternativePath", ""),
    ("inversePath", "^({})"),
    ("zeroOrMorePath", "({})*"),
    ("oneOrMorePath", "({})+"),
    ("zeroOrOnePath", "({})?"),
)
