"""The tree: a Turtle text as it is written, every term resolved, every comment at its owner.

Text that passed ``gate.triples`` always has a tree; other text is not handed in. Positions are
offsets in code points. Comments have three kinds of places: ``above`` (on lines of their own over
a thing), ``trail`` (behind it on its last line) and ``closing`` (before the end of what it holds).
"""

from dataclasses import dataclass
from typing import Final

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
LANG_STRING: Final = RDF + "langString"


@dataclass(frozen=True)
class Node:
    """Something that stands for a term, from ``start`` up to ``end``."""

    start: int
    end: int


@dataclass(frozen=True)
class Iri(Node):
    """An IRI in full, however it was written."""

    value: str


@dataclass(frozen=True)
class Label(Node):
    """A blank node with a label."""

    name: str


@dataclass(frozen=True)
class Value(Node):
    """A literal with its lexical form as written; ``language`` is empty where there is none."""

    lexical: str
    datatype: str
    language: str = ""


@dataclass(frozen=True)
class Item:
    """An object of a verb, or a member of a collection."""

    node: Node
    above: tuple[str, ...] = ()
    trail: str = ""


@dataclass(frozen=True)
class Pair:
    """A verb and its objects."""

    verb: Iri
    items: tuple[Item, ...]
    above: tuple[str, ...] = ()
    trail: str = ""


@dataclass(frozen=True)
class Nest(Node):
    """A blank node in square brackets."""

    pairs: tuple[Pair, ...]
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row(Node):
    """A collection in round brackets."""

    items: tuple[Item, ...]
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A subject with its pairs, up to the dot at ``end``."""

    subject: Node
    pairs: tuple[Pair, ...]
    end: int
    above: tuple[str, ...] = ()
    trail: str = ""
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Directive(Node):
    """A prefix with its namespace, or, where ``prefix`` is None, a base."""

    prefix: str | None
    value: str
    trail: str = ""


@dataclass(frozen=True)
class Tree:
    """A whole text; in ``header`` and ``footer`` an empty string stands for a blank line."""

    directives: tuple[Directive, ...]
    blocks: tuple[Block, ...]
    header: tuple[str, ...]
    footer: tuple[str, ...]
