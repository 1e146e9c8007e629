"""Derivation: direct triples, date bounds, labels, agreement, closure; computed, never typed."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

import reasonable
from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    serialize,
)
from rdflib import BNode, URIRef
from rdflib.term import Node

from oib.edtf import Bounds, parse_edtf
from oib.engine.stores import select
from oib.namespaces import GRAPH, ID, OIB, PREFIXES

DIRECT = NamedNode(GRAPH + "direct")
BOUNDS = NamedNode(GRAPH + "bounds")
LABELS = NamedNode(GRAPH + "labels")
UNITS = NamedNode(GRAPH + "units")
LINKS = NamedNode(GRAPH + "links")
INFERRED = NamedNode(GRAPH + "inferred")
AGREEMENT = NamedNode(GRAPH + "agreement")

_DATE = NamedNode(PREFIXES["xsd"] + "date")
_CLAIM_DATES = """
SELECT ?node ?property ?text WHERE {
  { ?node a oib:Claim . ?node ?property ?text }
  UNION { ?node a oib:Document . ?node ?property ?text }
  UNION { GRAPH graph:direct { ?node ?property ?text } }
  FILTER(DATATYPE(?text) = edtf:EDTF)
}
"""
_REPORTS = "SELECT DISTINCT ?document { ?claim oib:isReportedIn ?document }"
_VERIFIED = """
SELECT ?thing ?entry WHERE {
  ?link oib:linksEntity ?thing ; oib:linksTo ?entry ; oib:hasLinkStatus oibv:link-verified
}
"""
_STATED = """
SELECT DISTINCT ?claim ?unit WHERE { ?claim a oib:Claim ; oib:hasEvidence/oib:inUnit ?unit }
"""
_LABELLED = """
SELECT ?node ?property ?name WHERE {
  { GRAPH ?graph { ?node ?property ?name }
    FILTER(?property IN (skos:prefLabel, oib:translatedName))
    FILTER(STRSTARTS(STR(?node), STR(id:))) }
  UNION { ?node rdfs:isDefinedBy ?home ; ?property ?name
    FILTER(?property IN (skos:prefLabel, rdfs:label)) }
  FILTER NOT EXISTS { ?node owl:deprecated true }
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
    "launchedOn": (("earliestStart", "earliest"), ("latestStart", "latest")),
    "closedOn": (("earliestEnd", "earliest"), ("latestEnd", "latest")),
    **dict.fromkeys(
        ("publishedOn", "issuedOn", "occurredOn"),
        (("earliestDate", "earliest"), ("latestDate", "latest")),
    ),
}
#: Where a reader of a language gets a name from: the printed one, our translation, a term's label;
#: and which languages are read next, before and after all others.
_NAMES = {
    "englishLabel": ("en", (), ("zh-hans", "zh-hant")),
    "chineseLabel": ("zh-hans", ("zh-hant", "en"), ()),
}


def direct(store: Store, home: Path) -> list[Quad]:
    """Return the direct triples: what a document states in its own voice, unhedged, undisputed.

    The rule is ``queries/derive/direct.rq`` of the home. Its triples stand in a graph of the
    document that states them (``…/graph/direct/<document>``), and all of them in
    ``…/graph/direct``.
    """
    rule = (home / "queries" / "derive" / "direct.rq").read_text("utf-8")
    quads = set()
    for (document,) in select(store, _REPORTS):
        graph = NamedNode(f"{DIRECT.value}/{document.value.rpartition('/')[2]}")
        for triple in _construct(store, rule, document):
            quads |= {_quad(triple, graph), _quad(triple, DIRECT)}
    return sorted(quads, key=str)


def agreement(store: Store, home: Path) -> list[Quad]:
    """Return which claims agree, refine or contradict each other across independent documents.

    The rule is ``queries/derive/agreement.rq`` of the home, run over all claims and the bounds of
    their dates. It is no error when the home has none.
    """
    path = home / "queries" / "derive" / "agreement.rq"
    if not path.is_file():
        return []
    triples = _construct(store, path.read_text("utf-8"))
    return sorted({_quad(triple, AGREEMENT) for triple in triples}, key=str)


