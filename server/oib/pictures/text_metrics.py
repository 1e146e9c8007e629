"""The widths of text: estimates in pixels, rather too wide than too narrow, and lines that fit."""

from collections.abc import Sequence
from typing import Final
from unicodedata import category, east_asian_width

_NARROW: Final = frozenset("iljtfrI.,:;'\u2019\u2018|!()[] -")
_BROAD: Final = frozenset("mwMW@%—…")
_ELLIPSIS: Final = "…"


def text_width(text: str, size: float = 12) -> float:
    """Return about how wide a text is in a sans-serif font of a size in pixels."""
    return size * sum(map(_advance, text))


def _advance(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.36
    if character in _BROAD or character.isupper():
        return 0.86 if character in _BROAD else 0.72
    return 0.6


def shorten(text: str, width: float, size: float = 12) -> str:
    """Return a text that fits into a width, with an ellipsis where it was cut."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + _ELLIPSIS, size) > width:
        text = text[:-1]
    return text.rstrip(" ,(\uff0c\u3001\uff08") + _ELLIPSIS


def wrap(text: str, width: float, size: float = 12, max_lines: int = 3) -> list[str]:
    """Return a text as lines that fit into a width, ``max_lines`` at most; the last may be cut."""
    lines: list[str] = []
    line = ""
    pieces = _pieces(text)
    for index, piece in enumerate(pieces):
        if text_width((line + piece).rstrip(), size) <= width or not line:
            line += piece
            continue
        if len(lines) == max_lines - 1:
            return [*lines, shorten(line + "".join(pieces[index:]), width, size)]
        lines.append(line.rstrip())
        line = piece
    return [shorten(each, width, size) for each in (*lines, line.rstrip()) if each]


def _pieces(text: str) -> list[str]:
    """Return the pieces between which a line may break: words, and single Chinese characters.

    By the rules of Chinese typesetting no line begins with closing punctuation, and none ends with
    an opening bracket or quotation mark.
    """
    pieces: list[str] = []
    word = ""
    for character in text:
        is_closing = _is_closing(character)
        if _is_wide(character) or is_closing or _is_opening(character):
            if word and not is_closing and not _is_opening(word[-1]):
                pieces.append(word)
                word = ""
            word += character
        else:
            if word and _is_wide(word[-1]) and not _is_opening(word[-1]):
                pieces.append(word)
                word = ""
            word += character
            if character in " -/":
                pieces.append(word)
                word = ""
    return [*pieces, word] if word else pieces


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


def _is_opening(character: str) -> bool:
    return category(character) in ("Ps", "Pi")


def _is_closing(character: str) -> bool:
    kind = category(character)
    return kind in ("Pe", "Pf") or (kind == "Po" and _is_wide(character))


def without_common_part(names: Sequence[str]) -> list[str]:
    """Return names without the beginning and the end that more than half of them share.

    What was left out is marked by an ellipsis. A beginning ends at a blank; of Chinese names, any
    number of characters may be shared.
    """
    start = _common(list(names))
    end = _common([name[::-1] for name in names])[::-1]
    shortened = []
    for name in names:
        short = name
        if len(start) > 3 and short.startswith(start) and len(short) > len(start):
            short = _ELLIPSIS + short[len(start) :]
        if len(end) > 3 and short.endswith(end) and len(short) > len(end) + 1:
            short = short[: -len(end)] + _ELLIPSIS
        shortened.append(short)
    return shortened


def _common(names: list[str]) -> str:
    """Return the longest beginning, to the end of a word, that more than half of names share."""
    best = ""
    for name in set(names):
        for length in range(len(best) + 1, len(name)):
            beginning = name[:length]
            is_whole = beginning[-1] == " " or east_asian_width(beginning[-1]) == "W"
            sharing = sum(other.startswith(beginning) for other in names)
            if sharing * 2 <= len(names) or sharing < 2:
                break
            if is_whole:
                best = beginning
    return best
