"""The data of a home, loaded once: a store, the file of every statement, the declared terms."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from oib import turtle
from oib.errors import BadTurtle
from oib.namespaces import ID, PREFIXES
from oib.project import sources
from oib.turtle import Document, read_text, strict
from oib.validation.shape_graph import Term, iri_of
from oib.validation.shared_names import NameIndex

_TYPE: Final = PREFIXES["rdf"] + "type"
_OWL: Final = PREFIXES["owl"]
_PROPERTIES: Final = {
    PREFIXES["rdf"] + "Property",
    *(_OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")),
}
#: Predicates that no ontology needs to declare.
_BUILT_IN: Final = {_TYPE, _OWL + "deprecated"}


_WORD: Final = re.compile(r"[A-Za-z]+")
_ENDING: Final = re.compile(r"(?<=[a-z]{3})(?:ed|ing|er|es|s|e)$")


class HomeIndex:
    """What the check needs of a home.

    ``files`` are the triples of the instance files by path relative to ``instances/``.

    Raises:
        BadInput: a file of the home cannot be read.
        BadTurtle: a file of the home is not Turtle.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        shapes, ontology = (_load(sources(home, name, ".ttl")) for name in ("shapes", "ontology"))
        quads: dict[str, list[Quad]] = {}
        self._texts: dict[str, str] = {}
        #: Files of the home that are not Turtle, with their content.
        self.unreadable: dict[str, bytes] = {}
        for path in sources(home, "instances", ".ttl"):
            name = path.relative_to(home / "instances").as_posix()
            try:
                self._texts[name] = read_text(path)
                quads[name] = _parse(self._texts[name], path)
            except BadTurtle:
                self.unreadable[name] = path.read_bytes()
        self.shapes, self.ontology = _triples(shapes), _triples(ontology)
        self.files = {name: _triples(part) for name, part in quads.items()}
        self._store = Store()
        self._store.extend(
            itertools.chain(shapes, ontology, itertools.chain.from_iterable(quads.values()))
        )
        self._to_take_back: tuple[Iterable[Triple], Iterable[Triple]] | None = None

    @property
    def store(self) -> Store:
        """Ontology, shapes and instances in the default graph, and whatever ``change`` did."""
        if self._to_take_back is not None:
            added, removed = self._to_take_back
            self._to_take_back = None
            self.change(removed, added)
        return self._store

    def warm_up(self) -> None:
        """Read and index what is read and indexed only when needed; no file is read after this."""
        _ = self.issued, self.places

    @staticmethod
    def read_shapes(home: Path) -> tuple[Triple, ...]:
        """Return the shapes of a home alone."""
        return _triples(_load(sources(home, "shapes", ".ttl")))

    def path(self, name: str) -> Path:
        """Return the path of an instance file given relative to ``instances/``."""
        return self.home / "instances" / name

    @cached_property
    def fixed(self) -> frozenset[Triple]:
        """The triples of ontology and shapes, which no submission changes."""
        return frozenset(self.ontology) | frozenset(self.shapes)

    @cached_property
    def places(self) -> dict[Term, list[str]]:
        """The files in which each subject is described."""
        found: dict[Term, dict[str, None]] = defaultdict(dict)
        for name, triples in self.files.items():
            for triple in triples:
                found[triple.subject][name] = None
        return {subject: list(names) for subject, names in found.items()}

    @cached_property
    def subjects(self) -> frozenset[Term]:
        """Everything of which a triple of the home states something."""
        return frozenset(self.places) | frozenset(triple.subject for triple in self.fixed)

    @cached_property
    def names(self) -> NameIndex:
        """The names of all things in ``store``; a check changes it together with that."""
        return NameIndex(self.store)

    @cached_property
    def register(self) -> Document:
        """The register of every IRI ever released, ``instances/issued.txt``, as it stands."""
        path = self.path("issued.txt")
        return Document(str(path), read_text(path) if path.is_file() else "", ID, ())

    @cached_property
    def issued(self) -> frozenset[str]:
        """The IRIs of the register, without the base of things."""
        lines = self.register.text.splitlines()
        return frozenset(line for line in lines if line and not line.startswith("#"))

    @cached_property
    def properties(self) -> frozenset[str]:
        """The predicates that the ontology declares, and those that need no declaration."""
        kinds = {
            iri_of(triple.subject)
            for triple in self.ontology
            if triple.predicate.value == _TYPE and iri_of(triple.object) in _PROPERTIES
        }
        return frozenset(kinds | _BUILT_IN)

    @cached_property
    def classes(self) -> frozenset[str]:
        """The classes that the ontology declares."""
        return frozenset(
            iri_of(triple.subject)
            for triple in self.ontology
            if triple.predicate.value == _TYPE and iri_of(triple.object) == _OWL + "Class"
        )

    @cached_property
    def terms(self) -> frozenset[str]:
        """Everything that ontology and vocabulary describe."""
        return frozenset(t.subject.value for t in self.ontology if isinstance(t.subject, NamedNode))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the English texts of the ontology, as ``word_stem`` leaves them."""
        texts = (t.object for t in self.ontology if isinstance(t.object, Literal))
        english = (text.value for text in texts if text.language == "en")
        return frozenset(word_stem(word) for text in english for word in _WORD.findall(text))

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The namespaces of the declared terms."""
        return frozenset(namespace_of(term) for term in self.properties | self.classes | self.terms)

    @cached_property
    def things(self) -> frozenset[str]:
        """The IRIs that instance files describe."""
        return frozenset(s.value for s in self.places if isinstance(s, NamedNode))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The first folder below ``id/`` of each thing: ``person``, ``claim``, and so on."""
        return frozenset(thing.removeprefix(ID).partition("/")[0] for thing in self.things)

    def change(self, added: Iterable[Triple], removed: Iterable[Triple]) -> None:
        """Change ``store``, and ``names`` with it if they were asked for already."""
        store = self.store
        for triple in removed:
            store.remove(_quad(triple))
        store.extend(map(_quad, added))
        if "names" in self.__dict__:
            self.names.change(added, removed)

    def change_back_when_needed(self, added: Iterable[Triple], removed: Iterable[Triple]) -> None:
        """Have a change taken back as soon as ``store`` is asked for again.

        After the only check of a process nobody asks, and to take back many triples takes long.
        """
        self._to_take_back = added, removed

    def triples_of(self, names: Iterable[str]) -> Iterator[Triple]:
        """Yield the triples of some instance files."""
        for name in names:
            yield from self.files[name]

    def document(self, name: str) -> Document:
        """Return an instance file, relative to ``instances/``, with positions."""
        known = self._documents.get(name)
        if known is None:
            path = str(self.path(name))
            known = self._documents[name] = turtle.parse(self._texts[name], path, base=ID)
        return known

    @cached_property
    def _documents(self) -> dict[str, Document]:
        return {}


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)


def word_stem(word: str) -> str:
    """Return an English word in small letters, without the endings of verbs and of the plural."""
    return _ENDING.sub("", word.lower())


def namespace_of(iri: str) -> str:
    """Return an IRI up to its last ``#`` or ``/``."""
    head, hash_sign, _ = iri.rpartition("#")
    return head + hash_sign if hash_sign else iri[: iri.rfind("/") + 1]


def _load(paths: Iterable[Path]) -> list[Quad]:
    return [quad for path in paths for quad in _parse(read_text(path), path)]


def _triples(quads: Iterable[Quad]) -> tuple[Triple, ...]:
    return tuple(quad.triple for quad in quads)


def _parse(text: str, path: Path) -> list[Quad]:
    try:
        return list(parse(text, RdfFormat.TURTLE, base_iri=ID, rename_blank_nodes=True))
    except SyntaxError:
        strict.triples(text, str(path), ID)  # raises the error with its hint
        raise
