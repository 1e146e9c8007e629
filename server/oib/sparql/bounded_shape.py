"""The shape of a query whose text alone shows that it is cheap; see ``engine.bounded``.

    PREFIX …  SELECT [DISTINCT] * | ?x …  or  ASK  [WHERE]
    { <subject> predicate object [; predicate object [; predicate object]] [FILTER (…)] … }
    [LIMIT n] [OFFSET n]

One regular expression without nesting and with possessive quantifiers, so that the time is linear
in the length of the text. Constructs that parsers read in different ways (comments but at the
beginning, escapes, relative IRIs) do not match, so engines see the same query as the expression.
"""

import re
from typing import Final

#: How many characters a text of the shape may have.
MAX_LENGTH: Final = 2_048

_S = r"[ \t\r\n]*+"  # white space; comments only before everything else
_IRI = r"<[A-Za-z][A-Za-z0-9+.-]*+:[^<>\"{}|^`\\\x00-\x20]*+>"
_NAME = r"[A-Za-z][A-Za-z0-9_-]*+:[A-Za-z0-9_][A-Za-z0-9_-]*+"
_VARIABLE = r"[?$][A-Za-z_][A-Za-z0-9_]*+"
_TYPE = rf"(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^(?:{_IRI}|{_NAME}))?+"
_LITERAL = rf"(?:\"[^\"\\\r\n]*+\"{_TYPE}|'[^'\\\r\n]*+'{_TYPE}|[0-9]++(?:\.[0-9]++)?+)"
_VERB = rf"(?:{_VARIABLE}|{_IRI}|{_NAME}|a(?=[ \t\r\n<?$\"']))"
_OBJECT = rf"(?:{_VARIABLE}|{_IRI}|{_NAME}|{_LITERAL})"
_OPERAND = rf"(?:(?:STR|LANG){_S}\({_S}{_VARIABLE}{_S}\)|{_VARIABLE}|{_LITERAL}|{_IRI}|{_NAME})"
_COMPARISON = rf"{_OPERAND}{_S}(?:!=|<=|>=|=|<(?![A-Za-z])|>){_S}{_OPERAND}"
_LANGUAGE = rf"LANGMATCHES{_S}\({_S}LANG{_S}\({_S}{_VARIABLE}{_S}\){_S},{_S}{_LITERAL}{_S}\)"
_CONDITION = rf"(?:{_LANGUAGE}|{_COMPARISON})"
_FILTER = rf"FILTER{_S}\({_S}{_CONDITION}(?:{_S}&&{_S}{_CONDITION}){{0,2}}+{_S}\){_S}\.?+{_S}"
_SHAPE = re.compile(
    rf"""(?:[ \t\r\n]++|\#[^\r\n]*+[\r\n])*+
    (?P<prologue>(?:PREFIX[ \t\r\n]++[A-Za-z][A-Za-z0-9_-]*+:{_S}{_IRI}{_S})*+)
    (?:(?P<ask>ASK)|SELECT(?:[ \t\r\n]++DISTINCT)?+{_S}
    (?:\*|{_VARIABLE}(?:[ \t\r\n]++{_VARIABLE})*+)){_S}
    (?:WHERE)?+{_S}\{{{_S}
    (?P<subject>{_IRI}|{_NAME}){_S}
    (?P<verb1>{_VERB}){_S}(?P<object1>{_OBJECT}){_S}
    (?:;{_S}(?P<verb2>{_VERB}){_S}(?P<object2>{_OBJECT}){_S}
    (?:;{_S}(?P<verb3>{_VERB}){_S}(?P<object3>{_OBJECT}){_S})?+)?+
    \.?+{_S}
    (?:{_FILTER}){{0,3}}+
    \}}{_S}(?:LIMIT[ \t\r\n]++[0-9]++{_S})?+(?:OFFSET[ \t\r\n]++[0-9]++{_S})?+""",
    # ASCII: otherwise two letters outside of it, U+017F and U+212A, would be forms of S and K.
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PREFIX = re.compile(rf"PREFIX[ \t\r\n]++([^:]*+):{_S}<([^>]*+)>", re.IGNORECASE | re.ASCII)


def match(text: str) -> re.Match[str] | None:
    """Return the parts of a text of this shape, None for others.

    The groups are ``ask`` (matched by an ASK only), ``subject``, and ``verb1`` and ``object1`` to
    ``verb3`` and ``object3``, as they are written.
    """
    return _SHAPE.fullmatch(text) if len(text) <= MAX_LENGTH else None


def prefixes(shape: re.Match[str]) -> dict[str, str]:
    """Return the prefixes that a text of this shape declares."""
    prologue = shape["prologue"]
    return dict(_PREFIX.findall(prologue)) if prologue else {}
