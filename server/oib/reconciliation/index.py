"""The name index of a snapshot, opened for reading: keys, terms, names and things."""

import json
import sqlite3
import weakref
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from oib.errors import Unavailable
from oib.namespaces import ID, OIB
from oib.reconciliation import normalization
from oib.reconciliation.collection import SchemaTerm

# How many rows are kept of each table: all of a small index, the frequent ones of a large one.
_MAX_CACHED: Final = 20_000
_MAX_KEYS: Final = 60  # names with one key that are looked at
_NAME_COLUMNS: Final = 11  # of the table ``name``
_MAPPED: Final = 2**30  # bytes of the file that are mapped into memory, not copied


@dataclass(frozen=True)
class IndexedEntity:
    """A thing of the index: its labels by language (``en``, ``zh``), types, and words to agree."""

    number: int
    iri: str
    labels: Mapping[str, str]
    types: frozenset[str]
    kind_words: frozenset[str]
    place_words: frozenset[str]
    parent_words: frozenset[str]
    documents: tuple[str, ...]

    @property
    def identifier(self) -> str:
        """Return the IRI as the Reconciliation API has it: what follows the identifier space."""
        return self.iri.removeprefix(ID)

    @property
    def is_person(self) -> bool:
        """Return whether the thing is a person, in whose name no letter may differ."""
        return OIB + "Person" in self.types

    def label(self, language: str) -> tuple[str, str]:
        """Return the label for readers of a language, and that label's language."""
        return self.labels["zh" if language.startswith("zh") else "en"], language


@dataclass(frozen=True)
class IndexedName:
    """A form of a name: the thing that has it, its text, kind and source, and its words."""

    number: int
    entity: int
    text: str
    language: str
    kind: int
    source: str
    status: str
    folded: str
    is_shared: bool
    content: tuple[str, ...]
    weights: tuple[float, ...]
    compact: str
    is_chinese: bool
    is_acronym: bool


