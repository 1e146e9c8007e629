"""Writes the search index: a SQLite database with a full-text table (FTS5), made once at build.

The text is cut into terms here, not by FTS5, which knows no Chinese words: a Latin word is a term,
of a run of Chinese characters each two neighbours are one, and in a column of its own each one.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Final

from oib.reconciliation import normalization
from oib.search.collection import Form, Record

_SCHEMA: Final = """
CREATE TABLE record (id INTEGER PRIMARY KEY, iri TEXT, kind TEXT, label_en TEXT, label_zh TEXT,
    types TEXT, forms TEXT, documents TEXT);
CREATE TABLE exact (key TEXT, record INTEGER, PRIMARY KEY (key, record)) WITHOUT ROWID;
CREATE VIRTUAL TABLE entry USING fts5 (names, texts, characters, content = '', tokenize = 'ascii',
    prefix = '2 3 4', detail = full);
"""


def encode_index(records: Sequence[Record]) -> bytes:
    """Return the search index of records as a database; the same input gives the same bytes."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_SCHEMA)
        for number, record in enumerate(records, 1):
            _write(database, number, record)
        database.execute("INSERT INTO entry (entry) VALUES ('optimize')")
        database.commit()
        database.execute("VACUUM")
        return database.serialize()


def _write(database: sqlite3.Connection, number: int, record: Record) -> None:
    forms = [[form.text, form.language, form.role] for form in (*record.names, *record.texts)]
    database.execute(
        "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            record.iri,
            record.kind,
            record.labels["en"],
            record.labels["zh"],
            " ".join(record.types),
            json.dumps(forms, ensure_ascii=False),
            " ".join(record.documents),
        ),
    )
    keys = {normalization.compact(normalization.fold(form.text)) for form in record.names}
    database.executemany(
        "INSERT INTO exact VALUES (?, ?)", ((key, number) for key in sorted(keys) if key)
    )
    spelled = " ".join(" ".join(normalization.words(text.lower())) for text in record.spellings)
    database.execute(
        "INSERT INTO entry (rowid, names, texts, characters) VALUES (?, ?, ?, ?)",
        (
            number,
            f"{_terms(record.names)} {spelled}",
            _terms(record.texts),
            _characters((*record.names, *record.texts)),
        ),
    )


def _terms(forms: Iterable[Form]) -> str:
    """Return the terms of texts; a sign that stands in none keeps phrases within one text."""
    return " \u2063 ".join(
        " ".join(
            term
            for word in normalization.words(normalization.fold(form.text))
            for term in (normalization.bigrams(word) if normalization.has_chinese(word) else [word])
        )
        for form in forms
    )


def _characters(forms: Iterable[Form]) -> str:
    folded = (normalization.fold(form.text) for form in forms)
    return " ".join(
        sorted({each for text in folded for each in text if normalization.has_chinese(each)})
    )
