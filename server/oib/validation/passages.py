"""Passages: normal form, digest and search of source text, of which no sentence is ever stored.

The normal form makes copies of one text equal that differ only in layout:

1. Unicode NFC;
2. typographic ligatures (U+FB00 to U+FB06) as letters; soft hyphens, zero-width characters, byte
   order marks and controls of direction left out, and with a soft hyphen the line break after it;
3. no space and no line break between two Chinese or Japanese characters, and no line break between
   such a character, or a mark that follows it, and the next such character: they are set without
   spaces, so a break there is one of layout;
4. every other run of white space as one space, none at the ends.

Offsets count the code points of the normal form, from 0.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

_LIGATURES = {0xFB00 + n: s for n, s in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, *range(0x200E, 0x2010), 0x2060, 0xFEFF))
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_MARK = r"[,.;:!?)\]”’]"
_LAYOUT = re.compile(
    rf"(?<=[{_CJK}])[^\S\n]+(?=[{_CJK}])"
    rf"|(?:(?<=[{_CJK}])|(?<=[{_CJK}]{_MARK})|(?<=[{_CJK}]{_MARK}{_MARK}))"
    rf"[^\S\n]*\n\s*(?=[{_CJK}“‘(\[])"
)
_SOFT_BREAK = re.compile(r"\xad[^\S\n]*\n\s*")
_SPACE = re.compile(r"\s+")
_START = re.compile(rf"(?<=[\s\])([“‘\"'—–-])\S|(?<=[{_CJK}])\S|(?<=[{_CJK}]{_MARK})\S")


def normalize(text: str) -> str:
    """Return the normal form of a text, as the module describes it."""
    text = _SOFT_BREAK.sub("", text)
    text = unicodedata.normalize("NFC", text.translate(_LIGATURES | _INVISIBLE))
    return _SPACE.sub(" ", _LAYOUT.sub("", text)).strip()


def digest(passage: str) -> str:
    """Return ``sha256:`` and the SHA-256 (FIPS 180-4) of a normalized passage in UTF-8, as hex."""
    return "sha256:" + hashlib.sha256(passage.encode("utf-8")).hexdigest()


def find(text: str, length: int, wanted: str) -> int | None:
    """Return where in a normalized text a window of ``length`` code points has the digest, if any.

    Only the digest of the passage is known, so every place where a word or a mark can begin is
    tried: a reader's copy may be wrapped, paged or stripped of its headings and still align.
    """
    for start in starts(text):
        if start + length > len(text):
            return None
        if digest(text[start : start + length]) == wanted:
            return start
    return None


def starts(text: str) -> Iterator[int]:
    """Yield the offsets at which a passage can begin: after a space, a bracket, a quotation mark
    or a dash, or anywhere in Chinese and Japanese, which are set without spaces."""
    yield 0
    for match in _START.finditer(text):
        yield match.start()