def links(store: Store) -> list[Quad]:
    """Return ``schema:sameAs`` for every verified link to an entry of an outside register.

    ``skos:exactMatch`` would be wrong: it maps concepts (SKOS, section 10), so whatever has it is
    one, while these links are of organizations, places and people (rule IDL-10).
    """
    same = NamedNode(PREFIXES["schema"] + "sameAs")
    rows = select(store, _VERIFIED)
    return sorted({Quad(row["thing"], same, row["entry"], LINKS) for row in rows}, key=str)


def labels(store: Store) -> list[Quad]:
    """Return one name of every thing, concept and term for a reader of English and of Chinese.

    The name printed in that language comes first, then our translation, then the name that the
    thing has in another language, which keeps its own language tag.
    """
    names: dict[NamedNode, dict[str, Literal]] = {}
    for node, prop, name in select(store, _LABELLED):
        key = f"{re.split('[#/]', prop.value)[-1]}@{(name.language or '').lower()}"
        names.setdefault(node, {})[key] = name
    quads = []
    for node, known in names.items():
        for label in _NAMES:
            best = min(known, key=lambda key: (_name_order(label, key), key))
            quads.append(Quad(node, NamedNode(OIB + label), known[best], LABELS))
    return sorted(quads, key=str)


def units(store: Store) -> list[Quad]:
    """Return the one unit that states each claim: that of its IRI, where its evidence has it."""
    found: dict[NamedNode, list[NamedNode]] = {}
    for claim, unit in select(store, _STATED):
        found.setdefault(claim, []).append(unit)
    quads = []
    for claim, stated in found.items():
        own = claim.value.rpartition("/")[2].rpartition("-")[0]
        unit = min(stated, key=lambda each: (each.value.rpartition("#")[2] != own, each.value))
        quads.append(Quad(claim, NamedNode(OIB + "isStatedIn"), unit, UNITS))
    return sorted(quads, key=str)


def bounds(store: Store) -> list[Quad]:
    """Return ``xsd:date`` bounds for the EDTF dates of claims, documents and direct triples.

    Of what a claim states they limit the first and the last day of its start and of its end; of a
    document or an event, the day of its date; of what was launched or closed, the day of that. A
    thing that two documents date has the bounds of both. An unknown bound is left out.
    """
    quads = set()
    for row in select(store, _CLAIM_DATES):
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
    reasoner = reasonable.PyReasoner()
    with NamedTemporaryFile(suffix=".ttl") as file:  # its other way in is a slower rdflib graph
        serialize(stated, file, format=RdfFormat.N_TRIPLES)
        file.flush()
        reasoner.load_file(file.name)
    entailed = {
        Triple(NamedNode(subject), NamedNode(predicate), _term(value))
        for subject, predicate, value in reasoner.reason()
        if _is_informative(subject, predicate, value)
    }
    return sorted(
        (Quad(t.subject, t.predicate, t.object, INFERRED) for t in entailed - stated), key=str
    )


def _name_order(label: str, key: str) -> int:
    """Return how late a name, such as ``prefLabel@en``, is chosen for readers of a language."""
    own, next_languages, last_languages = _NAMES[label]
    kind, _, language = key.partition("@")
    if language == own:
        return ("prefLabel", "translatedName", "label").index(kind)
    if language in next_languages:
        return 3 + next_languages.index(language)
    return 9 + (last_languages.index(language) + 1 if language in last_languages else 0)


def _construct(store: Store, rule: str, document: NamedNode | None = None) -> Iterator[Triple]:
    """Yield what a rule constructs, of one ?document or of all."""
    triples = store.query(
        rule,
        use_default_graph_as_union=True,
        substitutions={Variable("document"): document} if document else None,
    )
    assert isinstance(triples, QueryTriples)
    yield from triples


def _quad(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _limits(prop: str, text: str) -> Iterator[tuple[str, date]]:
    if prop in _LIMITS:
        whole = parse_edtf(text).bounds
        pairs = [(name, getattr(whole, side)) for name, side in _LIMITS[prop]]
    elif prop == "assertedOn":
        start, end = _ends(text)
        pairs = [("earliestAssertion", start.earliest), ("latestAssertion", end.latest)]
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


def _is_informative(subject: Node, predicate: Node, value: Node) -> bool:
    """Return whether an entailment says more of a thing of ours than that it is a thing."""
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
