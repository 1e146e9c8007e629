"""Tokens: a SPARQL text cut up by the lexical rules, in every way that an engine may read it.

SPARQL 1.1 Query Language, sections 19.2 to 19.8: the longest token wins. Engines whose grammar
has no lexer of its own differ: to them ``?a <?b#>`` can be "less than ?b" and a comment. Where
one text has two readings, both are given.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, cast

from oib.errors import BadQuery

#: The four forms of query.
Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
Kind = Literal["string", "iri", "variable", "tag", "name", "word", "other"]

_DOUBTS = 100  # how many ``<…>`` may be read two ways; more would only cost time

# PN_CHARS_BASE, PN_CHARS and PLX of the grammar. Quantifiers are possessive, so that nothing is
# tried twice and the time to read grows with the length of the text alone. A word takes in dots
# for the same reason: ``true.FILTER`` is one token of two words.
_BASE = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_CHARS = _BASE + r"_\-0-9\u00B7\u0300-\u036F\u203F\u2040"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_TOKEN = re.compile(
    rf"""
    [ \t\r\n]++ | \#[^\r\n]*+
    | (?P<string> \"{{3}}(?:\"{{0,2}}(?:[^\"\\]|\\.))*+\"{{3}} | \"(?:[^\"\\\r\n]|\\.)*+\"
                | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*+'{{3}}     | '(?:[^'\\\r\n]|\\.)*+' )
    | (?P<iri> <[^<>\"{{}}|^`\x00-\x20]*+> )
    | (?P<variable> [?$][{_BASE}_0-9][{_BASE}_0-9\u00B7\u0300-\u036F\u203F\u2040]*+ )
    | (?P<tag> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+ )
    | (?P<name> (?: [{_BASE}][{_CHARS}.]*+ | _ | ):
                (?: (?:[{_BASE}_0-9:]|{_PLX})(?:[{_CHARS}.:]|{_PLX})*+ | ) )
    | (?P<word> [{_BASE}][{_CHARS}.]*+ )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_AUTHORITY = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})")


class Token(NamedTuple):
    """A piece of a text: its kind, its characters, and where they start and end in ``source``."""

    kind: Kind
    text: str
    source: str
    start: int
    end: int


def readings(text: str) -> Iterator[Token]:
    """Yield the tokens of a text as the standard cuts it, then those of its other readings.

    Raises:
        BadQuery: so many pieces can be read in two ways that it would take long.
    """
    yield from _cut(text)
    # To the standard ``\uXXXX`` counts before the grammar, to most engines in strings and IRIs.
    if _ESCAPE.search(text):
        yield from _cut(_ESCAPE.sub(lambda code: chr(int(code[1] or code[2], 16)), text))


def _cut(text: str) -> Iterator[Token]:
    starts, seen, doubts = [0], set[int](), 0
    while starts:
        at = starts.pop()
        while at not in seen and (match := _TOKEN.match(text, at)):
            seen.add(at)
            at = match.end()
            kind = cast("Kind | None", match.lastgroup)
            if kind:
                yield Token(kind, match[0], text, match.start(), at)
            if kind == "iri" and _is_doubtful(match[0]):
                starts.append(match.start() + 1)
                doubts += 1
                if doubts > _DOUBTS:
                    raise BadQuery(f"more than {_DOUBTS} IRIs look like 'less than'; use prefixes")


def _is_doubtful(iri: str) -> bool:
    # Both readings go on alike unless one sees a comment or a string begin; and no expression
    # begins with ``scheme://``.
    return ("#" in iri or "'" in iri) and not _AUTHORITY.match(iri)
