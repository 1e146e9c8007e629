"""Terms and triples of pyoxigraph as those of rdflib, and back, lexical forms as written."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import Graph
from rdflib.term import Node

from oib.namespaces import PREFIXES
from oib.validation.shape_graph import Term


def to_rdflib_graph(triples: Iterable[Triple]) -> Graph:
    """Return triples as a graph of rdflib, their lexical forms as written."""
    graph = Graph(bind_namespaces="none")
    for triple in triples:
        terms = (triple.subject, triple.predicate, triple.object)
        graph.add(tuple(map(to_rdflib, terms)))  # type: ignore[arg-type]
    return graph


@lru_cache(maxsize=65536)
def to_rdflib(term: Term) -> Node:
    """Return a term of pyoxigraph as one of rdflib."""

    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if not isinstance(term, Literal):
        raise TypeError("a triple term of RDF 1.2, which rdflib does not know")
    plain = term.language or term.datatype.value == PREFIXES["xsd"] + "string"
    datatype = None if plain else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)


def from_rdflib(term: object) -> Term | None:
    """Return a term of rdflib as one of pyoxigraph, None for None."""
    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term))
    if isinstance(term, rdflib.Literal):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(term.datatype) if term.datatype else None)
    return None
