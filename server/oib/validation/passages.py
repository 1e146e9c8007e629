"""Passages: normal form, digest and search of source text, of which no sentence is ever stored."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

_SPACE = re.compile(r"\s+")


def normalize(text: str) -> str:
    """Return text in Unicode NFC, each run of white space made one space, the ends bare."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def digest(passage: str) -> str:
    """Return ``sha256:`` and the SHA-256 (FIPS 180-4) of a normalized passage in UTF-8, as hex."""
    return "sha256:" + hashlib.sha256(passage.encode("utf-8")).hexdigest()


def find(text: str, length: int, wanted: str) -> int | None:
    """Return where in a normalized text a window of ``length`` code points has the digest, if any.

    Only the text's digest is known, so every place where a word or a mark can begin is tried:
    a reader's copy may be wrapped, paged or stripped of its headings and still align.
    """
    for start in _starts(text):
        if start + length > len(text):
            return None
        if digest(text[start : start + length]) == wanted:
            return start
    return None


def _starts(text: str) -> Iterator[int]:
    """Yield the offsets at which a unit or a sentence can begin: after a space or a bracket."""
    yield 0
    for match in re.finditer(r"[\s\])]\S", text):
        yield match.start() + 1
