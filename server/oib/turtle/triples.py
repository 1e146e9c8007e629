"""Turn a syntax tree into its triples, each with the nodes that state it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Triple
from pyoxigraph import Literal as LiteralTerm

from oib.turtle.syntax_tree import (
    LANG_STRING,
    RDF,
    BlankNodeLabel,
    BlankNodePropertyList,
    Collection,
    Iri,
    Literal,
    Node,
    Object,
    PredicateObjects,
    SyntaxTree,
)

#: A term as pyoxigraph types it; triple terms never come up, for the syntax is that of RDF 1.1.
Term = NamedNode | BlankNode | LiteralTerm | Triple
_FIRST, _REST, _NIL = (NamedNode(RDF + name) for name in ("first", "rest", "nil"))


@dataclass(frozen=True)
class Statement:
    """One triple as it is stated; the links of a collection have no verb in the text."""

    subject: Term
    predicate: Term
    object: Term
    subject_node: Node
    verb: Node | None
    object_node: Node


def statements(tree: SyntaxTree) -> Iterator[Statement]:
    """Yield every triple as often as it is stated, in the order of the text."""
    walk = _TripleBuilder()
    for block in tree.blocks:
        subject, inner = walk.term(block.subject)
        yield from inner
        yield from walk.properties(subject, block.subject, block.properties)


class _TripleBuilder:
    """Builds the triples of one tree; remembers its labelled blank nodes."""

    def __init__(self) -> None:
        self.labels: dict[str, BlankNode] = {}

    def term(self, node: Node) -> tuple[Term, Iterator[Statement]]:
        """Return the term of a node, and the statements inside its brackets."""
        match node:
            case Iri(value=value):
                return NamedNode(value), iter(())
            case BlankNodeLabel(name=name):
                return self.labels.setdefault(name, BlankNode()), iter(())
            case Literal():
                return _literal(node), iter(())
            case BlankNodePropertyList(properties=properties):
                blank = BlankNode()
                return blank, self.properties(blank, node, properties)
            case Collection(objects=objects) if objects:
                links = [BlankNode() for _ in objects]
                return links[0], self.collection(links, node, objects)
            case _:
                return _NIL, iter(())

    def properties(
        self, subject: Term, node: Node, properties: Sequence[PredicateObjects]
    ) -> Iterator[Statement]:
        for entry in properties:
            verb = NamedNode(entry.verb.value)
            for item in entry.objects:
                found, inner = self.term(item.node)
                yield Statement(subject, verb, found, node, entry.verb, item.node)
                yield from inner

    def collection(
        self, links: list[BlankNode], node: Node, objects: Sequence[Object]
    ) -> Iterator[Statement]:
        following: list[Term] = [*links[1:], _NIL]
        for link, rest, item in zip(links, following, objects, strict=True):
            member, inner = self.term(item.node)
            yield Statement(link, _FIRST, member, node, None, item.node)
            yield from inner
            yield Statement(link, _REST, rest, node, None, item.node)


def _literal(value: Literal) -> LiteralTerm:
    """Return the literal, its lexical form left as it is."""
    if value.datatype == LANG_STRING:
        return LiteralTerm(value.lexical, language=value.language)
    return LiteralTerm(value.lexical, datatype=NamedNode(value.datatype))
