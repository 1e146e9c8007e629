"""Lexical rules, which no SHACL engine checks: datatypes, dates, language tags, check digits."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rdflib import Literal, URIRef

from oib.edtf import parse_edtf
from oib.errors import BadInput
from oib.namespaces import EDTF, OIB, PREFIXES
from oib.turtle import Document
from oib.turtle.triples import Statement

_XSD = PREFIXES["xsd"]
# Lexical spaces of XML Schema 1.1 part 2; every engine measured lets some of these pass.
_LEXICAL = {
    "boolean": r"true|false|0|1",
    "integer": r"[+-]?\d+",
    "nonNegativeInteger": r"\+?\d+",
    "positiveInteger": r"\+?0*[1-9]\d*",
    "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
    "gYear": r"-?\d{4,}(Z|[+-]\d\d:\d\d)?",
    "gYearMonth": r"-?\d{4,}-(0[1-9]|1[0-2])(Z|[+-]\d\d:\d\d)?",
    "dateTime": r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?",
    "anyURI": r"[^\s<>\"{}|\\^`]*",
}
_TAG = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?(-([A-Za-z\d]{5,8}|\d[A-Za-z\d]{3}))*"
)  # BCP 47, what we use of it
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_REGISTER = re.compile(r"https://(?:ror\.org/(?P<ror>\w+)|isni\.org/isni/(?P<isni>\w+))")
_ROR_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32


@dataclass(frozen=True)
class LexicalError:
    """A statement that breaks a lexical rule; ``detail`` says what exactly."""

    rule: str
    statement: Statement
    detail: str


def find_errors(document: Document) -> Iterator[LexicalError]:
    """Yield the lexical faults of a document, in the order of its text."""
    for statement in document.statements:
        term = statement.object
        if isinstance(term, Literal):
            for rule, detail in _literal(term):
                yield LexicalError(rule, statement, detail)
        elif isinstance(term, URIRef) and _register_fault(str(term)):
            yield LexicalError("LEX-06", statement, str(term))
    yield from _backwards(document)


def _literal(term: Literal) -> Iterator[tuple[str, str]]:
    text = str(term)
    if str(term.datatype) == EDTF:
        try:
            parse_edtf(text)
        except BadInput as error:
            yield "LEX-01", str(error)
    elif term.datatype and not _lexical(text, str(term.datatype)):
        yield "LEX-02", f"“{text}”"
    if term.language and not _TAG.fullmatch(term.language):
        yield "LEX-03", f"@{term.language}"
    if text != unicodedata.normalize("NFC", text):
        yield "LEX-04", f"“{text}”"
    if _INVISIBLE.search(text):
        yield "LEX-05", ascii(text)


def _lexical(text: str, datatype: str) -> bool:
    name = datatype.removeprefix(_XSD)
    if name == "date":
        try:
            return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text) and date.fromisoformat(text))
        except ValueError:
            return False
    return not (pattern := _LEXICAL.get(name)) or re.fullmatch(pattern, text) is not None


def _backwards(document: Document) -> Iterator[LexicalError]:
    """Find claims whose qualifiers let something end before it can have begun."""
    times: dict[object, dict[str, Statement]] = {}
    for statement in document.statements:
        name = str(statement.predicate).removeprefix(OIB)
        if name in ("startsNotBefore", "endsNotAfter", "startsNotAfter"):
            times.setdefault(statement.subject, {})[name] = statement
    for stated in times.values():
        start = stated.get("startsNotBefore")
        for end in (stated.get("endsNotAfter"), stated.get("startsNotAfter")):
            if start and end:
                try:
                    first = parse_edtf(str(start.object)).bounds.earliest
                    last = parse_edtf(str(end.object)).bounds.latest
                except BadInput:
                    continue  # said by LEX-01
                if first and last and last < first:
                    yield LexicalError("LEX-07", end, f"{first} … {last}")


def _register_fault(iri: str) -> bool:
    match = _REGISTER.fullmatch(iri)
    if not match:
        return False
    return not (_ror(match["ror"]) if match["ror"] else _isni(match["isni"]))


def _ror(identifier: str) -> bool:
    """Check the two check digits of a ROR identifier (ISO/IEC 7064 MOD 97-10)."""
    if not re.fullmatch(rf"0[{_ROR_DIGITS}]{{6}}\d\d", identifier):
        return False
    number = 0
    for digit in identifier[:-2]:
        number = number * 32 + _ROR_DIGITS.index(digit)
    return 98 - (number * 100) % 97 == int(identifier[-2:])


def _isni(identifier: str) -> bool:
    """Check the last digit of an ISNI (ISO/IEC 7064 MOD 11-2)."""
    if not re.fullmatch(r"\d{15}[\dX]", identifier):
        return False
    total = 0
    for digit in identifier[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == identifier[-1]
