"""The name index of a snapshot, opened for reading: keys, terms, names and things."""

import json
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from oib.namespaces import ID, OIB
from oib.reconciliation import normalization
from oib.reconciliation.collection import SchemaTerm
from oib.sqlite_index import SqliteIndex

#: How many names are aligned with a query.
MAX_SCORED: Final = 12

# How many rows are kept of each table: all of a small index, the frequent ones of a large one.
_MAX_CACHED: Final = 20_000
_MAX_KEYS: Final = 200  # names with the keys of a query that are looked at
_MAX_CORRECTIONS: Final = 8  # words that a misspelled one may stand for
_PERSON: Final = OIB + "Person"
_NAME_COLUMNS: Final = 11  # of the table ``name``


class IndexedEntity:
    """A thing of the index: its labels by language (``en``, ``zh``), types, and words to agree.

    Args:
        row: of the table ``entity``; what is in it is taken apart only when it is needed.

    Attributes:
        number: that of its row.
        iri: that of the thing.
        types: the IRIs of its classes, with those that the ontology entails.
        kind_words: the words of the labels of its classes.
        place_words: the words of the names of places that it is tied to.
        parent_words: the words of the names of what it is a part of.
        is_person: whether it is a person, in whose name no letter may differ.
    """

    __slots__ = (
        *("_row", "iri", "is_person", "kind_words", "number"),
        *("parent_words", "place_words", "types"),
    )

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.number: int = row[0]
        self.iri: str = row[1]
        self.types, self.kind_words = _words(row[4]), _words(row[5])
        self.place_words, self.parent_words = _words(row[6]), _words(row[7])
        self.is_person = _PERSON in self.types
        self._row = row

    @property
    def identifier(self) -> str:
        """Return the IRI as the Reconciliation API has it: what follows the identifier space."""
        return self.iri.removeprefix(ID)

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels by language."""
        return {"en": self._row[2], "zh": self._row[3]}

    @property
    def documents(self) -> tuple[str, ...]:
        """The IRIs of the documents that speak of it."""
        return tuple(self._row[8].split())

    def label(self, language: str) -> tuple[str, str]:
        """Return the label for readers of a language, and that label's language."""
        return self.labels["zh" if language.startswith("zh") else "en"], language


class IndexedName:
    """A form of a name: the thing that has it, its text, kind and source, and its words.

    Args:
        row: the columns of the table ``name``, and perhaps more behind them; what is in it is taken
            apart only when it is needed.

    Attributes:
        number: that of its row.
        entity: the number of the thing.
        text: the form as it stands in the data.
        kind: see ``collection``.
        is_shared: whether it could as well stand for another thing.
        content: its words that carry a name.
        is_chinese: whether it holds a Chinese character.
    """

    __slots__ = (
        *("_compact", "_row", "_weight", "_weights", "content", "entity"),
        *("is_chinese", "is_shared", "kind", "number", "text"),
    )

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.number: int = row[0]
        self.entity: int = row[1]
        self.text: str = row[2]
        self.kind: int = row[4]
        self.is_shared = bool(row[10])
        self.content: tuple[str, ...] = tuple(row[8].split())
        self.is_chinese: bool = normalization.has_chinese(row[7])
        self._row = row
        self._weights: dict[str, float] | None = None
        self._weight = 0.0
        self._compact: str | None = None

    @property
    def language(self) -> str:
        """Its language tag, empty if it has none."""
        return str(self._row[3])

    @property
    def source(self) -> str:
        """IRI of the document or register that it comes from, empty for what curators chose."""
        return str(self._row[5])

    @property
    def status(self) -> str:
        """IRI of the status of the link to a register, empty otherwise."""
        return str(self._row[6])

    @property
    def weights(self) -> Mapping[str, float]:
        """How much each word of its content says."""
        if self._weights is None:
            self._weights = dict(zip(self.content, map(float, self._row[9].split()), strict=True))
        return self._weights

    @property
    def weight(self) -> float:
        """How much its content says."""
        if not self._weight:
            weights = self.weights
            self._weight = sum([weights[word] for word in self.content])
        return self._weight

    @property
    def compact(self) -> str:
        """Its letters and digits, folded."""
        if self._compact is None:
            self._compact = normalization.compact(self._row[7])
        return self._compact

    @property
    def is_acronym(self) -> bool:
        """Whether it is one word in capitals."""
        return normalization.is_acronym(self.text)


class Postings:
    """The names that hold a term, by number, the shortest first, and how much the term says."""

    __slots__ = ("_last", "_members", "names", "weight")

    def __init__(self, weight: float, names: bytes) -> None:
        self.weight, self.names = weight, array("I", names)
        self._members: frozenset[int] | None = None
        self._last: tuple[int, ...] | None = None

    @property
    def members(self) -> frozenset[int]:
        """The names as a set, which is made once: frequent terms are in many queries."""
        if self._members is None:
            self._members = frozenset(self.names)
        return self._members

    @property
    def last(self) -> tuple[int, ...]:
        """The MAX_SCORED names with the highest numbers."""
        if self._last is None:
            self._last = tuple(sorted(self.names)[-MAX_SCORED:])
        return self._last


