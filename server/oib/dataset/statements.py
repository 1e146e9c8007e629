"""Statements of the description of a data set, with names that have a prefix."""

from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from oib.namespaces import BASE, GRAPH, PREFIXES

#: The data set, and the named graph with its description.
DATASET: Final = BASE + "dataset"
META: Final = NamedNode(GRAPH + "meta")

#: Subject, property with a prefix, value.
Statement = tuple[str, str, NamedNode | Literal]


def quad(statement: Statement, graph: NamedNode = META) -> Quad:
    """Return a statement as a quad of a graph."""
    subject, predicate, value = statement
    return Quad(NamedNode(subject), iri(predicate), value, graph)


def iri(curie: str) -> NamedNode:
    """Return the IRI that a name with a prefix stands for."""
    prefix, _, local = curie.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def typed(value: str, datatype: str) -> Literal:
    """Return a literal with a datatype of XML Schema."""
    return Literal(value, datatype=iri(f"xsd:{datatype}"))
