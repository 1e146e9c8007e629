"""Tokenize a Turtle text into the terminals of RDF 1.1, each with the comments beside it.

The expressions follow the grammar of https://www.w3.org/TR/turtle/#sec-grammar-grammar. Whatever
that grammar does not know comes out as a token of the kind ``other``, so that nothing is skipped.
"""

import re
from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase
from typing import Final, NamedTuple

from oib.characters import PN_CHARS, PN_CHARS_BASE

_HEX: Final = "%[0-9A-Fa-f]{2}"
_ESCAPED: Final = _HEX + r"|\\[_~.\-!$&'()*+,;=/?#@%]"


#: Behind characters that may be dots: the last of them is none, unless it is escaped. To look back
#: takes one class of characters where the grammar has two, which take long to compile.
_NO_DOT: Final = r"(?:(?<!\.)|(?<=\\\.))"


def _local(escape: str) -> str:
    """Return the expression of a local name (PN_LOCAL) with the given escapes."""
    return rf"(?:[{PN_CHARS_BASE}_0-9:]|{escape})(?:[{PN_CHARS}.:]|{escape})*{_NO_DOT}"


#: A local name that is written without backslashes.
PLAIN_LOCAL: Final = re.compile(_local(_HEX))

_UCHAR: Final = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_GRAMMAR: Final = re.compile(
    rf"""
      (?P<space>   [ \t\r\n]+ )
    | (?P<comment> \#[^\r\n]* )
    | (?P<string>  \"\"\"[^"\\]*(?:(?:\\.|"{{1,2}}(?!"))[^"\\]*)*\"\"\"
                 | '''[^'\\]*(?:(?:\\.|'{{1,2}}(?!'))[^'\\]*)*'''
                 | "[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"
                 | '[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*' )
    | (?P<iri>     <(?:[^\x00-\x20<>"{{}}|^`\\]|{_UCHAR})*> )
    | (?P<at>      @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
    | (?P<label>   _:[{PN_CHARS_BASE}_0-9][{PN_CHARS}.]*{_NO_DOT} )
    | (?P<name>    (?:[{PN_CHARS_BASE}][{PN_CHARS}.]*{_NO_DOT})?:(?:{_local(_ESCAPED)})? )
    | (?P<double>  [+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)[eE][+-]?[0-9]+ )
    | (?P<decimal> [+-]?[0-9]*\.[0-9]+ )
    | (?P<integer> [+-]?[0-9]+ )
    | (?P<word>    [A-Za-z]+ )
    | (?P<sign>    \^\^|[.;,()\[\]] )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_DIRECTIVE_NAME: Final = re.compile("prefix|base")
_SMALL: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


class Token(NamedTuple):
    """One terminal, at the code points ``start`` to ``end`` of its text.

    ``above`` holds the comments on lines of their own since the token before, with an empty string
    where a blank line stands; ``trail`` the comment behind the token on the same line. ``alone``
    tells that the token is the first on its line.
    """

    kind: str
    text: str
    start: int
    end: int
    above: tuple[str, ...] = ()
    trail: str = ""
    alone: bool = True


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a text; the last, of the kind ``end``, holds the comments left over."""
    found: list[Token] = []
    above: list[str] = []
    alone = True
    for match in _GRAMMAR.finditer(text):
        kind = match.lastgroup or "other"
        if kind == "space":
            breaks = len(NEWLINE.findall(match[0]))
            alone = alone or breaks > 0
            if above and breaks > 1:
                above.append("")
        elif kind == "comment" and (alone or not found):
            above.append(match[0].rstrip())
        elif kind == "comment":
            found[-1] = found[-1]._replace(trail=match[0].rstrip())
        else:
            found.append(Token(kind, match[0], match.start(), match.end(), tuple(above), "", alone))
            above.clear()
            alone = False
    return [*found, Token("end", "", len(text), len(text), tuple(above))]


def match_token(text: str, offset: int) -> tuple[str, int] | None:
    """Return kind and end of what begins at an offset, white space and comments included.

    The kinds are those of ``Token``, ``space`` and ``comment``; None at the end of the text.
    """
    match = _GRAMMAR.match(text, offset)
    return (match.lastgroup or "other", match.end()) if match else None


def find_directive_names(text: str) -> Iterator[int]:
    """Yield the offsets at which ``prefix`` or ``base`` stands, in capital or small letters.

    Many are part of something else. This takes a fifth of the time of an expression that ignores
    case and looks at what stands before each character.
    """
    small = text.lower()
    if len(small) != len(text):  # some character has a small form of several
        small = text.translate(_SMALL)
    for match in _DIRECTIVE_NAME.finditer(small):
        yield match.start()
