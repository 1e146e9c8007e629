"""Locators: where a passage stands in a document, as digits that can be checked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oib import turtle
from oib.documents import description
from oib.errors import BadInput, NotFound
from oib.namespaces import ID, OIB
from oib.validation.alignment import AlignedCopy
from oib.validation.copies import read_copy
from oib.validation.passages import find, normalize

#: Marks that keyboards have in another form; one character each, so that offsets stay.
_FOLDED = str.maketrans("‘’“”–—‐‑（）：；，！？", "''\"\"----():;,!?")
#: Between the first and the last words of a passage.
_GAP = re.compile(r"\s*(?:…|\.\.\.)\s*")


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


def locate(home: Path, slug: str, words: str, copy: str, unit: str | None = None) -> Passage:
    """Return the one passage of a document that has these words.

    Args:
        home: the home that describes the document.
        slug: which document, as in ``id/document/<slug>``.
        words: the passage, or its first and last words with ``…`` or ``...`` between them. Case
            and the form of quotation marks and hyphens do not count.
        copy: the text of a reader's copy, as ``copies.read_copy`` returns it.
        unit: the label of the unit to look in, where the words stand in several.

    Raises:
        NotFound: the document is not described, or the words are not in it.
        BadInput: the words stand at several places, or in a part of the copy that differs from the
            text whose digests the data hold.
    """
    text = normalize(copy)
    known = _units(home, slug)
    if unit and unit not in {each.label for each in known}:
        labels = ", ".join(each.label for each in known)
        raise NotFound(f"document/{slug} has no unit {unit}; it has {labels}")
    aligned_copy = AlignedCopy(copy)
    aligned = {each.label: aligned_copy.find(each.length, each.digest) for each in known}
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
        where = ", ".join(f"{label} at {start}" for label, start, _ in places)
        raise BadInput(
            f"“{words}” stands {len(places)} times in document/{slug}: {where};"
            " give more of its words, or name the unit with --unit"
        )
    [(label, start, end)] = places
    unit_text = aligned[label]
    assert unit_text is not None
    evidence, described = _evidence(home, slug, label, start, end)
    return Passage(slug, label, start, unit_text[start:end], evidence, described)


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

    Raises:
        NotFound: no unit of any document that was read is in it.
    """
    text = normalize(copy)
    folder = home / "instances" / "document"
    read = [p.stem for p in sorted(folder.glob("*.ttl")) if "oib:hasUnit" in p.read_text("utf-8")]
    shares = {slug: _share(text, _units(home, slug)) for slug in read}
    best = max(read, key=lambda slug: shares[slug], default=None)
    if best and shares[best]:
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
    return found / sum(unit.length for unit in known) if known else 0.0


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


def _evidence(home: Path, slug: str, label: str, start: int, end: int) -> tuple[str, bool]:
    """Return the name of the locator of a place, and whether it is described already."""
    path = home / "instances" / "claim" / slug / f"{label}.ttl"
    fields: dict[str, dict[str, str]] = {}
    if path.is_file():
        for triple in turtle.parse_file(path, base=ID).triples:
            name = getattr(triple.subject, "value", "").removeprefix(f"{ID}evidence/{slug}/")
            value = getattr(triple.object, "value", "")
            fields.setdefault(name, {})[triple.predicate.value.removeprefix(OIB)] = value
    numbers = [0]
    for name, each in fields.items():
        if "startCharacter" not in each:
            continue
        if (each["startCharacter"], each.get("endCharacter")) == (str(start), str(end)):
            return name, True
        numbers.append(int(name.rpartition("-")[2]))
    return f"{label}-{max(numbers) + 1:02}", False
