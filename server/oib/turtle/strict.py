"""Strict parsing: a file or text is accepted as Turtle of RDF 1.1, or refused with its position.

The verdict is pyoxigraph's, which rejects every negative test of the W3C suite. What it takes
beyond RDF 1.1 is refused on top: triple terms, annotations, base directions, VERSION
(https://www.w3.org/TR/rdf12-turtle/), because neither rdflib nor pySHACL knows them.
"""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Triple, parse

from oib.errors import BadInput, BadTurtle
from oib.namespaces import ID, PREFIXES
from oib.turtle.lexer import NEWLINE, tokenize

#: How deep brackets may be nested, so that no submission can exhaust the stack of a reader.
MAX_DEPTH: Final = 64

_PLACE: Final = re.compile(r"Parser error (?:at|between) .*?: ", re.DOTALL)
_UNDECLARED: Final = re.compile(r"The prefix ([^\s:]*): has not been declared")
#: What a text of RDF 1.2 holds somewhere; only then its tokens are looked at one by one.
_SUSPECT: Final = re.compile(r"<<|~|\{\||--|version", re.IGNORECASE)
_WORDS: Final = {"a", "true", "false", "prefix", "base"}
_HINTS: Final = {
    "No scheme found": f"a relative IRI needs a line such as @base <{ID}> . above it",
    "A dot is expected": "or, before this place, a semicolon or a comma",
    "Unexpected end of file": "what begins here is nowhere closed",
    "Unexpected end": "the last statement has no dot",
    "Line jumps are not allowed": 'a text of several lines stands between """ and """',
}


def read_text(path: Path) -> str:
    """Return the text of a file, without a byte order mark, its line ends as they are.

    Raises:
        BadInput: there is no such file, or it may not be read.
        BadTurtle: it is not UTF-8, the one encoding of Turtle; at the place of its first bad byte.
    """
    return decode(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        BadInput: there is no such file, or it may not be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput(f"there is no file {path}") from error
    except IsADirectoryError as error:
        raise BadInput(f"{path} is a folder; name the Turtle files in it") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}") from error


def decode(content: bytes, path: str = "<text>") -> str:
    """Return the text of some bytes, without a byte order mark.

    Raises:
        BadTurtle: they are not UTF-8; at the place of the first bad byte.
    """
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8").removeprefix("\ufeff")
        line, column = line_and_column(before, len(before))
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            reason = "the file is UTF-16; save it as UTF-8"
        else:
            reason = f"byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise BadTurtle(path, line, column, reason) from error


def triples(text: str, path: str = "<text>", base: str | None = None) -> tuple[Triple, ...]:
    """Return the triples of a text, its blank nodes renamed apart from those of other texts.

    ``base`` resolves relative IRIs that stand above any ``@base``; without it they are refused.

    Raises:
        BadTurtle: the first place where the text is not Turtle of RDF 1.1.
    """
    try:
        quads = parse(text, RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True)
        found = tuple(quad.triple for quad in quads)
    except SyntaxError as error:
        raise _fault(error, path) from error
    _refuse_foreign(text, path)
    return found


def syntax_errors(text: str, path: str = "<text>", base: str | None = None) -> list[BadTurtle]:
    """Return every fault of a text, at most one a line, because one often breeds the next.

    The parser takes up again behind a faulty statement; a text that passes has no faults.
    """
    found: dict[int, BadTurtle] = {}
    text = text.removeprefix("\ufeff")
    quads = parse(text, RdfFormat.TURTLE, base_iri=base)
    while True:
        try:
            next(quads)
        except StopIteration:
            break
        except SyntaxError as error:
            fault = _fault(error, path)
            found.setdefault(fault.line, fault)
    if not found:
        try:
            _refuse_foreign(text, path)
        except BadTurtle as fault:
            return [fault]
    return list(found.values())


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, both from 1, in code points."""
    breaks = [match.end() for match in NEWLINE.finditer(text, 0, offset)]
    return len(breaks) + 1, offset - (breaks[-1] if breaks else 0) + 1


def _fault(error: SyntaxError, path: str) -> BadTurtle:
    """Return a parser's error with what mends it."""
    reason = _PLACE.sub("", error.msg, count=1).replace(" or graph name", "")
    hint = next((hint for sign, hint in _HINTS.items() if sign in reason), "")
    if undeclared := _UNDECLARED.search(reason):
        hint = _declaration(undeclared[1])
    return BadTurtle(
        path, error.lineno or 1, error.offset or 1, f"{reason}; {hint}" if hint else reason
    )


def _declaration(prefix: str) -> str:
    """Return the line that declares a prefix of the project, or of the one most like it."""
    if prefix in PREFIXES:
        return f"add the line @prefix {prefix}: <{PREFIXES[prefix]}> ."
    near = get_close_matches(prefix, PREFIXES, n=1)
    return f"did you mean {near[0]}: ?" if near else f"add a line @prefix {prefix}: <…> ."


def _refuse_foreign(text: str, path: str) -> None:
    """Refuse what is no token of RDF 1.1, and brackets nested too deep."""
    if text.count("[") + text.count("(") <= MAX_DEPTH and not _SUSPECT.search(text):
        return
    depth = 0
    for token in tokenize(text):
        depth += (token.text in ("[", "(")) - (token.text in ("]", ")"))
        foreign = token.kind == "other" or token.text.lower() == "@version"
        if token.kind == "word" and token.text.lower() not in _WORDS:
            foreign = True
        if foreign:
            reason = f"{token.text} is syntax of RDF 1.2; source files keep to RDF 1.1"
            raise BadTurtle(path, *line_and_column(text, token.start), reason)
        if depth > MAX_DEPTH:
            reason = f"brackets are nested more than {MAX_DEPTH} deep"
            raise BadTurtle(path, *line_and_column(text, token.start), reason)