class NameIndex:
    """The names of one version of the data; safe to use from several threads.

    Args:
        path: the database that ``index_writer`` made.
    """

    def __init__(self, path: Path) -> None:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        # SQLite itself lets one thread at a time use a connection (its serialized mode).
        self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._database.execute(f"PRAGMA mmap_size = {_MAPPED}")
        self._close = weakref.finalize(self, self._database.close)
        self._names: dict[int, IndexedName] = {}
        self._entities: dict[int, IndexedEntity] = {}
        self._terms: dict[str, tuple[float, array[int]] | None] = {}
        self._corrections: dict[str, tuple[str, ...]] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an index.

        Raises:
            Unavailable: there is none, or it is no database.
        """
        try:
            index = cls(path)
            index._database.execute("SELECT 1 FROM name LIMIT 1")
        except sqlite3.Error as error:
            raise Unavailable(
                f"the name index {path} cannot be read ({error}); run oib build to write it anew"
            ) from error
        return index

    def close(self) -> None:
        """Close the database; the index must not be used afterwards."""
        self._close()

    def named_by(self, keys: Sequence[str]) -> list[tuple[str, int, int]]:
        """Return the names that have one of some keys, as key, kind of key and number."""
        rows: list[tuple[str, int, int]] = []
        for key in dict.fromkeys(keys):
            rows += self._database.execute(
                "SELECT key, kind, name FROM name_key WHERE key = ? LIMIT ?", (key, _MAX_KEYS)
            )
        return rows

    def name(self, number: int) -> IndexedName:
        """Return a name by its number."""
        return self.names([number])[0]

    def names(self, numbers: Sequence[int]) -> list[IndexedName]:
        """Return names by their numbers, and have the things at hand that they name."""
        found = {number: self._names.get(number) for number in numbers}
        unknown = [number for number, name in found.items() if name is None]
        if unknown:
            marks = ", ".join("?" * len(unknown))
            rows = self._database.execute(
                "SELECT name.*, entity.* FROM name JOIN entity ON entity.id = name.entity "
                f"WHERE name.id IN ({marks})",
                unknown,
            ).fetchall()
            for row in rows:
                name, entity = _name(row[:_NAME_COLUMNS]), _entity(row[_NAME_COLUMNS:])
                found[name.number] = name
                _keep(self._names, name.number, name)
                _keep(self._entities, entity.number, entity)
        return [name for name in found.values() if name is not None]

    def entity(self, number: int) -> IndexedEntity:
        """Return a thing by its number."""
        found = self._entities.get(number)
        if found is None:
            row = self._database.execute("SELECT * FROM entity WHERE id = ?", (number,)).fetchone()
            found = _entity(row)
            _keep(self._entities, number, found)
        return found

    def find(self, identifier: str) -> IndexedEntity | None:
        """Return the thing with an IRI, or with what follows the identifier space; else None."""
        iri = identifier if identifier.startswith(ID) else ID + identifier
        row = self._database.execute("SELECT * FROM entity WHERE iri = ?", (iri,)).fetchone()
        return _entity(row) if row else None

    def names_of(self, entity: int) -> list[IndexedName]:
        """Return all forms of the name of a thing, the most trusted first."""
        rows = self._database.execute(
            "SELECT id FROM name WHERE entity = ? ORDER BY kind, id", (entity,)
        ).fetchall()
        return self.names([number for (number,) in rows])

    def postings(self, term: str) -> tuple[float, "array[int]"] | None:
        """Return the weight of a term and the names that hold it; None if none does."""
        if term in self._terms:
            return self._terms[term]
        row = self._database.execute(
            "SELECT weight, names FROM term WHERE term = ?", (term,)
        ).fetchone()
        found = (row[0], array("I", row[1])) if row else None
        _keep(self._terms, term, found)
        return found

    def weight(self, word: str) -> float:
        """Return how much a word says: the more, the fewer names hold it."""
        if normalization.has_chinese(word):
            weights = [
                found[0] if (found := self.postings(each)) else self._unknown_weight
                for each in normalization.bigrams(word)
            ]
            return sum(weights)
        found = self.postings(word)
        return found[0] if found else self._unknown_weight

    def corrections(self, word: str, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the words of names that have one of some deletion keys in common with a word."""
        found = self._corrections.get(word)
        if found is None:
            rows = set()
            for key in keys:
                rows |= set(
                    self._database.execute(
                        "SELECT word FROM deletion WHERE key = ? LIMIT 20", (key,)
                    )
                )
            found = tuple(sorted(other for (other,) in rows if other != word))
            _keep(self._corrections, word, found)
        return found

    def beginning_with(self, folded: str, limit: int) -> list[IndexedName]:
        """Return names that begin with a folded text, the shortest first."""
        rows = self._database.execute(
            "SELECT id FROM name WHERE folded >= ? AND folded < ? "
            "ORDER BY kind, length(folded), id LIMIT ?",
            (folded, folded + "\U0010ffff", limit),
        ).fetchall()
        return self.names([number for (number,) in rows])

    def is_place_word(self, word: str) -> bool:
        """Return whether a word belongs to the name of a place."""
        return word in self._place_words

    @cached_property
    def schema_terms(self) -> tuple[SchemaTerm, ...]:
        """The classes and properties of the data, those that are used most first."""
        rows = self._database.execute(
            "SELECT iri, is_class, labels, definitions, broader, uses FROM schema_term "
            "ORDER BY uses DESC, iri"
        )
        return tuple(
            SchemaTerm(
                iri,
                bool(is_class),
                json.loads(labels),
                json.loads(definitions),
                tuple(json.loads(broader)),
                uses,
            )
            for iri, is_class, labels, definitions, broader, uses in rows
        )

    @cached_property
    def types_in_use(self) -> frozenset[str]:
        """The IRIs of the classes of named things."""
        rows = self._database.execute("SELECT DISTINCT types FROM entity")
        return frozenset(iri for (types,) in rows for iri in types.split())

    @property
    def size(self) -> int:
        """The number of names."""
        row = self._database.execute("SELECT count(*) FROM name").fetchone()
        return int(row[0])

    @cached_property
    def _unknown_weight(self) -> float:
        row = self._database.execute("SELECT max(weight) FROM term").fetchone()
        return float(row[0] or 1.0)

    @cached_property
    def _place_words(self) -> frozenset[str]:
        return frozenset(word for (word,) in self._database.execute("SELECT word FROM place_word"))


def _keep(cache: dict[Any, Any], key: object, value: object) -> None:
    if len(cache) >= _MAX_CACHED:
        cache.clear()
    cache[key] = value


def _name(row: tuple[Any, ...]) -> IndexedName:
    number, entity, text, language, kind, source, status, folded, content, weights, is_shared = row
    return IndexedName(
        number=number,
        entity=entity,
        text=text,
        language=language,
        kind=kind,
        source=source,
        status=status,
        folded=folded,
        is_shared=bool(is_shared),
        content=tuple(content.split()),
        weights=tuple(map(float, weights.split())),
        compact=normalization.compact(folded),
        is_chinese=normalization.has_chinese(folded),
        is_acronym=normalization.is_acronym(text),
    )


def _entity(row: tuple[Any, ...]) -> IndexedEntity:
    number, iri, label_en, label_zh, types, kind_words, place_words, parent_words, documents = row
    return IndexedEntity(
        number=number,
        iri=iri,
        labels={"en": label_en, "zh": label_zh},
        types=frozenset(types.split()),
        kind_words=frozenset(kind_words.split()),
        place_words=frozenset(place_words.split()),
        parent_words=frozenset(parent_words.split()),
        documents=tuple(documents.split()),
    )
