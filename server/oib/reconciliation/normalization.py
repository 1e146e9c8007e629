"""Normal forms of names: what two spellings of one name have in common.

Nothing here knows which names there are. Chinese becomes Simplified (OpenCC's ``t2s``); Latin
letters lose case, marks and punctuation; British spellings become American ones.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import opencc

#: The longest name that is looked at, in code points; no real name is longer.
MAX_LENGTH: Final = 1000

_CJK: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAS_CJK: Final = re.compile(f"[{_CJK}]")
# A word is a run of Chinese characters, or of other letters and digits.
_WORD: Final = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘ʼ`´＇", "'"))
_POSSESSIVE: Final = re.compile(r"(?<=\w)'s\b")
# Letters with a dot after each, as in U.S. and M.I.T.
_DOTTED: Final = re.compile(r"\b(?:\w\.){2,}")
_TONE_MARKS: Final = frozenset("\u0300\u0301\u0304\u030c")

#: Words that carry no name: articles, prepositions, conjunctions of the languages of the names.
STOP_WORDS: Final = frozenset(
    (
        *("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to", "with"),
        *("au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "à"),
        *("das", "der", "die", "für", "und", "von", "del", "el", "los", "las", "y"),
    )
)
#: Legal forms, which one writes or leaves out.
LEGAL_FORMS: Final = frozenset(
    (
        *("ab", "ag", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated"),
        *("limited", "llc", "ltd", "plc", "sa"),
    )
)
#: Titles, which one writes or leaves out before the name of a person.
TITLES: Final = frozenset(("dr", "mr", "mrs", "ms", "phd", "prof", "professor"))
_SPELLINGS: Final = {
    "centre": "center",
    "centres": "centers",
    "programme": "program",
    "programmes": "programs",
    "organisation": "organization",
    "organisations": "organizations",
    "defence": "defense",
    "labour": "labor",
    "theatre": "theater",
}


def has_chinese(text: str) -> bool:
    """Return whether a text holds a Chinese character."""
    return not text.isascii() and _HAS_CJK.search(text) is not None


def fold(text: str) -> str:
    """Return a text in small letters without marks, in Simplified Chinese; NFKC before."""
    text = unicodedata.normalize("NFKC", text[:MAX_LENGTH]).translate(_APOSTROPHES)
    text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    if has_chinese(text):
        text = _to_simplified(text)
    if text.isascii():
        return _POSSESSIVE.sub("", text.lower())
    decomposed = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    return _POSSESSIVE.sub("", unicodedata.normalize("NFC", bare))


def words(folded: str) -> list[str]:
    """Return the words of a folded text; ``&`` is no word, as ``and`` carries no name."""
    return [_SPELLINGS.get(word, word) for word in _WORD.findall(folded)]


def content_words(folded: str) -> list[str]:
    """Return the words that carry a name, all words if none does."""
    found = words(folded)
    return [word for word in found if word not in STOP_WORDS] or found


def compact(folded: str) -> str:
    """Return the letters and digits of a folded text, nothing between them."""
    return "".join(words(folded))


def bag(word_list: list[str]) -> str:
    """Return words in a fixed order: the same for names that differ in word order alone."""
    return " ".join(sorted(word_list))


def toned(text: str) -> str:
    """Return Latin letters with their tone marks of pinyin, compact; empty if there are none."""
    decomposed = unicodedata.normalize("NFD", text[:MAX_LENGTH].casefold())
    if not any(each in _TONE_MARKS for each in decomposed):
        return ""
    letters = (each for each in decomposed if each.isalpha() or unicodedata.combining(each))
    return unicodedata.normalize("NFC", "".join(letters))


def is_acronym(text: str) -> bool:
    """Return whether a text is one word in capitals, whose case matters: HOME is not home."""
    if not text.isupper():  # which is soon known of most names
        return False
    bare = text.replace(".", "")
    return 1 < len(bare) <= 8 and bare.isascii() and bare.isalpha()


def initials(folded: str, text: str) -> str:
    """Return the first letters of the words of a name, words in capitals whole; '' if too few."""
    capitals = {word.lower() for word in re.findall(r"\b[A-Z]{2,5}\b", text)}
    found = content_words(folded)
    if len(found) < 3 or has_chinese(folded):
        return ""
    return "".join(word if word in capitals else word[0] for word in found)


def bigrams(run: str) -> list[str]:
    """Return each two neighbouring characters of a run of Chinese, itself if it is one."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def terms(word_list: list[str]) -> list[str]:
    """Return what names are looked up by: Latin words, pairs of them, two Chinese characters."""
    result = []
    previous = ""
    for word in word_list:
        if has_chinese(word):
            result += bigrams(word)
            previous = ""
            continue
        result.append(word)
        if previous:
            result.append(f"{previous} {word}")
        previous = word
    return result


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _to_simplified(text: str) -> str:
    converted: str = _converter().convert(text)
    return converted
