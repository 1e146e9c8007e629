"""Locators: where a passage stands in a document, as digits that can be checked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oib import turtle
from oib.documents import description
from oib.errors import BadInput, NotFound, OibError
from oib.namespaces import ID, OIB
from oib.validation.alignment import AlignedCopy
from oib.validation.copies import read_copy
from oib.validation.passages import find, normalize

#: Marks that keyboards have in another form; one character each, so that offsets stay.
_FOLDED = str.maketrans("‘’“”–—‐‑（）：；，！？", "''\"\"----():;,!?")
#: So many of the places where words stand are named.
_SHOWN = 5
#: Between the first and the last words of a passage.
_GAP = re.compile(r"\s*(?:…|\.\.\.)\s*")
#: The locators of a file that does not parse: their numbers, and what is stated of them.
_COMMENT = re.compile(r"^\s*#.*$", re.M)
_LOCATOR = re.compile(r"<evidence/[^>]*-(\d+)>\s+a\s+oib:EvidenceLocator\b(.*?)\s\.", re.S)
_BASE = re.compile(r"^@base [^\n]*\n", re.M)
_DECLARED = re.compile(r"^\s*@?prefix\s+oib:", re.M | re.I)
_OFFSET = re.compile(r"oib:(startCharacter|endCharacter)\s+(\d+)")


@dataclass(frozen=True)
class Passage:
    """A passage that was found: its unit, where it starts, its text.

    ``evidence`` is the name of its locator, such as ``p03-02``, and ``described`` whether the data
    hold that locator already.
    """

    slug: str
    unit: str
    start: int
    text: str
    evidence: str
    described: bool

    def __str__(self) -> str:
        number = int(self.evidence.rpartition("-")[2])
        return description.locator(self.slug, self.unit, number, self.start, self.text)


@dataclass(frozen=True)
class _Known:
    """A unit as the data hold it."""

    label: str
    length: int
    digest: str


def locate(
    home: Path,
    slug: str,
    passages: Sequence[str],
    copy: str,
    unit: str | None = None,
    number: int | None = None,
) -> list[Passage]:
    """Return where passages of a document stand, each with the name of its locator.

    A passage whose locator is described already has the name of that. New ones are numbered on from
    the highest number of their unit's claim file, or from ``number``.

    Args:
        home: the home that describes the document.
        slug: which document, as in ``id/document/<slug>``.
        passages: each the words of a passage, or its first and last words with ``…`` or ``...``
            between them. Case and the form of quotation marks and hyphens do not count.
        copy: the text of a reader's copy, as ``copies.read_copy`` returns it.
        unit: the label of the unit to look in, where words stand in several.
        number: of the first new locator.

    Raises:
        NotFound: the document is not described, or words are not in it.
        BadInput: words stand at several places, or in a part of the copy that differs from the
            text whose digests the data hold; or another passage has the number.
    """
    text = normalize(copy)
    known = _units(home, slug)
    if unit and unit not in {each.label for each in known}:
        labels = ", ".join(each.label for each in known)
        raise NotFound(f"document/{slug} has no unit {unit}; it has {labels}")
    aligned_copy = AlignedCopy(copy)
    aligned = {each.label: aligned_copy.find(each.length, each.digest) for each in known}
    described: dict[str, dict[tuple[int, int], int]] = {}
    found = []
    for words in passages:
        label, start, end = _place(slug, words, text, aligned, unit)
        unit_text = aligned[label]
        assert unit_text is not None
        if label not in described:
            described[label] = _described(home, slug, label)
        old = described[label].get((start, end))
        own = old or _next_number(slug, label, described[label], number)
        if not old:
            described[label][start, end] = own
            number = None if number is None else number + 1
        name = f"{label}-{own:02}"
        found.append(Passage(slug, label, start, unit_text[start:end], name, bool(old)))
    return found


def write(home: Path, passages: Sequence[Passage]) -> list[Path]:
    """Add the locators that are not described yet to the claim files of their units.

    Returns:
        The files that were written, in order; one that is not there is made.

    Raises:
        BadInput: a file cannot be written.
    """
    written: dict[Path, str] = {}
    for passage in passages:
        if passage.described:
            continue
        path = home / "instances" / "claim" / passage.slug / f"{passage.unit}.ttl"
        if path not in written:
            written[path] = path.read_text("utf-8") if path.is_file() else f"@base <{ID}> .\n"
            if not _DECLARED.search(written[path]):
                written[path] = _BASE.sub(rf"\g<0>@prefix oib: <{OIB}> .\n", written[path], 1)
        written[path] = f"{written[path].rstrip()}\n\n{passage}"
    for path, text in written.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {error.strerror}") from error
    return list(written)


def _place(
    slug: str, words: str, text: str, aligned: Mapping[str, str | None], unit: str | None
) -> tuple[str, int, int]:
    """Return the unit in which words stand, and where in it."""
    places = [
        (label, start, end)
        for label, unit_text in aligned.items()
        if unit_text is not None and unit in (None, label)
        for start, end in _places(unit_text, words)
    ]
    if not places:
        raise _nowhere(
            slug, words, text, [label for label, found in aligned.items() if found is None]
        )
    if len(places) > 1:
        where = ", ".join(f"{label} at {start}" for label, start, _ in places[:_SHOWN])
        where += ", …" if len(places) > _SHOWN else ""
        raise BadInput(
            f"“{words}” stands {len(places)} times in document/{slug}: {where};"
            " give more of its words, or name the unit with --unit"
        )
    return places[0]


def _next_number(
    slug: str, label: str, described: Mapping[tuple[int, int], int], number: int | None
) -> int:
    highest = max(described.values(), default=0)
    if number is not None and number < 1:
        raise BadInput(f"--number {number} is no number of a locator; they begin with 1")
    if number in described.values():
        raise BadInput(
            f"evidence/{slug}/{label}-{number:02} is another passage;"
            f" take a --number above {highest}, or none"
        )
    return number or highest + 1


def find_copy(home: Path, slug: str, folder: str | None) -> Path:
    """Return the file of a folder that is a copy of a document, by its digests.

    Args:
        home: the home that describes the document.
        slug: which document.
        folder: the folder, as ``$OIB_DOCUMENTS`` names it.

    Raises:
        BadInput: there is no folder, or no file of it is a copy of the document.
    """
    if not folder or not Path(folder).is_dir():
        raise BadInput(
            "no text of a document is stored here: give your copy with --document FILE, or name a"
            " folder of copies in OIB_DOCUMENTS"
        )
    known = _units(home, slug)
    files = [path for path in sorted(Path(folder).iterdir()) if path.is_file()]
    shares = {path: _share(_readable(path), known) for path in files}
    best = max(files, key=lambda path: shares[path], default=None)
    if best and shares[best]:
        return best
    raise BadInput(f"no file of {folder} is a copy of document/{slug}; give --document FILE")


def recognize(home: Path, copy: str) -> str:
    """Return the slug of the document of which a text is a copy, by the digests of its units.

    Of several that it holds as a whole, such as a text and a reprint of a part, it is the longest.

    Raises:
        NotFound: no unit of any document that was read is in it.
    """
    text = normalize(copy)
    folder = home / "instances" / "document"
    # Most documents are only cited; what has units names them, by whichever prefix.
    read = [p.stem for p in sorted(folder.glob("*.ttl")) if "hasUnit" in p.read_text("utf-8")]
    known = {slug: _units(home, slug) for slug in read}
    shares = {slug: (_share(text, known[slug]), _length(known[slug])) for slug in read}
    best = max(read, key=lambda slug: shares[slug], default=None)
    if best and shares[best][0]:
        return best
    raise NotFound(
        "this is no copy of a document that was read here; give --slug as in id/document/<slug>"
    )


def _readable(path: Path) -> str:
    try:
        return normalize(read_copy(path))
    except BadInput:
        return ""


def _share(text: str, known: list[_Known]) -> float:
    """Return how much of a document a text holds, from 0 to 1: a title may stand in others too."""
    found = sum(u.length for u in known if find(text, u.length, u.digest) is not None)
    return found / _length(known) if known else 0.0


def _length(known: list[_Known]) -> int:
    return sum(unit.length for unit in known)


def _nowhere(slug: str, words: str, text: str, changed: list[str]) -> NotFound | BadInput:
    if changed and any(_places(text, words)):
        return BadInput(
            f"“{words}” stands in your copy, but not in a unit that is as it was read: "
            f"{', '.join(changed)} of document/{slug} differ in the copy. Take the copy that was"
            " read, or describe the new version as a document of its own"
        )
    return NotFound(
        f"“{words}” does not stand in document/{slug}; copy the words from the text, or give its"
        " first and last words with … between them"
    )


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield where the words start and end in a normalized text."""
    folded = _fold(text)
    first, *rest = [part for part in _GAP.split(_fold(normalize(words))) if part] or [""]
    for match in re.finditer(re.escape(first), folded) if first else ():
        end = match.end()
        for part in rest:
            at = folded.find(part, end)
            if at < 0:
                break
            end = at + len(part)
        else:
            yield match.start(), end


