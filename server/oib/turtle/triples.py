"""Turn a syntax tree into its triples, each with the nodes that state it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rdflib import RDF, BNode, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node as Term

from oib.turtle.syntax_tree import (
    LANG_STRING,
    XSD,
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
        self.labels: dict[str, BNode] = {}

    def term(self, node: Node) -> tuple[Term, Iterator[Statement]]:
        """Return the term of a node, and the statements inside its brackets."""
        match node:
            case Iri(value=value):
                return URIRef(value), iter(())
            case BlankNodeLabel(name=name):
                return self.labels.setdefault(name, BNode()), iter(())
            case Literal():
                return _literal(node), iter(())
            case BlankNodePropertyList(properties=properties):
                blank = BNode()
                return blank, self.properties(blank, node, properties)
            case Collection(objects=objects) if objects:
                links = [BNode() for _ in objects]
                return links[0], self.collection(links, node, objects)
            case _:
                return RDF.nil, iter(())

    def properties(
        self, subject: Term, node: Node, properties: Sequence[PredicateObjects]
    ) -> Iterator[Statement]:
        for entry in properties:
            verb = URIRef(entry.verb.value)
            for item in entry.objects:
                found, inner = self.term(item.node)
                yield Statement(subject, verb, found, node, entry.verb, item.node)
                yield from inner

    def collection(
        self, links: list[BNode], node: Node, objects: Sequence[Object]
    ) -> Iterator[Statement]:
        for link, rest, item in zip(links, [*links[1:], RDF.nil], objects, strict=True):
            member, inner = self.term(item.node)
            yield Statement(link, RDF.first, member, node, None, item.node)
            yield from inner
            yield Statement(link, RDF.rest, rest, node, None, item.node)


def _literal(value: Literal) -> RdfLiteral:
    """Return rdflib's literal, its lexical form left as it is by ``normalize=False``."""
    if value.datatype == LANG_STRING:
        return RdfLiteral(value.lexical, lang=value.language)
    if value.datatype == XSD + "string":
        return RdfLiteral(value.lexical)
    return RdfLiteral(value.lexical, datatype=URIRef(value.datatype), normalize=False)
