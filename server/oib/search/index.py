"""The search index of a snapshot, opened for reading."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from oib.errors import BadInput
from oib.reconciliation import normalization
from oib.search.collection import KINDS, SCHEMA_KINDS, Form
from oib.sqlite_index import SqliteIndex

#: The longest text that is searched for, in characters.
MAX_LENGTH: Final = 200
#: So many results are counted; there may be more.
MAX_COUNTED: Final = 10_000
_MAX_TERMS: Final = 20
# Texts that are there in both languages.
_TRANSLATED: Final = ("definition", "message", "question")
# What a match in each column of the full-text table counts: names, texts, characters.
_WEIGHTS: Final = "8.0, 1.0, 2.0"


@dataclass(frozen=True)
class Hit:
    """A record that was found.

    Attributes:
        iri: of the thing.
        kind: one of ``collection.KINDS``.
        labels: what it is called, by ``en`` and ``zh``.
        types: IRIs of its classes.
        form: the text that fits best, None if only a spelling does that is not shown.
        documents: IRIs of the documents that speak of it.
        is_exact: whether the whole query is one of its names.
    """

    iri: str
    kind: str
    labels: dict[str, str]
    types: tuple[str, ...]
    form: Form | None
    documents: tuple[str, ...]
    is_exact: bool


@dataclass(frozen=True)
class Results:
    """A page of results.

    Attributes:
        hits: the best first, those of SCHEMA_KINDS after all others.
        total: how many there are in all, MAX_COUNTED at most.
        schema_total: how many of these are of SCHEMA_KINDS.
        is_complete: whether each hit has all words; otherwise it has some of them.
    """

    hits: tuple[Hit, ...]
    total: int
    schema_total: int
    is_complete: bool


class SearchIndex(SqliteIndex):
    """The texts of one version of the data; safe to use from several threads.

    Args:
        path: the database that ``index_writer`` made.
    """

    title = "search index"
    table = "record"

    def search(
        self, text: str, kind: str = "", limit: int = 20, offset: int = 0, language: str = "en"
    ) -> Results:
        """Return the records that hold all words of a text, or some if none holds all.

        The last word may be the beginning of one. Chinese is found in either script, from one
        character on; a name that is the whole text comes first.

        Args:
            text: what to search for; it has no operators.
            kind: one of ``collection.KINDS``, empty for all.
            limit: how many results to return.
            offset: how many to leave out before.
            language: in which of the languages of a text it is shown, if in both it fits as well.

        Raises:
            BadInput: the text is too long or holds no letter or digit, or the kind is unknown.
        """
        if len(text) > MAX_LENGTH:
            raise BadInput(f"search for {MAX_LENGTH} characters at most; this text is longer")
        if kind and kind not in KINDS:
            raise BadInput(f"there is no kind {kind[:40]!a}; the kinds are {', '.join(KINDS)}")
        folded = normalization.fold(text)
        phrases = _phrases(folded)
        if not phrases:
            raise BadInput("write at least one letter or digit to search for")
        key = normalization.compact(folded)
        for joint in (" AND ", " OR ") if len(phrases) > 1 else (" AND ",):
            expression = joint.join(phrases)
            total = self._count(expression, kind)
            if total:
                hits = self._hits(expression, key, kind, limit, offset)
                found = tuple(_hit(row, folded, language) for row in hits)
                schema = self._count(expression, kind, self._schema_start)
                return Results(found, total, min(schema, total), joint == " AND ")
        return Results((), 0, 0, True)

    @cached_property
    def _schema_start(self) -> int:
        """Return the number from which all records are of SCHEMA_KINDS."""
        query = (
            f"SELECT id FROM record WHERE kind NOT IN ({', '.join('?' * len(SCHEMA_KINDS))}) "
            "ORDER BY id DESC LIMIT 1"
        )
        row = self._database.execute(query, SCHEMA_KINDS).fetchone()
        return int(row[0]) + 1 if row else 0

    def _count(self, expression: str, kind: str, start: int = 0) -> int:
        if kind:
            query = (
                "SELECT count(*) FROM (SELECT 1 FROM entry JOIN record ON record.id = entry.rowid "
                "WHERE entry MATCH ? AND entry.rowid >= ? AND record.kind = ? LIMIT ?)"
            )
            row = self._database.execute(query, (expression, start, kind, MAX_COUNTED)).fetchone()
        else:
            query = (
                "SELECT count(*) FROM "
                "(SELECT 1 FROM entry WHERE entry MATCH ? AND rowid >= ? LIMIT ?)"
            )
            row = self._database.execute(query, (expression, start, MAX_COUNTED)).fetchone()
        return int(row[0])

    def _hits(
        self, expression: str, key: str, kind: str, limit: int, offset: int
    ) -> list[tuple[str | int, ...]]:
        # The order is found from the full-text table alone; records are read for one page only.
        condition = "AND entry.rowid IN (SELECT id FROM record WHERE kind = :kind)" if kind else ""
        query = f"""
            WITH page AS (
                SELECT entry.rowid AS id, entry.rowid >= :start AS is_schema,
                    exact.record IS NOT NULL AS is_exact,
                    bm25(entry, {_WEIGHTS}) AS score
                FROM entry LEFT JOIN exact ON exact.key = :key AND exact.record = entry.rowid
                WHERE entry MATCH :expression {condition}
                ORDER BY is_schema, is_exact DESC, score, entry.rowid LIMIT :limit OFFSET :offset)
            SELECT record.*, page.is_exact FROM page JOIN record ON record.id = page.id
            ORDER BY page.is_schema, page.is_exact DESC, page.score, page.id"""
        values = {
            "expression": expression,
            "key": key,
            "kind": kind,
            "start": self._schema_start,
            "limit": limit,
            "offset": offset,
        }
        return self._database.execute(query, values).fetchall()


def _phrases(folded: str) -> list[str]:
    """Return the expressions of FTS5 for the words of a text, each safe by its quotes."""
    phrases = []
    found = normalization.words(folded)[:_MAX_TERMS]
    for place, word in enumerate(found):
        if not normalization.has_chinese(word):
            is_last = place == len(found) - 1
            phrases.append(f'"{word}"' + (" *" if is_last and len(word) > 1 else ""))
        elif len(word) == 1:
            phrases.append(f'characters : "{word}"')
        else:
            phrases.append(f'"{" ".join(normalization.bigrams(word))}"')
    return phrases


def _hit(row: tuple[str | int, ...], folded: str, language: str) -> Hit:
    _, iri, kind, label_en, label_zh, types, forms, documents, is_exact = row
    return Hit(
        str(iri),
        str(kind),
        {"en": str(label_en), "zh": str(label_zh)},
        tuple(str(types).split()),
        _best_form([Form(*form) for form in json.loads(str(forms))], folded, language),
        tuple(str(documents).split()),
        bool(is_exact),
    )


def _best_form(forms: list[Form], folded: str, language: str) -> Form | None:
    """Return the text that holds most of the words, of equals one in the language, the shortest.

    A definition or a message is there in each language; it is shown in the one asked for.
    """
    wanted = normalization.words(folded)
    key = normalization.compact(folded)

    def is_foreign(form: Form) -> bool:
        return form.language[:2].lower() != language[:2].lower()

    def order(form: Form) -> tuple[bool, int, bool, int]:
        own = normalization.fold(form.text)
        held = sum(word in own for word in wanted)
        return (normalization.compact(own) != key, -held, is_foreign(form), len(own))

    best = min(forms, key=order, default=None)
    if best is None or not any(word in normalization.fold(best.text) for word in wanted):
        return None
    if best.role not in _TRANSLATED or not is_foreign(best):
        return best
    own = [form for form in forms if form.role == best.role and not is_foreign(form)]
    return min(own, key=order, default=best)
