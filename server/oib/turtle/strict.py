"""Strict parsing: a file or text is accepted as Turtle of RDF 1.1, or refused with its position.

The verdict is pyoxigraph's, which rejects every negative test of the W3C suite. What it takes
beyond RDF 1.1 is refused on top: triple terms, annotations, base directions, VERSION
(https://www.w3.org/TR/rdf12-turtle/), because neither rdflib nor pySHACL knows them.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Triple, parse

from oib.errors import BadInput, BadTurtle
from oib.turtle.diagnosis import CONFLICT, DECLARATION, UNDECLARED, find_hint, other_format
from oib.turtle.lexer import NEWLINE, find_directive_names, tokenize

#: How deep brackets may be nested, so that no submission can exhaust the stack of a reader.
MAX_DEPTH: Final = 64
#: So many errors of one text are reported.
MAX_ERRORS: Final = 100
#: Longer IRIs stand for no thing; as namespaces they would let a small file grow without end.
MAX_IRI: Final = 2000
_LONG_IRI: Final = re.compile(rf"<[^<>\"{{}}|^`\\\s]{{{MAX_IRI + 1}}}")
_DIRECTIVE: Final = re.compile(r"\b(?:base|prefix\s+[^\s:]*:)\s*<([^<>\s]*)>", re.IGNORECASE)
_SCHEME: Final = re.compile(r"<[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_MAX_STATEMENTS: Final = 5000

_PLACE: Final = re.compile(r"Parser error (?:at|between) .*?: ", re.DOTALL)
#: What a text of RDF 1.2 holds somewhere; only then its tokens are looked at one by one.
_SUSPECT: Final = ("<<", "~", "{|", "--")
_WORDS: Final = {"a", "true", "false", "prefix", "base"}


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
    long = _find_long_iri(text, base)
    if long is not None:
        reason = f"an IRI of more than {MAX_IRI} characters; shorten it"
        raise BadTurtle(path, *line_and_column(text, long), reason)
    try:
        quads = parse(text, RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True)
        found = tuple(quad.triple for quad in quads)
    except SyntaxError as error:
        raise _fault(error, path, text) from error
    except MemoryError as error:
        if not error.args:
            raise  # there is no memory left; the parser's own limit comes with a sentence
        reason = "a literal or an IRI is longer than the parser takes (16 MiB); split or shorten it"
        raise BadTurtle(path, 1, 1, reason) from error
    _refuse_foreign(text, path)
    return found


def syntax_errors(text: str, path: str = "<text>", base: str | None = None) -> list[BadTurtle]:
    """Return every error of a text, at most one a line, because one often breeds the next.

    Each statement is parsed by itself, so that an error hides none in its neighbours. A text that
    is accepted has no errors.
    """
    text = text.removeprefix("\ufeff")
    if _find_long_iri(text, base) is not None:
        return []  # ``triples`` has the one reason, and parsing could take all the memory
    found: dict[int, BadTurtle] = {}
    quads = parse(text, RdfFormat.TURTLE, base_iri=base)
    while len(found) < MAX_ERRORS:
        try:
            next(quads)
        except StopIteration:
            break
        except SyntaxError as error:
            first = _fault(error, path, text)
            found.setdefault(first.line, first)
        except MemoryError as error:
            if not error.args:
                raise
            break
    if not found:
        try:
            _refuse_foreign(text, path)
        except BadTurtle as refused:
            return [refused]
        return []
    first = found[min(found)]
    if other_format(text):
        return [first]
    conflicts = [line_and_column(text, match.start())[0] for match in CONFLICT.finditer(text)]
    if first.line in conflicts:  # what stands between the marks is for people to choose
        return [BadTurtle(path, line, 1, first.reason) for line in conflicts][:MAX_ERRORS]
    for other in _errors_by_statement(text, path, base):
        found.setdefault(other.line, other)
    return _without_followers(text, [found[line] for line in sorted(found)])[:MAX_ERRORS]


def _find_long_iri(text: str, base: str | None) -> int | None:
    """Return the offset of the first IRI that is longer than ``MAX_IRI``.

    So is a base that is relative to another, which is relative to another again: each of them can
    be short. Steps up (``../``) count as if they went down.
    """
    if long := _LONG_IRI.search(text):
        return long.start()
    directives = (_DIRECTIVE.match(text, at) for at in find_directive_names(text))
    if sum(len(directive[1]) for directive in directives if directive) <= MAX_IRI:
        return None
    length, directive = len(base or ""), ""
    for token in tokenize(text):
        word = token.text.lower().lstrip("@")
        if word in ("base", "prefix"):
            directive = word
        elif directive and token.text.startswith("<"):
            size = len(token.text) - 2 + (0 if _SCHEME.match(token.text) else length)
            if size > MAX_IRI:
                return token.start
            length = size if directive == "base" else length
            directive = ""
    return None


def _without_followers(text: str, errors: list[BadTurtle]) -> list[BadTurtle]:
    """Keep one error for each prefix that is not declared, none if its declaration is at fault."""
    seen: dict[str, int] = {}
    for match in DECLARATION.finditer(text):
        seen.setdefault(match[1], line_and_column(text, match.start(1))[0])
    kept: list[BadTurtle] = []
    for error in errors:
        undeclared = UNDECLARED.search(error.reason)
        if undeclared and seen.setdefault(undeclared[1], error.line) < error.line:
            continue
        kept.append(error)
    return kept or errors


def _errors_by_statement(text: str, path: str, base: str | None) -> Iterator[BadTurtle]:
    """Yield the first error of each statement after the first, parsed by itself."""
    head: list[str] = []
    start = 0
    dots = [token.end for token in tokenize(text) if token.kind == "sign" and token.text == "."]
    if len(dots) > _MAX_STATEMENTS:
        return
    for end in dots:
        statement = text[start:end]
        bare = re.sub(r"^(?:\s|#[^\n]*\n?)*", "", statement)
        line, column = line_and_column(text, start)
        start = end
        # The statement keeps its lines: what it needs from above stands on one line before it.
        try:
            quads = parse(f"{' '.join(head)}\n{statement}", RdfFormat.TURTLE, base_iri=base)
            for _ in quads:
                pass
        except SyntaxError as error:
            fault = _fault(error, path, "")
            at_line = line + fault.line - 2
            at_column = fault.column + (column - 1 if fault.line == 2 else 0)
            if fault.line >= 2:
                hint = find_hint(text, fault.reason, _offset(text, at_line, at_column))
                reason = f"{fault.reason}; {hint}" if hint else fault.reason
                yield BadTurtle(path, at_line, at_column, reason)
            # Whatever the faulty directive meant, the statements below are none the worse for it.
            head += [f"@prefix {match[1]}: <{_UNKNOWN}> ." for match in DECLARATION.finditer(bare)]
        else:
            if bare[:1] == "@" or bare[:6].lower() == "prefix" or bare[:4].lower() == "base":
                head.append(re.sub(r"\s+", " ", bare))


#: Stands for the namespace of a directive that does not parse.
_UNKNOWN: Final = "urn:x-oib:unknown#"


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, both from 1, in code points."""
    breaks = [match.end() for match in NEWLINE.finditer(text, 0, offset)]
    return len(breaks) + 1, offset - (breaks[-1] if breaks else 0) + 1


def _fault(error: SyntaxError, path: str, text: str) -> BadTurtle:
    """Return a parser's error with what mends it."""
    reason = _PLACE.sub("", error.msg, count=1).replace(" or graph name", "")
    line, column = error.lineno or 1, error.offset or 1
    hint = find_hint(text, reason, _offset(text, line, column)) if text else ""
    return BadTurtle(path, line, column, f"{reason}; {hint}" if hint else reason)


def _offset(text: str, line: int, column: int) -> int:
    """Return the offset of a line and a column, both from 1."""
    starts = [0, *(match.end() for match in NEWLINE.finditer(text))]
    return min(len(text), starts[min(line, len(starts)) - 1] + column - 1)


def _may_be_foreign(text: str) -> bool:
    return any(mark in text for mark in _SUSPECT) or "version" in text.lower()


def _refuse_foreign(text: str, path: str) -> None:
    """Refuse what is no token of RDF 1.1, and brackets nested too deep."""
    if text.count("[") + text.count("(") <= MAX_DEPTH and not _may_be_foreign(text):
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
