"""Writes the name index: a SQLite database, made once at build and then only read."""

import json
import math
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Final

from oib.namespaces import ID, OIB
from oib.reconciliation import normalization, transliteration
from oib.reconciliation.collection import (
    ALTERNATIVE,
    PRINTED,
    STATED,
    Name,
    NamedEntity,
    SchemaTerm,
)

#: What a key of a name stands for; see ``_keys``.
COMPACT, BAG, CORE, BARE, PINYIN, TONED_PINYIN, INITIALS = range(7)

#: A term that more names hold than this is looked up with the shortest of them.
MAX_POSTINGS: Final = 250
# A word from this length may have a typing error.
MIN_TYPO_LENGTH: Final = 5

_SCHEMA: Final = """
CREATE TABLE entity (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, label_en TEXT, label_zh TEXT,
    types TEXT, kind_words TEXT, place_words TEXT, parent_words TEXT, documents TEXT);
CREATE TABLE name (id INTEGER PRIMARY KEY, entity INTEGER, text TEXT, language TEXT, kind INTEGER,
    source TEXT, status TEXT, folded TEXT, content TEXT, weights TEXT, is_shared INTEGER);
CREATE INDEX name_of_entity ON name (entity);
CREATE INDEX name_by_folded ON name (folded);
CREATE TABLE name_key (key TEXT, kind INTEGER, name INTEGER,
    PRIMARY KEY (key, kind, name)) WITHOUT ROWID;
CREATE TABLE term (term TEXT PRIMARY KEY, weight REAL, names BLOB) WITHOUT ROWID;
CREATE TABLE unknown_term (weight REAL);
CREATE TABLE deletion (key TEXT, word TEXT, PRIMARY KEY (key, word)) WITHOUT ROWID;
CREATE TABLE place_word (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE schema_term (iri TEXT PRIMARY KEY, is_class INTEGER, labels TEXT, definitions TEXT,
    broader TEXT, uses INTEGER) WITHOUT ROWID;
"""


