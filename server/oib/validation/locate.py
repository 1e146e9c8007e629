"""The place: where in the checked files a finding belongs, by rule of SHACL or of the lint."""

from collections.abc import Mapping, Sequence

from rdflib.term import Node

from oib.namespaces import OIBS
from oib.turtle import Document, Span
from oib.validation.lexical import Fault
from oib.validation.report import Finding
from oib.validation.rules import Rule, show
from oib.validation.shacl import Result


def of_fault(fault: Fault, document: Document, rules: Mapping[str, Rule]) -> Finding:
    """Return a lexical fault as a finding, at the object that is at fault."""
    rule = rules[OIBS + fault.rule]
    focus = show(fault.statement.subject)
    return Finding(
        document.path,
        *_start(document.span(fault.statement.object_node)),
        rule=fault.rule,
        severity=rule.severity,
        focus=focus,
        value=fault.detail,
        message=rule.say(focus, fault.detail, show(fault.statement.predicate)),
    )


def of_result(result: Result, documents: Sequence[Document], rules: Mapping[str, Rule]) -> Finding:
    """Return a validation result as a finding, at the most telling place of the first file.

    That is the value where it is stated; else the verb; else the subject. A focus node that no
    file states is placed at the first file, without a line.
    """
    focus, value, path = show(result.focus), show(result.value), show(result.path)
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
        message=rule.say(focus, value, path),
    )


def _find(result: Result, documents: Sequence[Document]) -> tuple[Document | None, Span | None]:
    attempts: list[tuple[Node | None, Node | None]] = [(result.path, None), (None, None)]
    if result.value is not None:
        attempts = [(result.path, result.value), (None, result.value), *attempts]
    stating = [document for document in documents if document.stated(result.focus)]
    for predicate, value in attempts:
        for document in stating:
            if span := document.where(result.focus, predicate, value):
                return document, span
    return (documents[0] if documents else None), None


def _start(span: Span | None) -> tuple[int, int]:
    return (span.line, span.column) if span else (0, 0)
