"""The statements: a tree becomes its triples, each with the nodes that state it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rdflib import RDF, BNode, Literal, URIRef
from rdflib.term import Node as Term

from oib.turtle.syntax_tree import (
    LANG_STRING,
    XSD,
    Iri,
    Item,
    Label,
    Nest,
    Node,
    Pair,
    Row,
    Tree,
    Value,
)


@dataclass(frozen=True)
class Statement:
    """One triple as it is stated; the links of a collection have no verb in the text."""

    subject: Term
    predicate: Term
    object: Term
    subject_node: Node
    verb: Node | None
    object_node: Node


def statements(tree: Tree) -> Iterator[Statement]:
    """Yield every triple as often as it is stated, in the order of the text."""
    walk = _Walk()
    for block in tree.blocks:
        subject, inner = walk.term(block.subject)
        yield from inner
        yield from walk.pairs(subject, block.subject, block.pairs)


class _Walk:
    """One pass over one tree, which remembers the blank nodes with a label."""

    def __init__(self) -> None:
        self.labels: dict[str, BNode] = {}

    def term(self, node: Node) -> tuple[Term, Iterator[Statement]]:
        """Return the term of a node, and the statements inside its brackets."""
        match node:
            case Iri(value=value):
                return URIRef(value), iter(())
            case Label(name=name):
                return self.labels.setdefault(name, BNode()), iter(())
            case Value():
                return _literal(node), iter(())
            case Nest(pairs=pairs):
                blank = BNode()
                return blank, self.pairs(blank, node, pairs)
            case Row(items=items) if items:
                cells = [BNode() for _ in items]
                return cells[0], self.row(cells, node, items)
            case _:
                return RDF.nil, iter(())

    def pairs(self, subject: Term, node: Node, pairs: Sequence[Pair]) -> Iterator[Statement]:
        for pair in pairs:
            verb = URIRef(pair.verb.value)
            for item in pair.items:
                found, inner = self.term(item.node)
                yield Statement(subject, verb, found, node, pair.verb, item.node)
                yield from inner

    def row(self, cells: list[BNode], node: Node, items: Sequence[Item]) -> Iterator[Statement]:
        for cell, rest, item in zip(cells, [*cells[1:], RDF.nil], items, strict=True):
            member, inner = self.term(item.node)
            yield Statement(cell, RDF.first, member, node, None, item.node)
            yield from inner
            yield Statement(cell, RDF.rest, rest, node, None, item.node)


def _literal(value: Value) -> Literal:
    """Return rdflib's literal, its lexical form kept by ``normalize=False``."""
    if value.datatype == LANG_STRING:
        return Literal(value.lexical, lang=value.language)
    if value.datatype == XSD + "string":
        return Literal(value.lexical)
    return Literal(value.lexical, datatype=URIRef(value.datatype), normalize=False)
