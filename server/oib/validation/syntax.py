"""Syntax errors of files as findings, each at the token that is not well-formed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Final

from oib import turtle
from oib.errors import BadTurtle
from oib.namespaces import ID, OIBS
from oib.turtle.diagnosis import find_extent, missing_declaration
from oib.turtle.lexer import NEWLINE
from oib.validation.locate import describe_fix, source_line
from oib.validation.report import Finding, Fix, Place
from oib.validation.rules import Rule, escape
from oib.validation.syntax_messages import in_chinese

#: The rule that a file is Turtle.
RULE: Final = OIBS + "TTL-01"


def syntax_findings(
    content: bytes | str, path: str, rules: Mapping[str, Rule], known: BadTurtle | None = None
) -> list[Finding]:
    """Return a finding for each syntax error of a file, or the one place where it is no text.

    Args:
        content: what is in the file.
        path: under which it is reported.
        rules: the rules by IRI.
        known: an error that the parser has found already, reported if no other is.
    """
    try:
        text = turtle.decode(content, path) if isinstance(content, bytes) else content
    except BadTurtle as error:
        return [_finding(error, Place(path, *_one_column(error)), rules[RULE])]
    text = text.removeprefix("\ufeff")
    errors = turtle.syntax_errors(text, path, ID) or ([known] if known else [])
    starts = [0, *(match.end() for match in NEWLINE.finditer(text))]
    return [_finding_at(error, text, starts, rules[RULE]) for error in errors]


def _finding_at(error: BadTurtle, text: str, starts: list[int], rule: Rule) -> Finding:
    """Return a finding at the token where an error lies; ``starts`` are those of the lines."""
    if error.line > len(starts) or starts[error.line - 1] + error.column > len(text):
        return _finding(error, Place(error.path, *_one_column(error)), rule)
    start, end, new = find_extent(text, starts[error.line - 1] + error.column - 1)
    place = Place(
        error.path,
        *_line_and_column(starts, start),
        *_line_and_column(starts, end),
        start,
        end,
        source_line(text, start),
    )
    fix = None if new is None else Fix(error.path, start, end, new, describe_fix(new))
    if line := missing_declaration(error.reason):
        said = {"en": f"add {line.rstrip()} at the top", "zh-Hans": f"在开头添加 {line.rstrip()}"}
        fix = Fix(error.path, 0, 0, line, said)
    return _finding(error, place, rule, fix)


def _line_and_column(starts: list[int], offset: int) -> tuple[int, int]:
    """Return line and column of an offset, both from 1; ``starts`` are those of the lines."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def _one_column(error: BadTurtle) -> tuple[int, int, int, int]:
    return error.line, error.column, error.line, error.column + 1


def _finding(error: BadTurtle, place: Place, rule: Rule, fix: Fix | None = None) -> Finding:
    return Finding(
        place,
        rule.identifier,
        rule.severity,
        message={"en": escape(error.reason), "zh-Hans": escape(in_chinese(error.reason))},
        rule_iri=RULE,
        fix=fix,
        identity=("", "", "", error.reason),
    )
