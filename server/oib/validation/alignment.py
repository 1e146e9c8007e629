"""Alignment: passages of which only the digest is known, in a copy that is printed otherwise.

A copy may differ from the text that was read in ways that no normal form can undo, because nobody
knows any more what stood there: a hyphen at the end of a line may belong to the word or not, a
straight quotation mark may have been a curly one. So the copy is searched in several *readings*,
each a guess at all of the text, and a passage counts as found only where its digest holds. No
guess can make a passage of words that the copy does not have.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import chain, pairwise, product

from oib.validation.passages import digest, normalize, starts

#: Stands for a hyphen at a line end of which it is unknown whether it belongs to the word. Copies
#: hold no such character: see ``copies.read_copy``.
_UNDECIDED = "\0"
#: So many undecided hyphens of one passage are tried in every combination.
_MAX_UNDECIDED = 8

_HYPHENS = str.maketrans("\u2010\u2011", "--")
_BROKEN = re.compile(r"([^\W\d_]+)[-\u2010][^\S\n]*\n\s*([^\W\d_]+)")
_BREAK = re.compile(r"(?<=\w)[-\u2010][^\S\n]*\n\s*(?=\w)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

_WITHIN_WORD = re.compile(r"(?<=[0-9A-Za-z０-９Ａ-Ｚａ-ｚ])[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]")

_STRAIGHT = str.maketrans("“”„‟‘’‚‛", "\"\"\"\"''''")
_STRAIGHT_DOUBLE = str.maketrans("“”„‟", '""""')
_STRAIGHT_SINGLE = str.maketrans("‘’‚‛", "''''")
_BEFORE_OPENING = frozenset("([{<—–/“‘（【《「『")

_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_NARROW = {0xFF01 + n: 0x21 + n for n in range(0x5E)} | {0x3000: 0x20}
_NARROW_WORDS = {wide: narrow for wide, narrow in _NARROW.items() if chr(narrow).isalnum()}
_WIDE = str.maketrans(",;:!?()", "，；：！？（）")
_MARK_BY_CJK = re.compile(
    r"(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef”’])[^\S\n]*[,;:!?)(]"
    r"|[,;:!?)(](?=[\u2e80-\u9fff\uf900-\ufaff])"
)


class AlignedCopy:
    """The text of a reader's copy, and the passages that are found in it.

    Args:
        text: as ``copies.read_copy`` returns it.
    """

    def __init__(self, text: str) -> None:
        self._text = text.replace(_UNDECIDED, " ")
        self._readings: list[_Reading] = []
        self._steps = product(_HYPHENS_READ, _WIDTHS_READ, _QUOTES_READ)
        self._next = 0  # where the passage after the one that was found last is likely to begin

    def find(self, length: int, wanted: str) -> str | None:
        """Return the passage of so many code points that has a digest, None if it is not there.

        The copy is searched as it is printed first, then in other readings.

        Args:
            length: of the passage in its normal form.
            wanted: its digest, as ``passages.digest`` writes it.
        """
        if length < 1:
            return None
        for reading in self._each_reading():
            if (found := reading.find(length, wanted, self._next)) is not None:
                self._next, passage = found
                # What one passage took, the others are likely to take, too.
                self._readings.remove(reading)
                self._readings.insert(0, reading)
                return passage
        return None

    def _each_reading(self) -> Iterator["_Reading"]:
        """Yield the different readings of the text, from the likeliest on, each made but once."""
        yield from list(self._readings)
        for hyphens, width, quotes in self._steps:
            reading = _Reading(normalize(quotes(width(hyphens(self._text)))))
            if all(reading.text != other.text for other in self._readings):
                self._readings.append(reading)
                yield reading


