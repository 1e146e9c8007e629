"""Lexical rules, which no SHACL engine checks: datatypes, dates, language tags, check digits."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import opencc
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple
from stdnum import isni, lei
from stdnum.cn import uscc

from oib.edtf import parse_edtf
from oib.errors import BadInput
from oib.identifiers import is_ror
from oib.namespaces import EDTF, OIB, PREFIXES

_XSD: Final = PREFIXES["xsd"]

# XML Schema 1.1, part 2: digits are ASCII, so [0-9] and never \d, which is every script's digits.
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR: Final = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_TIME: Final = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_DAY: Final = r"(?:0[1-9]|[12][0-9]|3[01])"
_MONTH: Final = r"(?:0[1-9]|1[0-2])"
_FLOAT: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN"
_DATE_PART: Final = r"(?:[0-9]+Y(?:[0-9]+M)?(?:[0-9]+D)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)"
_SECONDS: Final = r"[0-9]+(?:\.[0-9]+)?S"
_TIME_PART: Final = rf"T(?:[0-9]+H(?:[0-9]+M)?(?:{_SECONDS})?|[0-9]+M(?:{_SECONDS})?|{_SECONDS})"
_NAME: Final = r"[^\W\d:][\w.\-·]*"
_LEXICAL: Final = {
    "anyURI": r"[^\s<>\"{}|\\^`]*",
    "base64Binary": r"(?:(?:[A-Za-z0-9+/] ?){4})*"
    r"(?:(?:[A-Za-z0-9+/] ?){3}[A-Za-z0-9+/]|(?:[A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?="
    r"|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?",
    "boolean": r"true|false|0|1",
    "date": rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    "dateTime": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "dateTimeStamp": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE[:-1]}",
    "dayTimeDuration": rf"-?P(?:[0-9]+D(?:{_TIME_PART})?|{_TIME_PART})",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "double": _FLOAT,
    "duration": rf"-?P(?:{_DATE_PART}(?:{_TIME_PART})?|{_TIME_PART})",
    "float": _FLOAT,
    "gDay": rf"---{_DAY}{_ZONE}",
    "gMonth": rf"--{_MONTH}{_ZONE}",
    "gMonthDay": rf"--{_MONTH}-{_DAY}{_ZONE}",
    "gYear": rf"{_YEAR}{_ZONE}",
    "gYearMonth": rf"{_YEAR}-{_MONTH}{_ZONE}",
    "hexBinary": r"(?:[0-9A-Fa-f]{2})*",
    "language": r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "NCName": _NAME,
    "Name": r"[^\W\d][\w.\-·:]*",
    "NMTOKEN": r"[\w.\-·:]+",
    "normalizedString": r"[^\t\r\n]*",
    "time": rf"{_TIME}{_ZONE}",
    "token": r"(?:[^\s]+(?: [^\s]+)*)?",
    "yearMonthDuration": r"-?P(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)",
}
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
# Lowest and highest value of the types derived from integer; None where there is none.
_INTEGERS: Final[dict[str, tuple[int | None, int | None]]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
_PATTERNS: Final = {name: re.compile(pattern) for name, pattern in _LEXICAL.items()}
_WITH_DAY: Final = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})")
#: So many digits no number of the data has; Python would take long to read more.
_MAX_DIGITS: Final = 400

_REGISTER: Final = re.compile(
    r"https://(?:ror\.org/(?P<ror>\w+)|isni\.org/isni/(?P<isni>\w+)|orcid\.org/(?P<orcid>[\w-]+)"
    r"|search\.gleif\.org/#/record/(?P<lei>\w+))"
)
_REGISTRY_CODE: Final = OIB + "registryCode"
_USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


@dataclass(frozen=True)
class LexicalError:
    """A statement whose object breaks a lexical rule.

    Attributes:
        rule: the id of the rule, such as ``LEX-02``.
        triple: the statement.
        detail: what of it is wrong, for the message.
        replacement: the object as it should be written, where that is certain.
    """

    rule: str
    triple: Triple
    detail: str
    replacement: Literal | None = None


def find_errors(triples: Iterable[Triple]) -> Iterator[LexicalError]:
    """Yield the lexical errors of some statements."""
    timed: list[Triple] = []
    for triple in triples:
        term = triple.object
        if isinstance(term, Literal):
            for rule, detail, replacement in _literal_errors(term):
                yield LexicalError(rule, triple, detail, replacement)
            if triple.predicate.value in _TIMES:
                timed.append(triple)
            if triple.predicate.value == _REGISTRY_CODE and not _fits_uscc(term.value):
                yield LexicalError("LEX-06", triple, term.value)
        elif isinstance(term, NamedNode) and not _fits_register(term.value):
            yield LexicalError("LEX-06", triple, term.value)
    yield from _reversed_times(timed)


@lru_cache(maxsize=65536)
def is_well_formed(term: object) -> bool:
    """Return whether a term is a literal in the lexical space of its datatype.

    Datatypes that XML Schema does not define are not looked at.
    """
    if not isinstance(term, Literal):
        return False
    name, text = term.datatype.value.removeprefix(_XSD), term.value
    if name in _INTEGERS:
        return _is_integer(text, *_INTEGERS[name])
    pattern = _PATTERNS.get(name)
    if pattern is None:
        return True
    if not pattern.fullmatch(text):
        return False
    if name in ("date", "dateTime", "dateTimeStamp"):
        return _is_day(text)
    return name != "gMonthDay" or _is_day("2000" + text[1:])


def _is_integer(text: str, lowest: int | None, highest: int | None) -> bool:
    if not _INTEGER.fullmatch(text):
        return False
    if len(text) > _MAX_DIGITS:
        return False
    number = int(text)
    return (lowest is None or lowest <= number) and (highest is None or number <= highest)


def _is_day(text: str) -> bool:
    match = _WITH_DAY.match(text)
    assert match is not None
    # Only the place in the cycle of 400 years counts, and Python knows no year below 1.
    year = int(match[1]) % 400 + 400 if len(match[1]) < 20 else 400
    try:
        date(year, int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


_Error = tuple[str, str, Literal | None]


@lru_cache(maxsize=65536)
def _literal_errors(term: Literal) -> tuple[_Error, ...]:
    return tuple(_find_literal_errors(term))


def _find_literal_errors(term: Literal) -> Iterator[_Error]:
    text, datatype = term.value, term.datatype.value
    if datatype == EDTF:
        try:
            parse_edtf(text)
        except BadInput as error:
            yield "LEX-01", str(error), None
    elif not is_well_formed(term):
        ascii_form = Literal(_ascii_digits(text.strip()), datatype=term.datatype)
        fits = ascii_form.value != text and is_well_formed(ascii_form)
        yield "LEX-02", f"“{text}”", ascii_form if fits else None
    elif datatype.startswith(_XSD) and (stored := _as_stored(term)) != term:
        yield "LEX-08", f"“{text}”", stored
    if term.language and not _is_language_tag(term.language):
        yield "LEX-03", f"@{term.language}", None
    if term.language and not _fits_script(text, term.language):
        yield "LEX-09", f"“{text}”@{_standard_tag(term.language)}", None
    composed = unicodedata.normalize("NFC", text)
    if text != composed:
        yield "LEX-04", f"“{text}”", _with_value(term, composed)
    if hidden := _hidden_characters(text):
        names = ", ".join(sorted({f"U+{ord(text[at]):04X}" for at in hidden}))
        kept = "".join(c for at, c in enumerate(text) if at not in hidden)
        yield "LEX-05", names, _with_value(term, kept)


def _with_value(term: Literal, text: str) -> Literal:
    if term.language:
        return Literal(text, language=term.language)
    return Literal(text, datatype=term.datatype)


def _ascii_digits(text: str) -> str:
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() and unicodedata.digit(c, None) is not None else c
        for c in unicodedata.normalize("NFKC", text)
    )


def _as_stored(term: Literal) -> Literal:
    """Return a literal as the store gives it back: it keeps the value, not the spelling."""
    store = Store()
    store.add(Quad(_ANY, _ANY, term))
    (quad,) = store
    assert isinstance(quad.object, Literal)
    return quad.object


_ANY: Final = NamedNode("urn:x-oib:any")


#: Valid tags in their standard form; the registry, which takes longer to load than a small file to
#: check, is not asked about them.
USUAL_TAGS: Final = ("en", "fr", "zh", "zh-Hans", "zh-Hant", "zh-Latn-pinyin")
_STANDARD_TAGS: Final = {tag.lower(): tag for tag in USUAL_TAGS}
_TAG: Final = re.compile(rb"@([A-Za-z]+(?:-[A-Za-z0-9]+)*)")


def load_language_data(contents: Iterable[bytes] | None = None) -> None:
    """Load what is known of languages and scripts, for when no file can be read any more.

    Args:
        contents: the Turtle files that will be asked about, if they are known; then only what their
            language tags need is loaded.
    """
    tags = (
        None
        if contents is None
        else {match[1].decode().lower() for content in contents for match in _TAG.finditer(content)}
    )
    _simplifier()
    if tags is None or any("hant" in tag for tag in tags):
        _traditionalizer()
    if tags is None or tags - {"prefix", "base", *_STANDARD_TAGS}:
        _is_registered("en")


@lru_cache(maxsize=1024)
def _is_language_tag(tag: str) -> bool:
    """Return whether a tag is valid: BCP 47, with subtags of the IANA registry."""
    return tag.lower() in _STANDARD_TAGS or ("_" not in tag and _is_registered(tag))


def _is_registered(tag: str) -> bool:
    import langcodes

    return bool(langcodes.tag_is_valid(tag))


def _standard_tag(tag: str) -> str:
    """Return a tag with capitals where RFC 5646, section 2.1.1, has them."""
    if usual := _STANDARD_TAGS.get(tag.lower()):
        return usual
    import langcodes

    return str(langcodes.standardize_tag(tag))


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    """Return the conversion to Simplified Chinese."""
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _traditionalizer() -> opencc.OpenCC:
    """Return the conversion to Traditional Chinese, which takes long to load."""
    return opencc.OpenCC("s2t")


def to_simplified(text: str) -> str:
    """Return a text with its Traditional Chinese characters as Simplified ones."""
    return text if text.isascii() else str(_simplifier().convert(text))


_SMALL_LATIN_WORD: Final = re.compile(r"(?<![^\s(])[a-z]{2,}(?![^\s,.;)])")


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK ")


def _fits_script(text: str, language: str) -> bool:
    """Return whether the script of a text is the one that its language tag names.

    A text with characters that exist only in Traditional Chinese is not zh-Hans, one that has only
    such as exist in Simplified Chinese is not zh-Hant, one without Latin letters is not English.
    Chinese writes names in Latin letters at times (MIT), but no words in small letters alone.
    """
    tag = language.lower()
    if tag.startswith("zh") and "latn" not in tag and _SMALL_LATIN_WORD.search(text):
        return any(_is_han(character) for character in text)
    if tag.startswith("zh") and "latn" not in tag and not text.isascii():
        if "hant" in tag:
            is_simplified = to_simplified(text) == text
            return not (is_simplified and _traditionalizer().convert(text) != text)
        return "hans" not in tag or to_simplified(text) == text
    if tag.split("-")[0] == "en" and not text.isascii():
        letters = [c for c in text if c.isalpha()]
        return not letters or any("LATIN" in unicodedata.name(c, "") for c in letters)
    return True


# Characters that nobody sees though they are no format characters: fillers and blank patterns.
_FILLERS: Final = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_MARKS_OF_NUMBERS: Final = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\U000110bd")
_JOINERS: Final = set("\u200c\u200d")
_FLAG: Final = "\U0001f3f4"


def _hidden_characters(text: str) -> frozenset[int]:
    """Return the offsets of characters that no reader sees and that have no work to do there.

    Joiners work between letters of scripts that join (Arabic, the scripts of India) and in
    sequences of emoji, tags in the flags of regions (Unicode Technical Standard 51).
    """
    if text.isascii() and text.isprintable():
        return frozenset()
    return frozenset(at for at, c in enumerate(text) if _is_hidden(text, at, c))


def _is_hidden(text: str, at: int, character: str) -> bool:
    code = ord(character)
    if character in "\n\r\t" or character in _MARKS_OF_NUMBERS:
        return False
    if character in _FILLERS or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE:
        return True
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:  # variation selectors
        return at == 0 or unicodedata.category(text[at - 1]) in ("Zs", "Cc", "Cf")
    if unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cn"):
        return False
    if character in _JOINERS:
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if character == "\u200d" and _is_emoji(before) and _is_emoji(after):
            return False
        return not (_joins(before) and (_joins(after) or not after.strip()))
    if 0xE0020 <= code <= 0xE007F:
        start = text.rfind(_FLAG, 0, at)
        return start < 0 or not all(0xE0020 <= ord(c) <= 0xE007F for c in text[start + 1 : at])
    return True


def _is_emoji(character: str) -> bool:
    if not character:
        return False
    return unicodedata.category(character) in ("So", "Sk", "Mn") or character == "\ufe0f"


def _joins(character: str) -> bool:
    if not character:
        return False
    name = unicodedata.name(character, "")
    return name.startswith(_JOINING) or unicodedata.combining(character) == 9  # virama


_JOINING: Final = (
    "ARABIC ",
    "BENGALI ",
    "DEVANAGARI ",
    "GUJARATI ",
    "GURMUKHI ",
    "KANNADA ",
    "KHMER ",
    "MALAYALAM ",
    "MONGOLIAN ",
    "ORIYA ",
    "SINHALA ",
    "SYRIAC ",
    "TAMIL ",
    "TELUGU ",
)


_TIMES: Final = {OIB + name for name in ("startsNotBefore", "endsNotAfter", "startsNotAfter")}


def _reversed_times(triples: Iterable[Triple]) -> Iterator[LexicalError]:
    """Find claims whose qualifiers let something end before it can have begun."""
    times: dict[object, dict[str, Triple]] = {}
    for triple in triples:
        name = triple.predicate.value.removeprefix(OIB)
        times.setdefault(triple.subject, {})[name] = triple
    for stated in times.values():
        start = stated.get("startsNotBefore")
        for end in (stated.get("endsNotAfter"), stated.get("startsNotAfter")):
            if start and end:
                try:
                    first = parse_edtf(_text(start)).bounds.earliest
                    last = parse_edtf(_text(end)).bounds.latest
                except BadInput:
                    continue  # reported by LEX-01
                if first and last and last < first:
                    yield LexicalError("LEX-07", end, f"{first} … {last}")


def _text(triple: Triple) -> str:
    return triple.object.value if isinstance(triple.object, Literal) else ""


def _fits_register(iri: str) -> bool:
    match = _REGISTER.fullmatch(iri)
    if not match:
        return True
    if match["ror"]:
        return is_ror(match["ror"])
    if match["lei"]:
        return bool(lei.is_valid(match["lei"]))
    return bool(isni.is_valid(match["isni"] or match["orcid"]))


def _fits_uscc(code: str) -> bool:
    """Check the last character of a unified social credit code (GB 32100); IDL-06 has the form."""
    return not _USCC.fullmatch(code) or bool(uscc.is_valid(code))
