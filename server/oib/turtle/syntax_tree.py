"""The syntax tree: a Turtle text as it is written, terms resolved, comments at their nodes.

A text that ``strict.triples`` accepted always has a tree; others are not parsed. Positions are
offsets in code points. Comments have three kinds of places: ``above`` (on lines of their own over
a thing), ``trail`` (behind it on its last line) and ``closing`` (before the end of what it holds).
"""

from dataclasses import dataclass
from typing import Final

from oib.namespaces import PREFIXES

RDF: Final = PREFIXES["rdf"]
XSD: Final = PREFIXES["xsd"]
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
class BlankNodeLabel(Node):
    """A blank node with a label."""

    name: str


@dataclass(frozen=True)
class Literal(Node):
    """A literal with its lexical form as written; ``language`` is empty where there is none."""

    lexical: str
    datatype: str
    language: str = ""


@dataclass(frozen=True)
class Object:
    """An object of a verb, or a member of a collection."""

    node: Node
    above: tuple[str, ...] = ()
    trail: str = ""


@dataclass(frozen=True)
class PredicateObjects:
    """A verb and its objects."""

    verb: Iri
    objects: tuple[Object, ...]
    above: tuple[str, ...] = ()
    trail: str = ""


@dataclass(frozen=True)
class BlankNodePropertyList(Node):
    """A blank node in square brackets."""

    properties: tuple[PredicateObjects, ...]
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection(Node):
    """A collection in round brackets."""

    objects: tuple[Object, ...]
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A subject with its properties, up to the dot at ``end``."""

    subject: Node
    properties: tuple[PredicateObjects, ...]
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
class SyntaxTree:
    """A whole text; in ``header`` and ``footer`` an empty string stands for a blank line."""

    directives: tuple[Directive, ...]
    blocks: tuple[Block, ...]
    header: tuple[str, ...]
    footer: tuple[str, ...]
