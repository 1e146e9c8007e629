"""Verify locators and digests against a reader's own copy of the source."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store

from oib import turtle
from oib.errors import BadInput, NotFound
from oib.namespaces import ID, OIB
from oib.validation.alignment import AlignedCopy
from oib.validation.copies import read_copy
from oib.validation.passages import digest

VERIFIED: Final = "verified"
MOVED: Final = "moved"
MISSING: Final = "missing"
INCOMPLETE: Final = "incomplete"
NO_COPY: Final = "no copy"
STATES: Final = (VERIFIED, MOVED, MISSING, INCOMPLETE, NO_COPY)

_DOCUMENT: Final = ID + "document/"
_LOCATING: Final = frozenset(OIB + name for name in ("inDocument", "inUnit", "passageDigest"))
_FIELDS: Final = ("inUnit", "startCharacter", "endCharacter", "passageDigest")


@dataclass(frozen=True)
class Passage:
    """What became of one locator.

    ``state`` is one of ``STATES``: ``verified`` (found where the locator says), ``moved`` (its
    unit differs in the copy, or is not described, but the passage is there), ``missing``,
    ``incomplete`` (the locator itself lacks something, which ``note`` names) or ``no copy``.
    ``records`` are the claims and assessments that rest on it.
    """

    evidence: str
    unit: str
    state: str
    records: tuple[str, ...]
    note: str = ""

    def __str__(self) -> str:
        records = ", ".join(record.removeprefix(ID) for record in self.records)
        note = f"; {self.note}" if self.note else ""
        return f"{self.state}: {self.evidence.removeprefix(ID)} ({records or 'no record'}){note}"


def verify(store: Store, document: Path, slug: str, encoding: str = "utf-8") -> list[Passage]:
    """Look up every passage that the data locate in a document.

    Args:
        store: the data.
        document: the reader's copy in any layout: text, HTML or PDF.
        slug: which document it is, as in ``id/document/<slug>``.
        encoding: of a copy that is plain text.

    Raises:
        BadInput: the copy cannot be read.
        NotFound: the data locate nothing in that document.
    """
    copy = read_copy(document, encoding)
    iri = NamedNode(_DOCUMENT + slug)
    located = [
        quad.subject
        for quad in store.quads_for_pattern(None, NamedNode(OIB + "inDocument"), iri)
        if isinstance(quad.subject, NamedNode)
    ]
    if not located:
        raise NotFound(
            f"the data locate no passage in {iri.value}; give --slug as in id/document/<slug>"
        )
    return _look_up_all(store, set(located), {iri.value: copy})


def verify_files(
    home: Path, files: Iterable[Path], copies: Mapping[str, Path], encoding: str = "utf-8"
) -> list[Passage]:
    """Look up every passage that files locate, files that need be no part of the home yet.

    Args:
        home: the home, which may describe the documents.
        files: Turtle with locators, and perhaps with the documents and units that they need.
        copies: the reader's copy of each document, by its slug as in ``id/document/<slug>``.
        encoding: of copies that are plain text.

    Raises:
        BadTurtle: a file does not parse.
        BadInput: a copy or a file cannot be read.
        NotFound: the files locate nothing.
    """
    store, located = Store(), set()
    for path in files:
        for triple in turtle.parse_file(path, base=ID).triples:
            store.add(Quad(triple.subject, triple.predicate, triple.object))
            if triple.predicate.value in _LOCATING:
                located.add(triple.subject)
    named = {each for each in located if isinstance(each, NamedNode)}
    if not named:
        raise NotFound("the files locate no passage: they have no oib:inDocument; see oib locate")
    stated = {(quad.subject, quad.predicate) for quad in store}
    for slug in {*copies, *(_slug(store, each) for each in named)}:
        path = home / "instances" / "document" / f"{slug}.ttl"
        if slug and path.is_file():
            for triple in turtle.parse_file(path, base=ID).triples:
                # What the files say of a unit counts, as it would once they are in the home.
                if (triple.subject, triple.predicate) not in stated:
                    store.add(Quad(triple.subject, triple.predicate, triple.object))
    texts = {_DOCUMENT + slug: read_copy(path, encoding) for slug, path in copies.items()}
    return _look_up_all(store, named, texts)


def summary(passages: list[Passage]) -> str:
    """Return one line that counts the passages by state."""
    counts = Counter(passage.state for passage in passages)
    parts = [f"{counts[s]} {s}" for s in STATES if counts[s]]
    return f"{len(passages)} passages: {', '.join(parts)}"


def parse_copies(named: Iterable[str]) -> dict[str, Path]:
    """Return copies by slug from options of the form ``SLUG=FILE``; ``FILE`` alone has no slug.

    Raises:
        BadInput: two copies are of one document.
    """
    copies: dict[str, Path] = {}
    for each in named:
        slug, equals, path = each.partition("=")
        if not equals or "/" in slug or Path(each).is_file():
            slug, path = "", each
        if slug in copies:
            raise BadInput(
                f"--document names two copies of {slug or 'an unnamed document'};"
                " give each as SLUG=FILE, with the slug of id/document/<slug>"
            )
        copies[slug] = Path(path)
    return copies


def _look_up_all(
    store: Store, located: Collection[NamedNode], texts: Mapping[str, str]
) -> list[Passage]:
    copies = {iri: AlignedCopy(text) for iri, text in texts.items()}
    units: dict[str, str | None] = {}
    return [_look_up(store, each, copies, units) for each in sorted(located, key=lambda e: e.value)]


def _look_up(
    store: Store,
    evidence: NamedNode,
    copies: Mapping[str, AlignedCopy],
    units: dict[str, str | None],
) -> Passage:
    """Look up one passage; ``units`` holds the texts of units that are known already."""
    document = _value(store, evidence, "inDocument")
    unit = _value(store, evidence, "inUnit")
    records = tuple(sorted(_records(store, evidence)))

    def result(state: str, note: str = "") -> Passage:
        return Passage(evidence.value, unit, state, records, note)

    start = _number(_value(store, evidence, "startCharacter"))
    end = _number(_value(store, evidence, "endCharacter"))
    wanted = _value(store, evidence, "passageDigest")
    lacking = [name for name in _FIELDS if not _value(store, evidence, name)]
    if not document.startswith(_DOCUMENT):
        lacking.insert(0, "inDocument")
    if lacking:
        return result(INCOMPLETE, f"it has no {' and no '.join('oib:' + n for n in lacking)}")
    if start is None or end is None or start >= end:
        return result(INCOMPLETE, "oib:startCharacter and oib:endCharacter are no range")
    copy = copies.get(document)
    if copy is None:
        slug = _slug(store, evidence)
        return result(NO_COPY, f"give your copy with --document {slug}=FILE")
    if unit not in units:
        length = _number(_value(store, NamedNode(unit), "characterCount"))
        units[unit] = copy.find(length or 0, _value(store, NamedNode(unit), "unitDigest"))
    text = units[unit]
    if text is not None:
        if digest(text[start:end]) == wanted:
            return result(VERIFIED)
        return result(MISSING, "its unit is in the copy, but has another text there")
    return result(MISSING if copy.find(end - start, wanted) is None else MOVED)


def _slug(store: Store, evidence: NamedNode) -> str:
    return _value(store, evidence, "inDocument").removeprefix(_DOCUMENT)


def _records(store: Store, evidence: NamedNode) -> Iterator[str]:
    for quad in store.quads_for_pattern(None, NamedNode(OIB + "hasEvidence"), evidence):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject.value


def _value(store: Store, subject: NamedNode, name: str) -> str:
    """Return the lexical form or the IRI of a property, empty if there is none."""
    for quad in store.quads_for_pattern(subject, NamedNode(OIB + name), None):
        if isinstance(quad.object, NamedNode | Literal):
            return quad.object.value
    return ""


def _number(form: str) -> int | None:
    return int(form) if form.isascii() and form.isdigit() else None
