"""The releases as an event stream: Linked Data Event Streams in the TREE vocabulary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyoxigraph import RdfFormat, parse

from oib.namespaces import BASE, DOC, ID, PREFIXES
from oib.sparql import jsonld, results
from oib.sparql.jsonld import Compaction
from oib.views import paging

#: The IRI of the stream, of which each page is a node.
STREAM: Final = BASE + "changes/stream"

_TREE: Final = "https://w3id.org/tree#"
_LDES: Final = "https://w3id.org/ldes#"
_ACTIVITY: Final = "https://www.w3.org/ns/activitystreams#"
_TYPE: Final = PREFIXES["rdf"] + "type"
_XSD: Final = PREFIXES["xsd"]


@dataclass(frozen=True)
class Event:
    """What happened to a thing in a release: ``Create``, ``Update`` or ``Delete``."""

    iri: str
    kind: str
    version: str
    released: datetime

    @property
    def member(self) -> str:
        """Return the IRI of the thing as it was in the release: of a document about it then."""
        path = self.iri
        if path.startswith(ID):
            path = DOC + path.removeprefix(ID)
        return f"{BASE}version/{self.version}/{path.removeprefix(BASE)}"


def serialize(
    events: Sequence[Event],
    number: int,
    total: int,
    media_type: str,
    compaction: Compaction = jsonld.DEFAULT,
) -> bytes:
    """Return a page of the stream.

    Args:
        events: those of the page.
        number: that of the page, counted from 1.
        total: how many events all pages have.
        media_type: one of ``results.GRAPHS``.
        compaction: the context for JSON-LD.
    """
    node = f"{STREAM}?page={number}"
    created, version_of = PREFIXES["dcterms"] + "created", PREFIXES["dcterms"] + "isVersionOf"
    statements = [
        (STREAM, _TYPE, f"<{_LDES}EventStream>"),
        (STREAM, _LDES + "timestampPath", f"<{created}>"),
        (STREAM, _LDES + "versionOfPath", f"<{version_of}>"),
        (STREAM, _TREE + "view", f"<{STREAM}?page=1>"),
        (node, _TYPE, f"<{_TREE}Node>"),
    ]
    following = paging.neighbours(number, paging.count(total)).get("next")
    if following:
        relation = f"{node}#next"
        statements += [
            (node, _TREE + "relation", f"<{relation}>"),
            (relation, _TYPE, f"<{_TREE}Relation>"),
            (relation, _TREE + "node", f"<{STREAM}?page={following}>"),
        ]
    for event in events:
        time = f'"{event.released.strftime("%Y-%m-%dT%H:%M:%SZ")}"^^<{_XSD}dateTime>'
        statements += [
            (STREAM, _TREE + "member", f"<{event.member}>"),
            (event.member, _TYPE, f"<{_ACTIVITY}{event.kind}>"),
            (event.member, version_of, f"<{event.iri}>"),
            (event.member, created, time),
        ]
    lines = [f"<{s}> <{p}> {o} .".encode() for s, p, o in statements]
    lines += paging.statements(STREAM, total, number)
    parsed = parse(b"\n".join(lines) + b"\n", RdfFormat.N_TRIPLES)
    return results.write_triples((quad.triple for quad in parsed), media_type, None, compaction)
