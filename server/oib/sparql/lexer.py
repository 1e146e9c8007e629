"""Lexical analysis of SPARQL: the tokens of a text, in every way that an engine may cut it.

SPARQL 1.1 Query Language, sections 19.2 to 19.8: the longest token wins. Engines whose grammar
has no lexer of its own differ: to them ``?a <?b#>`` can be "less than ?b" and a comment. Where
one text can be cut in two ways, the tokens of both are given.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, cast

from oib.characters import PN_CHARS, PN_CHARS_BASE
from oib.errors import BadQuery

#: The four forms of query.
Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
Kind = Literal["string", "unclosed", "iri", "variable", "tag", "name", "word", "other"]

_MAX_AMBIGUOUS = 100  # ``<…>`` that can be cut in two ways; more would only cost time
_MAX_UNCLOSED = 16  # ``"""`` without an end: each is looked for through the rest of the text

# Quantifiers are possessive, so that nothing is
# tried twice and the time grows with the length of the text alone. A word takes in dots for the
# same reason: ``true.FILTER`` is one token of two words. A quotation mark that opens no string
# ends a reading: no engine has another use for it.
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_STRING = r"""
    \"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*+\"{3} | \"(?:[^\"\\\r\n]|\\.)*+\"
  | '{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3}     | '(?:[^'\\\r\n]|\\.)*+'
"""
_IRI = r"<[^<>\"{}|^`\x00-\x20]*+>"
_VARIABLE = rf"[?$][{PN_CHARS_BASE}_0-9][{PN_CHARS_BASE}_0-9\u00B7\u0300-\u036F\u203F\u2040]*+"
_TAG = r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+"
_NAME = rf"""
    (?: [{PN_CHARS_BASE}][{PN_CHARS}.]*+ | _ | ):
    (?: (?:[{PN_CHARS_BASE}_0-9:]|{_PLX})(?:[{PN_CHARS}.:]|{_PLX})*+ | )
"""
_WORD = rf"[{PN_CHARS_BASE}][{PN_CHARS}.]*+"
_IGNORED = r"[ \t\r\n]++ | \#[^\r\n]*+"
_TOKEN = re.compile(
    rf"""
    {_IGNORED} | (?P<string>{_STRING}) | (?P<unclosed>[\"']) | (?P<iri>{_IRI})
    | (?P<variable>{_VARIABLE}) | (?P<tag>{_TAG}) | (?P<name>{_NAME}) | (?P<word>{_WORD})
    | (?P<other>[0-9]++|.)
    """,
    re.VERBOSE | re.DOTALL,
)
# The same tokens, where all between IRIs, names and words is passed over in one step: that takes a
# tenth of the time. ``""`` before another quotation mark is apart, see _MAX_UNCLOSED.
_SCAN = re.compile(
    rf"""
    (?: {_IGNORED} | (?!\"{{3}}|'{{3}})(?:{_STRING}) | {_VARIABLE} | {_TAG}
      | <(?!{_IRI[1:]}) | _(?!:) | [0-9.,;(){{}}\[\]=!&|+*/^>%~`$?@\\-] )++
    | (?P<string>{_STRING}) | (?P<unclosed>[\"']) | (?P<iri>{_IRI})
    | (?P<name>{_NAME}) | (?P<word>{_WORD}) | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_AUTHORITY = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})")


class Token(NamedTuple):
    """A token: its kind, its characters, and where they start and end in ``source``."""

    kind: Kind
    text: str
    source: str
    start: int
    end: int


def tokenize_all_ways(text: str) -> Iterator[Token]:
    """Yield the IRIs, names and words of a text as the standard cuts it, then those of other ways.

    A token that starts before the last one ended begins another way to cut the text. The time is
    linear in the length of the text.

    Raises:
        BadQuery: a string is not closed, or too many pieces can be cut in two ways.
    """
    yield from _tokenize(text, must_end=True)
    # To the standard ``\uXXXX`` counts before the grammar, to most engines in strings and IRIs.
    decoded = unescape(text)
    if decoded != text:
        yield from _tokenize(decoded, must_end=False)


def unescape(text: str) -> str:
    """Return a text with the characters that ``\\uXXXX`` and ``\\UXXXXXXXX`` stand for."""
    return _ESCAPE.sub(lambda code: chr(int(code[1] or code[2], 16)), text)


def tokenize(text: str) -> Iterator[Token]:
    """Yield all tokens of a text as the standard cuts it, up to a string that is not closed."""
    for match in _TOKEN.finditer(text):
        kind = cast("Kind | None", match.lastgroup)
        if kind == "unclosed":
            break
        if kind:
            yield Token(kind, match[0], text, match.start(), match.end())


def locate(text: str, position: int) -> tuple[int, int]:
    """Return line and column of a position in a text; both count from 1, in code points."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def _tokenize(text: str, must_end: bool) -> Iterator[Token]:
    starts, seen, ambiguous, unclosed = [0], set[int](), 0, 0
    has_ended, first_unclosed = not text, len(text)
    while starts:
        for match in _SCAN.finditer(text, starts.pop()):
            start, end = match.span()
            if start in seen:
                break
            seen.add(start)
            kind = match.lastgroup
            if kind == "unclosed":
                first_unclosed = min(first_unclosed, start)
                break
            has_ended = has_ended or end == len(text)
            if kind == "word" or kind == "name" or kind == "iri":
                yield Token(cast(Kind, kind), match[0], text, start, end)
            if kind == "iri" and _is_ambiguous(match[0]):
                starts.append(start + 1)
                ambiguous += 1
                if ambiguous > _MAX_AMBIGUOUS:
                    raise BadQuery(
                        f"more than {_MAX_AMBIGUOUS} IRIs look like 'less than'; use prefixes"
                    )
            elif kind == "string" and end - start == 2 and text.startswith(text[start], end):
                unclosed += 1
                if unclosed > _MAX_UNCLOSED:
                    raise _not_closed(text, start)
    if must_end and not has_ended:
        raise _not_closed(text, first_unclosed)


def _not_closed(text: str, start: int) -> BadQuery:
    return BadQuery("the string that starts here is not closed", *locate(text, start))


def _is_ambiguous(iri: str) -> bool:
    # Both ways go on alike unless one sees a comment or a string begin; and no expression begins
    # with ``scheme://``.
    return ("#" in iri or "'" in iri) and not _AUTHORITY.match(iri)
