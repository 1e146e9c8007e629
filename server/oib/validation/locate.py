"""Turn lexical errors and SHACL results into findings with a position in a file."""

from collections.abc import Mapping, Sequence

from rdflib.term import Node

from oib.namespaces import OIBS
from oib.turtle import Document, Span
from oib.validation.lexical import LexicalError
from oib.validation.report import Finding
from oib.validation.rules import Rule, format_term
from oib.validation.shacl import Result


def from_lexical_error(
    error: LexicalError, document: Document, rules: Mapping[str, Rule]
) -> Finding:
    """Return a lexical fault as a finding, at the object that is at error."""
    rule = rules[OIBS + error.rule]
    focus = format_term(error.statement.subject)
    return Finding(
        document.path,
        *_start(document.span(error.statement.object_node)),
        rule=error.rule,
        severity=rule.severity,
        focus=focus,
        value=error.detail,
        message=rule.format_message(focus, error.detail, format_term(error.statement.predicate)),
    )


def from_result(
    result: Result, documents: Sequence[Document], rules: Mapping[str, Rule]
) -> Finding:
    """Return a validation result as a finding, at the most telling place of the first file.

    That is the value where it is stated; else the verb; else the subject. A focus node that no
    file states is placed at the first file, without a line.
    """
    focus, value, path = (
        format_term(result.focus),
        format_term(result.value),
        format_term(result.path),
    )
    rule = rules.get(result.rule) or Rule(
        result.rule.removeprefix(OIBS), result.severity, {}, {"en": result.text}
    )
    document, span = _find(result, documents)
    return Finding(
        document.path if document else "",
        *_start(span),
        rule=rule.identifier,
        severity=result.severity,
        focus=focus,
        value=value,
        message=rule.format_message(focus, value, path),
    )


def _find(result: Result, documents: Sequence[Document]) -> tuple[Document | None, Span | None]:
    attempts: list[tuple[Node | None, Node | None]] = [(result.path, None), (None, None)]
    if result.value is not None:
        attempts = [(result.path, result.value), (None, result.value), *attempts]
    stating = [document for document in documents if document.find_statements(result.focus)]
    for predicate, value in attempts:
        for document in stating:
            if span := document.find_span(result.focus, predicate, value):
                return document, span
    return (documents[0] if documents else None), None


def _start(span: Span | None) -> tuple[int, int]:
    return (span.line, span.column) if span else (0, 0)
