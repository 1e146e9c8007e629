"""Units: the numbered parts of a document, into which locators point."""

import re
from dataclasses import dataclass

from oib.errors import BadInput
from oib.validation.passages import normalize

#: Labels have at most four digits.
MOST = 9999
#: A title is one line that ends in no mark of a sentence, and no longer than this.
_LONGEST_TITLE = 200
_SENTENCE_END = re.compile(r"[.!?;:,…。！？；：，][\"'”’」』)\]）]*$")


@dataclass(frozen=True)
class Unit:
    """A unit: its text, and its label: ``t1`` (title), ``p07`` (paragraph) or ``pg12`` (page)."""

    label: str
    text: str


def split(text: str) -> list[Unit]:
    """Return the units of a copy in order, their texts in normal form.

    A text with form feeds is split into pages; one with blank lines into the paragraphs between
    them; any other into its lines. A first paragraph that looks like a title becomes ``t1``.

    Args:
        text: as ``copies.read_copy`` returns it.

    Raises:
        BadInput: there are more units than labels.
    """
    if "\f" in text:
        pages = [normalize(page) for page in text.split("\f")]
        return _numbered("pg", [(n, page) for n, page in enumerate(pages, start=1) if page])
    separator = r"\n\s*\n" if re.search(r"\S\s*\n[^\S\n]*\n\s*\S", text) else r"\n"
    parts = [part for part in re.split(separator, text) if part.strip()]
    title: list[Unit] = []
    if len(parts) > 1 and _is_title(parts[0]):
        title = [Unit("t1", normalize(parts.pop(0)))]
    paragraphs = [normalize(part) for part in parts]
    return title + _numbered("p", list(enumerate(paragraphs, start=1)))


def _is_title(part: str) -> bool:
    line = normalize(part)
    short = "\n" not in part.strip() and len(line) <= _LONGEST_TITLE
    return short and not _SENTENCE_END.search(line)


def _numbered(kind: str, texts: list[tuple[int, str]]) -> list[Unit]:
    last = texts[-1][0] if texts else 0
    if last > MOST:
        raise BadInput(
            f"the text has {last} units, and labels end at {MOST}; split it, by chapters perhaps"
        )
    width = max(2, len(str(last)))
    return [Unit(f"{kind}{number:0{width}}", text) for number, text in texts]