class _Reading:
    """One reading of a copy in normal form, ready to be searched."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _within_words(self) -> frozenset[int]:
        """The offsets at which no passage begins or ends, because a word goes on there."""
        return frozenset(match.start() for match in _WITHIN_WORD.finditer(self.text))

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start in starts(self.text) if start not in self._within_words]

    def find(self, length: int, wanted: str, near: int) -> tuple[int, str] | None:
        """Return where the next passage may begin and this passage, from an offset on first."""
        first = bisect_left(self._starts, near)
        for index in chain(range(first, len(self._starts)), range(first)):
            start = self._starts[index]
            for passage in self._windows(start, length):
                if digest(passage) == wanted:
                    return start + length, passage
        return None

    def _windows(self, start: int, length: int) -> Iterator[str]:
        """Yield what may stand from an offset on, with every choice for undecided hyphens."""
        window = self.text[start : start + length]
        if _UNDECIDED not in window:
            if len(window) == length and start + length not in self._within_words:
                yield window
            return
        # A hyphen left out lets the window end later.
        count = window.count(_UNDECIDED)
        while (more := self.text.count(_UNDECIDED, start, start + length + count)) > count:
            count = more
        parts = self.text[start : start + length + count].split(_UNDECIDED)
        if len(parts) - 1 > _MAX_UNDECIDED:
            return
        for marks in product(("", "-"), repeat=len(parts) - 1):
            joined = parts[0] + "".join(m + part for m, part in zip(marks, parts[1:], strict=True))
            if len(joined) >= length:
                yield joined[:length]


# How hyphens at line ends are read.


def _as_printed(text: str) -> str:
    return text


def _by_words(text: str) -> str:
    """Decide by the words that the text has elsewhere; what they do not decide is left open."""
    words = {word.casefold() for word in _WORD.findall(_BROKEN.sub(" ", text.translate(_HYPHENS)))}

    def decide(match: re.Match[str]) -> str:
        before, after = match.groups()
        whole, compound = f"{before}{after}".casefold(), f"{before}-{after}".casefold()
        if (whole in words) != (compound in words):
            return f"{before}{'' if whole in words else '-'}{after}"
        return f"{before}{_UNDECIDED}{after}"

    return _undecided(_BROKEN.sub(decide, text))


def _undecided(text: str) -> str:
    """Leave every hyphen at a line end open."""
    return _BREAK.sub(_UNDECIDED, text).translate(_HYPHENS)


# How quotation marks are read. Typographic ones follow what stands before them: after a space or an
# opening bracket they open, and between Chinese characters they open and close in turn.


def _straight(text: str) -> str:
    return text.translate(_STRAIGHT)


def _curly(text: str) -> str:
    return _curly_single(_curly_double(text))


def _curly_double(text: str) -> str:
    return _curl(text.translate(_STRAIGHT_DOUBLE), '"', "“", "”")


def _curly_single(text: str) -> str:
    return _curl(text.translate(_STRAIGHT_SINGLE), "'", "‘", "’")


def _curly_double_only(text: str) -> str:
    return _curly_double(text).translate(_STRAIGHT_SINGLE)


def _curly_single_only(text: str) -> str:
    return _curly_single(text).translate(_STRAIGHT_DOUBLE)


def _curl(text: str, mark: str, opening: str, closing: str) -> str:
    parts = text.split(mark)
    out = parts[:1]
    open_in_chinese: list[bool] = []  # of each quotation that is open: whether it is Chinese
    for before, after in pairwise(parts):
        previous = before[-1:] or out[-1][-1:]
        if not previous or previous.isspace() or previous in _BEFORE_OPENING:
            opens = not (mark == "'" and after[:1].isdigit())  # '90s
        elif mark == '"' and _CJK.match(previous):
            opens = not (open_in_chinese and open_in_chinese[-1])
        else:
            opens = False
        if opens:
            open_in_chinese.append(bool(_CJK.match(previous) or _CJK.match(after)))
        elif open_in_chinese:
            open_in_chinese.pop()
        out += [opening if opens else closing, after]
    return "".join(out)


# How wide characters are read.


def _narrow(text: str) -> str:
    return text.translate(_NARROW)


def _narrow_words(text: str) -> str:
    return text.translate(_NARROW_WORDS)


def _wide_marks(text: str) -> str:
    return _MARK_BY_CJK.sub(
        lambda match: match[0].strip().translate(_WIDE), text.translate(_NARROW)
    )


_Step = Callable[[str], str]
_HYPHENS_READ: tuple[_Step, ...] = (_as_printed, _by_words, _undecided)
_WIDTHS_READ: tuple[_Step, ...] = (_as_printed, _narrow, _narrow_words, _wide_marks)
_QUOTES_READ: tuple[_Step, ...] = (
    *(_as_printed, _straight, _curly),
    *(_curly_double_only, _curly_single_only),
)