def _fold(text: str) -> str:
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_FOLDED))


def _units(home: Path, slug: str) -> list[_Known]:
    path = home / "instances" / "document" / f"{slug}.ttl"
    if not path.is_file():
        raise NotFound(
            f"document/{slug} is not described; oib document describes it from your copy"
        )
    fields: dict[str, dict[str, str]] = {}
    for triple in turtle.parse_file(path, base=ID).triples:
        value = getattr(triple.object, "value", "")
        name = getattr(triple.subject, "value", "")
        fields.setdefault(name, {})[triple.predicate.value.removeprefix(OIB)] = value
    return [
        _Known(each["unitLabel"], int(each["characterCount"]), each["unitDigest"])
        for each in fields.values()
        if "unitDigest" in each
    ]


def _described(home: Path, slug: str, label: str) -> dict[tuple[int, int], int]:
    """Return the numbers of the locators of a unit, by where their passages start and end."""
    path = home / "instances" / "claim" / slug / f"{label}.ttl"
    if not path.is_file():
        return {}
    start = f"{ID}evidence/{slug}/{label}-"
    fields: dict[str, dict[str, str]] = {}
    try:
        for triple in turtle.parse_file(path, base=ID).triples:
            name = getattr(triple.subject, "value", "")
            value = getattr(triple.object, "value", "")
            fields.setdefault(name, {})[triple.predicate.value.removeprefix(OIB)] = value
    except OibError:  # A file that is being filled in; its locators can be read all the same.
        for number, body in _LOCATOR.findall(_COMMENT.sub("", path.read_text("utf-8", "replace"))):
            fields[start + number] = dict(_OFFSET.findall(body))
    return {
        (int(each["startCharacter"]), int(each["endCharacter"])): int(name.removeprefix(start))
        for name, each in fields.items()
        if name.startswith(start) and {"startCharacter", "endCharacter"} <= each.keys()
    }