def encode_index(entities: Sequence[NamedEntity], schema_terms: Sequence[SchemaTerm]) -> bytes:
    """Return the index of the names of things, and of the classes and properties, as a database.

    The same input gives the same bytes.

    Args:
        entities: the things, each with at least one name.
        schema_terms: the classes and properties of the ontology.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_SCHEMA)
        _Writer(database, entities, schema_terms).write()
        database.commit()
        database.execute("VACUUM")
        return database.serialize()


class _Writer:
    def __init__(
        self,
        database: sqlite3.Connection,
        entities: Sequence[NamedEntity],
        schema_terms: Sequence[SchemaTerm],
    ) -> None:
        self._database, self._entities, self._schema = database, entities, schema_terms
        self._by_iri = {thing.iri: thing for thing in entities}
        self._kind_words = {
            term.iri: set(normalization.content_words(normalization.fold(label)))
            for term in schema_terms
            if term.is_class
            for language, label in term.labels.items()
            if language.startswith("en") or not language
        }
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._names = 0
        self._keys: set[tuple[str, int, int]] = set()

    def write(self) -> None:
        self._collect_postings()
        shared = _shared_short_forms(self._entities)
        every_kind = {_singular(word) for found in self._kind_words.values() for word in found}
        number = 0
        for place, thing in enumerate(self._entities, 1):
            self._write_entity(place, thing)
            for name in thing.names:
                number += 1
                content = normalization.content_words(normalization.fold(name.text))
                is_shared = (thing.iri, name.text) in shared or every_kind.issuperset(
                    map(_singular, content)  # it names a kind of things, not one of them
                )
                self._write_name(number, place, thing, name, is_shared)
        self._write_terms()
        self._database.executemany("INSERT INTO name_key VALUES (?, ?, ?)", sorted(self._keys))
        self._write_place_words()
        self._database.executemany(
            "INSERT INTO schema_term VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    term.iri,
                    term.is_class,
                    _json(term.labels),
                    _json(term.definitions),
                    _json(term.broader),
                    term.uses,
                )
                for term in self._schema
            ),
        )

    def _write_entity(self, place: int, thing: NamedEntity) -> None:
        kind_words = set().union(*(self._kind_words.get(kind, ()) for kind in thing.types))
        row = (
            place,
            thing.iri,
            thing.label("en"),
            thing.label("zh"),
            " ".join(thing.types),
            " ".join(sorted(kind_words)),
            " ".join(sorted(self._words_of(thing.places))),
            " ".join(sorted(self._words_of(thing.parents))),
            " ".join(thing.documents),
        )
        self._database.execute("INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _write_name(
        self, number: int, place: int, thing: NamedEntity, name: Name, is_shared: bool
    ) -> None:
        folded = normalization.fold(name.text)
        content = normalization.content_words(folded)
        self._database.execute(
            "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                place,
                name.text,
                name.language,
                name.kind,
                name.source,
                name.status,
                folded,
                " ".join(content),
                " ".join(str(self._weight(word)) for word in content),
                is_shared,
            ),
        )
        kind_words = set().union(*(self._kind_words.get(kind, ()) for kind in thing.types))
        is_person = OIB + "Person" in thing.types
        own = {other.text for other in thing.names}
        for key, kind in _name_keys(name, folded, kind_words, is_person, own):
            if key:
                self._keys.add((key, kind, number))

    def _collect_postings(self) -> None:
        for thing in self._entities:
            for name in thing.names:
                self._names += 1
                folded = normalization.fold(name.text)
                for term in set(normalization.terms(normalization.content_words(folded))):
                    self._postings[term].append((len(folded), self._names))

    def _weight(self, word: str) -> float:
        """Return how much a word says: a term less, the more names hold it."""
        parts = normalization.bigrams(word) if normalization.has_chinese(word) else [word]
        held = (len(self._postings[part]) for part in parts)
        return round(sum(math.log(1 + self._names / number) for number in held), 3)

    def _write_terms(self) -> None:
        rows, deletions = [], set()
        for term, postings in sorted(self._postings.items()):
            shortest = sorted(postings)[:MAX_POSTINGS]
            weight = round(math.log(1 + self._names / len(postings)), 3)
            rows.append((term, weight, array("I", (number for _, number in shortest)).tobytes()))
            if len(term) >= MIN_TYPO_LENGTH and " " not in term and term.isalpha():
                deletions |= {(key, term) for key in deletion_keys(term)}
        self._database.executemany("INSERT INTO term VALUES (?, ?, ?)", rows)
        # What no name holds says as much as the rarest term.
        rarest = max((weight for _, weight, _ in rows), default=1.0)
        self._database.execute("INSERT INTO unknown_term VALUES (?)", (rarest,))
        self._database.executemany("INSERT INTO deletion VALUES (?, ?)", sorted(deletions))

    def _write_place_words(self) -> None:
        found = {
            word
            for thing in self._entities
            if OIB + "Place" in thing.types and OIB + "Organization" not in thing.types
            for name in thing.names
            if name.kind != PRINTED
            for word in normalization.content_words(normalization.fold(name.text))
        }
        self._database.executemany(
            "INSERT INTO place_word VALUES (?)", ((word,) for word in sorted(found))
        )

    def _words_of(self, iris: Iterable[str]) -> set[str]:
        return {
            word
            for iri in iris
            if iri in self._by_iri
            for name in self._by_iri[iri].names
            for word in normalization.content_words(normalization.fold(name.text))
        }


def deletion_keys(word: str) -> set[str]:
    """Return a word and what is left of it without one letter.

    Two words that differ in one letter, or in the order of two neighbouring ones, have such a key
    in common (the symmetric delete method of W. Garbe).
    """
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def split_gloss(text: str) -> tuple[str, str]:
    """Return a name without the words in brackets at its end, and these words."""
    for opening, closing_mark in (("(", ")"), ("（", "）")):
        if text.endswith(closing_mark) and opening in text[1:]:
            bare, _, gloss = text[:-1].rpartition(opening)
            return bare.strip(), gloss.strip()
    return text, ""


def _name_keys(
    name: Name, folded: str, kind_words: set[str], is_person: bool, own: set[str]
) -> Iterator[tuple[str, int]]:
    """Yield the keys under which a form of a name is found.

    COMPACT is its letters and digits; BAG its words in a fixed order; CORE these without what only
    says which kind of thing it is; BARE the words without a gloss in brackets; PINYIN and
    TONED_PINYIN how a Chinese name is written in Latin letters; INITIALS the first letters of its
    words.
    """
    content = normalization.content_words(folded)
    compact = normalization.compact(folded)
    yield compact, COMPACT
    is_chinese = normalization.has_chinese(folded)
    if not is_chinese:
        yield normalization.bag(content), BAG
    optional = kind_words | normalization.LEGAL_FORMS
    optional |= normalization.TITLES if is_person else set()
    core = [word for word in content if word not in optional]
    if core and core != content:
        yield normalization.bag(core), CORE
    bare, gloss = split_gloss(name.text)
    if gloss and gloss not in own:
        yield normalization.bag(normalization.content_words(normalization.fold(bare))), BARE
    if is_chinese:
        for key in transliteration.toneless(compact, is_person):
            yield key, PINYIN
        for key in transliteration.toned(compact, is_person):
            yield key, TONED_PINYIN
        if len(compact) > 2:
            yield transliteration.first_letters(compact), INITIALS
    yield normalization.initials(folded, name.text), INITIALS


def _shared_short_forms(entities: Sequence[NamedEntity]) -> set[tuple[str, str]]:
    """Return the short forms that could as well stand for another thing: pairs of IRI and form.

    A short form is one Latin word that is not the preferred name. It is shared if another thing
    of the same kind has a name that begins with that word, or if it is an acronym and the words of
    another name begin with its letters.
    """
    leading: dict[tuple[str, str], set[str]] = defaultdict(set)
    letters: dict[str, set[str]] = defaultdict(set)
    for thing in entities:
        for name in thing.names:
            if name.kind in (PRINTED,) or normalization.has_chinese(name.text):
                continue
            content = normalization.content_words(normalization.fold(name.text))
            if len(content) > 1:
                leading[_kind(thing.iri), content[0]].add(thing.iri)
            for prefix in _initial_prefixes(content, name.text):
                letters[prefix].add(thing.iri)
    return {
        (thing.iri, name.text)
        for thing in entities
        for name in thing.names
        if name.kind in (ALTERNATIVE, STATED) and name.text.isascii() and " " not in name.text
        for word in [normalization.fold(name.text)]
        if (leading[_kind(thing.iri), word] | letters[word]) - {thing.iri}
    }


def _initial_prefixes(content: list[str], text: str) -> Iterator[str]:
    """Yield the first letters of the first three and more words, up to a word in capitals."""
    capitals = Counter(text.replace(",", " ").split())
    joined = ""
    for word in content:
        if word.upper() in capitals and len(word) > 1:
            break
        joined += word[0]
        if len(joined) >= 3:
            yield joined


def _singular(word: str) -> str:
    return word.removesuffix("s")


def _kind(iri: str) -> str:
    return iri.removeprefix(ID).partition("/")[0]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
