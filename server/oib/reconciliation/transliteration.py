"""Pinyin of Chinese names (GB/T 16159, by pypinyin), in the ways that people type it."""

import unicodedata
from collections.abc import Iterator

from oib.reconciliation.normalization import has_chinese

# Names of persons, whose parts Western writers swap: one or two characters are the family name.
_MAX_PERSON = 4


def toneless(name: str, is_person: bool) -> Iterator[str]:
    """Yield a Chinese name in pinyin without tones, written together; ü is v, u and yu.

    Args:
        name: in Simplified Chinese.
        is_person: also yield it with the family name last.
    """
    if not has_chinese(name):
        return
    for syllables in _orders(_pinyin(name, "NORMAL"), is_person):
        joined = "".join(syllables).lower()
        yield joined
        if "v" in joined:
            yield joined.replace("v", "u")
            yield joined.replace("v", "yu")


def toned(name: str, is_person: bool) -> Iterator[str]:
    """Yield a Chinese name in pinyin with tone marks, written together, in NFC."""
    if not has_chinese(name):
        return
    for syllables in _orders(_pinyin(name, "TONE"), is_person):
        yield unicodedata.normalize("NFC", "".join(syllables).lower())


def first_letters(name: str) -> str:
    """Return the first letter of each syllable: 中国科学技术协会 is zgkxjsxh."""
    return "".join(_pinyin(name, "FIRST_LETTER")).lower()


def _pinyin(name: str, style: str) -> list[str]:
    """Return the syllables of a name in a style of pypinyin."""
    # It takes as long to import as all else together, and only a build needs it.
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(name, style=getattr(Style, style))


def _orders(syllables: list[str], is_person: bool) -> Iterator[list[str]]:
    yield syllables
    if is_person and 2 <= len(syllables) <= _MAX_PERSON:
        yield [*syllables[1:], syllables[0]]
