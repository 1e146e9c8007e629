"""The documents about the things of a snapshot: the first page of each in Turtle, made at build.

Data that never change have documents that never change, so the answer to a request is read, not
computed. What is not here is left to ``entity_triples``: later pages, documents without claims,
things that were replaced or withdrawn, and data too large to have all documents made in advance.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import fetch_rows
from oib.media_types import TURTLE
from oib.namespaces import ID
from oib.sqlite_index import SqliteIndex
from oib.views import entity_triples
from oib.views.entity_queries import FIRST_PAGE
from oib.views.entity_triples import Publication

#: Of data with more quads than this, no documents are made in advance: it takes some 1.3 ms each.
MAX_QUADS: Final = 200_000

#: How many bytes of documents that were read are kept in memory; more than all of the shipped data.
MAX_KEPT: Final = 2**25

_PAGE_SIZE: Final = 2**14  # bytes; most documents lie in one page of the file, and are read at once
_SCHEMA: Final = (
    "CREATE TABLE document (id INTEGER PRIMARY KEY, path TEXT UNIQUE, pages INTEGER, body BLOB)"
)
_THINGS: Final = f"""
SELECT DISTINCT ?s WHERE {{ ?s ?p ?o FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{ID}")) }}"""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """The first page of the document about a thing, and how many pages the document has."""

    pages: int
    body: bytes


class DocumentIndex(SqliteIndex):
    """The documents of one version of the data; safe to use from several threads."""

    title = "document index"
    table = "document"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        rows = self._database.execute("SELECT path, id, pages FROM document")
        self._places: dict[str, tuple[int, int]] = {name: (row, pages) for name, row, pages in rows}
        self._kept: dict[str, IndexedDocument] = {}
        self._kept_bytes = 0

    def __contains__(self, path: str) -> bool:
        return path in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def find(self, path: str) -> IndexedDocument | None:
        """Return the document about a thing, by its path below ``…/id/``; None if it is not here.

        It takes some microseconds, and less where the document was read before: then it is the
        same object, so that responses which hold it share its memory.
        """
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        place = self._places.get(path)
        if place is None:
            return None
        row, pages = place
        cursor = self._database.execute("SELECT body FROM document WHERE id = ?", (row,))
        found = IndexedDocument(pages, cursor.fetchone()[0])
        if self._kept_bytes + len(found.body) > MAX_KEPT:
            self._kept, self._kept_bytes = {}, 0
        self._kept[path] = found
        self._kept_bytes += len(found.body)
        return found


def encode_index(engine: Queryable, publication: Publication) -> bytes:
    """Return the document index of the data of an engine, as a database."""
    things = {row["s"].text.partition("#")[0] for row in fetch_rows(engine, _THINGS)}
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        database.execute(_SCHEMA)
        database.executemany(
            "INSERT INTO document VALUES (NULL, ?, ?, ?)",
            _documents(engine, sorted(things), publication),
        )
        database.commit()
        return database.serialize()


def _documents(
    engine: Queryable, things: Iterable[str], publication: Publication
) -> Iterable[tuple[str, int, bytes]]:
    term_labels = entity_triples.fetch_term_labels(engine)
    thing_labels: dict[bytes, tuple[bytes, ...]] = {}
    for iri in things:
        document = entity_triples.fetch_document(engine, iri, FIRST_PAGE)
        status = document.lifecycle
        if status.is_known and not status.replacement and not status.is_withdrawn:
            body = entity_triples.serialize_document(
                engine, document, TURTLE, term_labels, publication, thing_labels=thing_labels
            )
            yield iri.removeprefix(ID), document.pages, body