class NameIndex(SqliteIndex):
    """The names of one version of the data; safe to use from several threads.

    Args:
        path: the database that ``index_writer`` made.
    """

    title = "name index"
    table = "name"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._names: dict[int, IndexedName] = {}
        self._entities: dict[int, IndexedEntity] = {}
        self._terms: dict[str, Postings | None] = {}
        self._corrections: dict[str, tuple[str, ...]] = {}

    def named_by(self, keys: Sequence[str]) -> list[tuple[str, int, int]]:
        """Return the names that have one of some keys, as key, kind of key and number."""
        wanted = list(dict.fromkeys(keys))
        return self._database.execute(
            f"SELECT key, kind, name FROM name_key WHERE key IN {_marks(len(wanted))} LIMIT ?",
            (*wanted, _MAX_KEYS),
        ).fetchall()

    def name(self, number: int) -> IndexedName:
        """Return a name by its number."""
        return self.names([number])[0]

    def names(self, numbers: Sequence[int]) -> list[IndexedName]:
        """Return names by their numbers, and have the things at hand that they name."""
        found = {number: self._names.get(number) for number in numbers}
        unknown = [number for number, name in found.items() if name is None]
        if unknown:
            rows = self._database.execute(
                "SELECT name.*, entity.* FROM name JOIN entity ON entity.id = name.entity "
                f"WHERE name.id IN {_marks(len(unknown))}",
                unknown,
            ).fetchall()
            for row in rows:
                name = found[row[0]] = IndexedName(row)
                _keep(self._names, name.number, name)
                if name.entity not in self._entities:
                    _keep(self._entities, name.entity, IndexedEntity(row[_NAME_COLUMNS:]))
        return [name for name in found.values() if name is not None]

    def entity(self, number: int) -> IndexedEntity:
        """Return a thing by its number."""
        found = self._entities.get(number)
        if found is None:
            row = self._database.execute("SELECT * FROM entity WHERE id = ?", (number,)).fetchone()
            found = IndexedEntity(row)
            _keep(self._entities, number, found)
        return found

    def find(self, identifier: str) -> IndexedEntity | None:
        """Return the thing with an IRI, or with what follows the identifier space; else None."""
        iri = identifier if identifier.startswith(ID) else ID + identifier
        row = self._database.execute("SELECT * FROM entity WHERE iri = ?", (iri,)).fetchone()
        return IndexedEntity(row) if row else None

    def names_of(self, entity: int) -> list[IndexedName]:
        """Return all forms of the name of a thing, the most trusted first."""
        rows = self._database.execute(
            "SELECT id FROM name WHERE entity = ? ORDER BY kind, id", (entity,)
        ).fetchall()
        return self.names([number for (number,) in rows])

    def postings(self, term: str) -> Postings | None:
        """Return the postings of a term, None if no name holds it."""
        try:
            return self._terms[term]
        except KeyError:
            row = self._database.execute(
                "SELECT weight, names FROM term WHERE term = ?", (term,)
            ).fetchone()
            found = Postings(*row) if row else None
            _keep(self._terms, term, found)
            return found

    def prepare(self, terms: Iterable[str]) -> None:
        """Have terms at hand for ``postings``, by one look into the database."""
        unknown = [term for term in dict.fromkeys(terms) if term not in self._terms]
        if not unknown:
            return
        rows = self._database.execute(
            f"SELECT term, weight, names FROM term WHERE term IN {_marks(len(unknown))}", unknown
        ).fetchall()
        found = {term: Postings(weight, names) for term, weight, names in rows}
        for term in unknown:
            _keep(self._terms, term, found.get(term))

    def weight(self, word: str) -> float:
        """Return how much a word says: the more, the fewer names hold it."""
        if normalization.has_chinese(word):
            weights = [
                found.weight if (found := self.postings(each)) else self._unknown_weight
                for each in normalization.bigrams(word)
            ]
            return sum(weights)
        found = self.postings(word)
        return found.weight if found else self._unknown_weight

    def corrections(self, word: str, keys: Collection[str]) -> tuple[str, ...]:
        """Return some words of names that have a deletion key in common with a word."""
        found = self._corrections.get(word)
        if found is None:
            rows = self._database.execute(
                f"SELECT DISTINCT word FROM deletion WHERE key IN {_marks(len(keys))} LIMIT ?",
                (*sorted(keys), _MAX_CORRECTIONS),
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

    @cached_property
    def place_words(self) -> frozenset[str]:
        """The words of the names of places."""
        rows = self._database.execute("SELECT word FROM place_word")
        return frozenset(word for (word,) in rows)

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
        row = self._database.execute("SELECT weight FROM unknown_term").fetchone()
        return float(row[0])


@lru_cache(maxsize=_MAX_CACHED)
def _words(text: str) -> frozenset[str]:
    """Return the words of a column, one set for all things that have the same."""
    return frozenset(text.split())


@lru_cache(maxsize=256)
def _marks(count: int) -> str:
    """Return a list of so many parameters in SQL."""
    return f"({', '.join('?' * count)})"


def _keep(cache: dict[Any, Any], key: object, value: object) -> None:
    if len(cache) >= _MAX_CACHED:
        cache.clear()
    cache[key] = value
