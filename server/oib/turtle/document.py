"""A parsed Turtle text with the position of every triple in it."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from oib.turtle import strict
from oib.turtle.lexer import NEWLINE
from oib.turtle.parser import parse_tree
from oib.turtle.syntax_tree import RDF, Node, SyntaxTree
from oib.turtle.triples import Statement, Term, statements

_TYPE = NamedNode(RDF + "type")


@dataclass(frozen=True)
class Span:
    """A stretch of a text: offsets from 0, lines and columns from 1, ends just behind it.

    All are counted in code points, as the column kind ``unicodeCodePoints`` of SARIF 2.1.0.
    """

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Document:
    """A Turtle text and its triples, once each; ``statements`` has the place of every one.

    Lexical forms are kept as written. The blank nodes of ``triples`` and of ``statements`` have
    other names.
    """

    path: str
    text: str
    base: str | None
    triples: tuple[Triple, ...] = field(repr=False)

    @cached_property
    def tree(self) -> SyntaxTree:
        """The text as it is written."""
        return parse_tree(self.text, self.base)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every triple as often as it is stated, in the order of the text."""
        return tuple(statements(self.tree))

    def find_span(
        self, subject: Term, predicate: Term | None = None, object: Term | None = None
    ) -> Span | None:
        """Return the first place where something is stated, or None if it is nowhere.

        For a subject alone: its name at the block that types it, else at any block, else where it
        is an object. With a predicate: the verb. With an object (the predicate may be None): the
        object. Blank nodes are those of ``statements``.
        """
        stated = self.find_statements(subject, predicate, object)
        if object is not None:
            return next((self.span(each.object_node) for each in stated), None)
        if predicate is not None:
            return next((self.span(each.verb or each.object_node) for each in stated), None)
        if stated:
            typed = [each for each in stated if each.predicate == _TYPE]
            return self.span((typed or stated)[0].subject_node)
        used = self._by_object.get(subject, [])
        return self.span(used[0].object_node) if used else None

    def find_statements(
        self, subject: Term, predicate: Term | None = None, object: Term | None = None
    ) -> list[Statement]:
        """Return every statement about a subject that fits, in the order of the text."""
        return [
            each
            for each in self._by_subject.get(subject, [])
            if predicate in (None, each.predicate) and object in (None, each.object)
        ]

    def span(self, node: Node) -> Span:
        """Return the place of a node, or of anything else in the tree that has a start and end."""
        return Span(
            node.start, node.end, *self.line_and_column(node.start), *self.line_and_column(node.end)
        )

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in NEWLINE.finditer(self.text))]

    @cached_property
    def _by_subject(self) -> dict[Term, list[Statement]]:
        found = defaultdict(list)
        for each in self.statements:
            found[each.subject].append(each)
        return found

    @cached_property
    def _by_object(self) -> dict[Term, list[Statement]]:
        found = defaultdict(list)
        for each in self.statements:
            found[each.object].append(each)
        return found


def parse_file(path: Path, base: str | None = None) -> Document:
    """Return the document in a file; see ``parse``.

    Raises:
        BadInput: the file cannot be read.
        BadTurtle: it is not UTF-8, or not Turtle of RDF 1.1.
    """
    return parse(strict.read_text(path), str(path), base)


def parse(text: str, path: str = "<text>", base: str | None = None) -> Document:
    """Return the document of a text; ``base`` resolves relative IRIs above any ``@base``.

    Raises:
        BadTurtle: the first place where the text is not Turtle of RDF 1.1.
    """
    text = text.removeprefix("\ufeff")
    return Document(path, text, base, strict.triples(text, path, base))
