"""Turn problems into findings with a position in a file, a sentence and, where certain, a fix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Final

from pyoxigraph import BlankNode, NamedNode

from oib.namespaces import ID, OIBS
from oib.turtle import Document, Span
from oib.turtle.lexer import NEWLINE
from oib.turtle.triples import Statement
from oib.validation.home_index import HomeIndex, namespace_of, word_stem
from oib.validation.problems import Problem
from oib.validation.report import Finding, Fix, Place, Related
from oib.validation.rules import Rule, format_term
from oib.validation.shape_graph import TYPE, Term, iri_of
from oib.validation.syntax_messages import date_in_chinese


class Locator:
    """Finds where in the checked files, or else in those of the home, problems belong."""

    def __init__(
        self, documents: Iterable[Document], home: HomeIndex, rules: Mapping[str, Rule]
    ) -> None:
        self.documents = tuple(documents)
        self.home = home
        self.rules = rules

    def findings(self, problems: Iterable[Problem]) -> set[Finding]:
        """Return problems as findings; a wrong verb is one, however many values stand behind it."""
        found: set[Finding] = set()
        verbs: dict[tuple[str, Term | None, Term | None], Finding] = {}
        for problem in problems:
            finding = self.finding(problem)
            if problem.anchor == "verb" and finding.place.line:
                key = (finding.rule, problem.focus, problem.path)
                verbs[key] = min(verbs.get(key, finding), finding)
            else:
                found.add(finding)
        return found.union(verbs.values())

    def finding(self, problem: Problem) -> Finding:
        """Return a problem as a finding.

        It lies at the value where the value is at fault, at the verb where the property is (also
        where it is written too often, or lacks what goes with it), else at the subject; where there
        are too many values, at the last.
        """
        rule = self.rules.get(problem.rule) or Rule(
            problem.rule.removeprefix(OIBS), problem.severity, {}, {"en": problem.text}, {}
        )
        focus, path = format_term(problem.focus), format_term(problem.path)
        value = problem.detail or format_term(problem.value)
        document, span, others = self._find(problem)
        shown = {"en": value, "zh-Hans": date_in_chinese(value)}
        message = rule.format_message(focus, shown, problem.other or path)
        if problem.suggestion:
            near = (problem.suggestion, *problem.alternatives)
            names = [format_term(NamedNode(each)) for each in near]
            message = {
                language: text + _DID_YOU_MEAN[language].format(_OR[language].join(names))
                for language, text in message.items()
                if language in _DID_YOU_MEAN
            }
        fix = None
        if document is not None and span is not None:
            fix = self._fix(problem, document, span)
        return Finding(
            _place(document, span),
            rule.identifier,
            problem.severity or rule.severity,
            focus=focus,
            value=value,
            path=path,
            message=message,
            rule_iri=problem.rule,
            fix=fix,
            related=tuple(
                Related(_place(document, other), _ALSO_HERE)
                for other in others
                if document is not None
            ),
            identity=(*_terms(problem), problem.detail),
            component=problem.component,
        )

    def _find(self, problem: Problem) -> tuple[Document | None, Span | None, list[Span]]:
        if problem.anchor == "file":
            return problem.document, _START, []
        if problem.anchor == "directive":
            assert problem.document is not None
            return problem.document, _directive(problem.document, problem.value), []
        if problem.anchor == "entry":
            assert problem.document is not None
            return problem.document, _entry(problem.document, problem.focus), []
        if problem.focus is None:
            assert problem.document is not None
            return problem.document, _blank_node(problem.document, problem.value), []
        candidates = (
            [problem.document] if problem.document is not None else self._documents(problem.focus)
        )
        for anchors in _preferences(problem):
            for document in candidates:
                found = _spans(document, problem, anchors)
                if found:
                    *others, span = found
                    return document, span, others
        fallback = next(iter((*candidates, *self.documents)), None)
        return fallback, None, []

    def _documents(self, focus: Term) -> list[Document]:
        """Return the files that state something of a node: checked ones, else those of the home."""
        checked = [each for each in self.documents if each.find_statements(focus)]
        if checked:
            return checked
        names = self.home.places.get(focus, [])
        return [self.home.document(name) for name in names]

    def _fix(self, problem: Problem, document: Document, span: Span) -> Fix | None:
        text = document.text[span.start : span.end]
        new = problem.replacement
        certain = problem.suggestion and not problem.alternatives
        if not new and certain and problem.anchor in ("verb", "object"):
            wrong = problem.path if problem.anchor == "verb" else problem.value
            if isinstance(wrong, NamedNode) and self._is_slip(wrong.value, problem.suggestion):
                new = _respelled(text, wrong.value, problem.suggestion)
        if problem.replacement:
            new = _as_written(text, new)
        if not new or new == text:
            return None
        return Fix(document.path, span.start, span.end, new, describe_fix(new))

    def _is_slip(self, wrong: str, right: str) -> bool:
        """Return whether a machine may write one IRI for another.

        They differ by few characters, and the wrong one is no name that makes sense: one of words
        that the ontology itself uses, and that are not those of the right one, may have been meant
        as it stands: ``oib:isFundedBy`` is not ``oib:isFoundedBy``.
        """
        blocks = SequenceMatcher(None, wrong, right, autojunk=False).get_matching_blocks()
        same = sum(block.size for block in blocks)
        few = max(len(wrong), len(right)) - same <= _FEW_CHARACTERS
        if not few or wrong.startswith(ID):
            return few
        stems, meant = (
            {word_stem(word) for word in _WORD.findall(iri.removeprefix(namespace_of(iri)))}
            for iri in (wrong, right)
        )
        return stems == meant or not stems <= self.home.words


#: So many characters may differ in a slip of the pen.
_FEW_CHARACTERS: Final = 3


def describe_fix(replacement: str) -> dict[str, str]:
    """Return what a fix does, by language tag; blanks and the empty text have words."""
    if not replacement:
        return {"en": "delete it", "zh-Hans": "删除"}
    if replacement.isspace():
        return {"en": "write a plain blank", "zh-Hans": "改为普通空格"}
    return {"en": f"write {replacement}", "zh-Hans": f"改写为 {replacement}"}


#: A word of a name of several: ``is``, ``Funded`` and ``By`` of ``isFundedBy``.
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_DID_YOU_MEAN = {"en": " Did you mean {}?", "zh-Hans": "是否应为 {}？"}
_OR = {"en": " or ", "zh-Hans": "或 "}
_ALSO_HERE = {"en": "also stated here", "zh-Hans": "此处亦有陈述"}
_START = Span(0, 0, 1, 1, 1, 1)


def _terms(problem: Problem) -> list[str]:
    terms = (problem.focus, problem.path, problem.value)
    # The names of blank nodes are new at each parse.
    return [
        "" if term is None else "_:" if isinstance(term, BlankNode) else str(term) for term in terms
    ]


def _preferences(problem: Problem) -> list[str]:
    """Return the anchors to try, the best first."""
    if problem.anchor == "subject":
        return ["subject"]
    if problem.anchor == "verb":
        return ["verb of value", "verb", "subject"]
    if problem.value is not None:
        return ["value", "any value", "last value", "subject"]
    if problem.component.startswith("MaxCount"):
        return ["verb again", "last value", "near", "subject"]
    if problem.component.startswith(("MinCount", "HasValue")):
        # What is missing goes with a property that is there, and only that one can be shown.
        return ["near verb", "subject"] if len(problem.near) == 1 else ["subject"]
    return ["last value", "near", "subject"]


def _spans(document: Document, problem: Problem, anchor: str) -> list[Span]:
    """Return the places of an anchor in a file, the one to show last."""
    assert problem.focus is not None
    focus, path, value = problem.focus, problem.path, problem.value
    if anchor == "subject":
        span = document.find_span(focus)
        return [span] if span else []
    if anchor.startswith("near"):
        terms = [each for each in problem.near if each != TYPE]
        near = [each for term in terms for each in document.find_statements(focus, term)]
        near.sort(key=lambda each: each.object_node.start)
        at_verb = anchor == "near verb"
        return [document.span((at_verb and each.verb) or each.object_node) for each in near[-1:]]
    if anchor == "any value":
        path = None
    if path is None and anchor != "any value":
        return []
    wanted = value if anchor in ("value", "any value", "verb of value") else None
    if wanted is None and anchor in ("value", "any value", "verb of value"):
        return []
    stated: list[Statement] = document.find_statements(focus, path, wanted)
    if anchor == "verb again":  # written anew, not only a second value behind a comma
        verbs = {each.verb.start: each.verb for each in stated if each.verb}
        return [document.span(verbs[at]) for at in sorted(verbs)] if len(verbs) > 1 else []
    if anchor.startswith("verb"):
        return [document.span(each.verb or each.object_node) for each in stated[:1]]
    if anchor == "last value":
        return [document.span(each.object_node) for each in stated]
    return [document.span(each.object_node) for each in stated[:1]]


def _directive(document: Document, namespace: Term | None) -> Span | None:
    """Return the IRI of the directive that declares a namespace, else where it is used first."""
    assert isinstance(namespace, NamedNode)
    for directive in document.tree.directives:
        if directive.value == namespace.value:
            at = document.text.find("<", directive.start, directive.end)
            end = document.text.find(">", at, directive.end) + 1
            if at >= 0 < end:
                return Span(at, end, *document.line_and_column(at), *document.line_and_column(end))
    for stated in document.statements:
        for term, node in ((stated.predicate, stated.verb), (stated.object, stated.object_node)):
            if node is not None and iri_of(term).startswith(namespace.value):
                return document.span(node)
    return None


def _entry(document: Document, focus: Term | None) -> Span | None:
    """Return the line of a list of IRIs, written without the base of things, that names one."""
    assert isinstance(focus, NamedNode)
    name = re.escape(focus.value.removeprefix(ID))
    found = re.search(f"^{name}$", document.text, re.MULTILINE)
    if found is None:
        return None
    start, end = found.span()
    return Span(start, end, *document.line_and_column(start), *document.line_and_column(end))


def _blank_node(document: Document, node: Term | None) -> Span | None:
    """Return the first blank node or collection of a file, the first empty one for ``rdf:nil``.

    The parser of the store and that of the positions name blank nodes each in their own way.
    """
    nil = node if isinstance(node, NamedNode) else None
    for stated in document.statements:
        for term, at in (
            (stated.subject, stated.subject_node),
            (stated.object, stated.object_node),
        ):
            is_wanted = term == nil if nil is not None else isinstance(term, BlankNode)
            if is_wanted:
                return document.span(at)
    return None


def _place(document: Document | None, span: Span | None) -> Place:
    if document is None:
        return Place("")
    if span is None:
        return Place(document.path)
    return Place(
        document.path,
        span.line,
        span.column,
        span.end_line,
        span.end_column,
        span.start,
        span.end,
        source_line(document.text, span.start),
    )


def source_line(text: str, offset: int) -> str:
    """Return the line of a text in which an offset lies, safe to be shown on a terminal."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    match = NEWLINE.search(text, offset)
    line = text[start : min(match.start() if match else len(text), start + _LONGEST_LINE)]
    return "".join(c if c == "\t" or c.isprintable() else "\ufffd" for c in line)


#: Lines are shown up to so many code points.
_LONGEST_LINE = 2000


def _as_written(text: str, literal: str) -> str:
    """Return a literal of N-Triples with language tag or datatype as a text of Turtle has them."""
    mark = "^^" if "^^" in text and "^^" in literal else "@"
    value, found, _ = literal.rpartition(mark)
    suffix = text.rpartition(mark)[2]
    return f"{value}{mark}{suffix}" if found and mark in text and '"' not in suffix else literal


def _respelled(text: str, wrong: str, right: str) -> str:
    """Return the text of an IRI or prefixed name with the end that differs exchanged."""
    length = next((at for at, (a, b) in enumerate(zip(wrong, right, strict=False)) if a != b), None)
    common = wrong[: min(len(wrong), len(right)) if length is None else length]
    bracket = ">" if text.endswith(">") else ""
    name = text.removesuffix(">")
    tail = wrong.removeprefix(common)
    if tail and not name.endswith(tail):
        return ""
    return name.removesuffix(tail) + right.removeprefix(common) + bracket
