"""Derivation: direct triples, date bounds and class closure, computed and never typed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import reasonable
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, QueryTriples, Store, Triple
from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from oib.edtf import Bounds, parse_edtf
from oib.namespaces import GRAPH, ID, OIB, PREFIXES

DIRECT = NamedNode(GRAPH + "direct")
BOUNDS = NamedNode(GRAPH + "bounds")
INFERRED = NamedNode(GRAPH + "inferred")

_DATE = NamedNode(PREFIXES["xsd"] + "date")
_CLAIM_DATES = """
PREFIX oib: <https://w3id.org/oib/ontology#>
PREFIX edtf: <http://id.loc.gov/datatypes/edtf/>
SELECT ?node ?property ?text WHERE {
  { ?node a oib:Claim } UNION { ?node a oib:Document }
  ?node ?property ?text FILTER(DATATYPE(?text) = edtf:EDTF)
}
"""
# Which part of a dated statement each bound of the date limits: (start, end).
_HELD = (("latestStart", "latest"), ("earliestEnd", "earliest"))
_LIMITS = {
    "asOf": _HELD,
    "endsNotBefore": _HELD,
    "startsNotBefore": (("earliestStart", "earliest"),),
    "startsNotAfter": (("latestStart", "latest"),),
    "endsNotAfter": (("latestEnd", "latest"),),
    "publishedOn": (("earliestDate", "earliest"), ("latestDate", "latest")),
    "issuedOn": (("earliestDate", "earliest"), ("latestDate", "latest")),
}


def direct(store: Store, home: Path) -> list[Quad]:
    """Return the direct triples: what a document states in its own voice, unhedged, undisputed.

    The rule is ``queries/derive/direct.rq`` of the home, run over all claims.
    """
    rule = (home / "queries" / "derive" / "direct.rq").read_text("utf-8")
    triples = store.query(rule, use_default_graph_as_union=True)
    assert isinstance(triples, QueryTriples)
    return [Quad(t.subject, t.predicate, t.object, DIRECT) for t in triples]


def bounds(store: Store) -> list[Quad]:
    """Return ``xsd:date`` bounds for the EDTF dates of claims and documents.

    Of what a claim states they limit the first and the last day of its start and of its end; of a
    document, the day of its date. An unknown bound is left out.
    """
    rows = store.query(_CLAIM_DATES, use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    quads = set()
    for row in rows:
        node, prop, text = row["node"], row["property"].value, row["text"].value
        for name, day in _limits(prop.removeprefix(OIB), text):
            quads.add(Quad(node, NamedNode(OIB + name), Literal(str(day), datatype=_DATE), BOUNDS))
    return sorted(quads, key=str)


def inferred(store: Store) -> list[Quad]:
    """Return what the ontology entails about the things of the data, beyond what is stated.

    OWL 2 RL rules by ``reasonable`` over ontology, vocabulary, instances and direct triples; kept
    are statements about things of ours in the terms of ours and of what we align with.
    """
    stated = {Triple(quad.subject, quad.predicate, quad.object) for quad in store}
    graph = Graph().parse(data="".join(f"{triple} .\n" for triple in stated), format="nt")
    reasoner = reasonable.PyReasoner()
    reasoner.from_graph(graph)
    entailed = {
        Triple(NamedNode(subject), NamedNode(predicate), _term(value))
        for subject, predicate, value in reasoner.reason()
        if _worth_telling(subject, predicate, value)
    }
    return sorted(
        (Quad(t.subject, t.predicate, t.object, INFERRED) for t in entailed - stated), key=str
    )


def _limits(prop: str, text: str) -> Iterator[tuple[str, date]]:
    if prop in _LIMITS:
        whole = parse_edtf(text).bounds
        pairs = [(name, getattr(whole, side)) for name, side in _LIMITS[prop]]
    elif prop in ("validTime", "claimValue"):
        start, end = _ends(text)
        pairs = [
            ("earliestStart", start.earliest),
            ("latestStart", start.latest),
            ("earliestEnd", end.earliest),
            ("latestEnd", end.latest),
        ]
    else:
        pairs = []  # an access date bounds nothing
    yield from ((name, day) for name, day in pairs if day is not None)


def _ends(text: str) -> tuple[Bounds, Bounds]:
    """Return the bounds of the start and of the end of an interval, or of a single date twice."""
    start, slash, end = text.partition("/")
    return _bounds(start), _bounds(end if slash else start)


def _bounds(text: str) -> Bounds:
    return Bounds(None, None) if text in ("", "..") else parse_edtf(text).bounds


def _worth_telling(subject: Node, predicate: Node, value: Node) -> bool:
    """Tell whether an entailment says something of a thing of ours, beyond that it is a thing."""
    noise = {PREFIXES["owl"] + "sameAs", PREFIXES["owl"] + "Thing", PREFIXES["rdfs"] + "Resource"}
    ours = str(subject).startswith(ID) and not isinstance(value, BNode)
    return ours and not noise & {str(predicate), str(value)}


def _term(value: Node) -> NamedNode | Literal:
    if isinstance(value, URIRef):
        return NamedNode(value)
    language, datatype = getattr(value, "language", None), getattr(value, "datatype", None)
    if language or not datatype:
        return Literal(str(value), language=language)
    return Literal(str(value), datatype=NamedNode(datatype))
