"""The check: Turtle files go in, a report with the rule, the line and the mend comes out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.term import Node

from oib import turtle
from oib.check.finding import Finding, Report
from oib.check.lint import lint
from oib.check.rules import Rule, catalogue, show
from oib.check.validator import Result, validate
from oib.errors import BadTurtle
from oib.home import sources
from oib.names import ID, OIBS
from oib.turtle import Document

__all__ = ["Finding", "Report", "check"]


def check(home: Path, paths: Sequence[Path] = ()) -> Report:
    """Check files against the rules of a home, together with its data.

    A checked file that describes a thing of the home takes the place of the file that does so
    there. Without paths, the home itself is checked, every file of it.

    Raises:
        BadInput: a file cannot be opened, or the home's own ontology or shapes cannot be read.
    """
    shapes = _merge(turtle.read(path) for path in sources(home, "shapes", ".ttl"))
    ontology = [turtle.read(path) for path in sources(home, "ontology", ".ttl")]
    at_home = list(sources(home, "instances", ".ttl"))
    rules = catalogue(shapes)
    documents, faults = _read(paths or at_home, rules)
    if faults:
        return Report(tuple(map(str, paths or at_home)), tuple(faults), readable=False)
    if paths:
        documents, context = documents, _context(documents, at_home)
        graph = _merge([*ontology, *context, *documents])
        focus = _touched(graph, documents)
    else:
        context, focus = ontology, None
        graph = _merge([*ontology, *documents])
        graph += shapes  # the shapes of the house look at the shapes too
    findings = [_lexical(fault, document, rules) for document in documents for fault in lint(document)]
    everywhere = [*documents, *context]
    findings += [_shacl(result, everywhere, rules) for result in validate(graph, shapes, focus)]
    return Report(tuple(document.path for document in documents), tuple(sorted(set(findings))))


def _read(
    paths: Iterable[Path], rules: dict[str, Rule]
) -> tuple[list[Document], list[Finding]]:
    documents, findings = [], []
    for path in paths:
        try:
            documents.append(turtle.read(path, base=ID))
        except BadTurtle as error:
            rule = rules[OIBS + "TTL-01"]
            for fault in turtle.faults(turtle.load(path), str(path), ID) if error.line else [error]:
                message = {language: fault.reason for language in rule.message}
                findings.append(
                    Finding(str(path), fault.line, fault.column, "TTL-01", rule.severity, message=message)
                )
    return documents, findings


def _context(documents: list[Document], at_home: list[Path]) -> list[Document]:
    """Return the files of the home that no checked file replaces."""
    described = {each.subject for document in documents for each in document.statements}
    context = [turtle.read(path) for path in at_home]
    return [
        document
        for document in context
        if not described & {each.subject for each in document.statements}
    ]


def _touched(graph: Graph, documents: list[Document]) -> set[URIRef]:
    """Return the subjects of the checked files and what points at them: what may have changed."""
    changed = {each.subject for document in documents for each in document.statements}
    pointing = {subject for node in changed for subject in graph.subjects(None, node)}
    return {node for node in changed | pointing if isinstance(node, URIRef)}


def _merge(documents: Iterable[Document]) -> Graph:
    merged = Graph()
    for document in documents:
        for each in document.statements:
            merged.add((each.subject, each.predicate, each.object))
    return merged


def _lexical(fault: object, document: Document, rules: dict[str, Rule]) -> Finding:
    from oib.check.lint import Fault

    assert isinstance(fault, Fault)
    rule = rules[OIBS + fault.rule]
    span = document.span(fault.statement.object_node)
    focus = show(fault.statement.subject)
    return Finding(
        document.path, span.line, span.column, fault.rule, rule.severity, focus, fault.detail,
        rule.say(focus, fault.detail, show(fault.statement.predicate)),
    )


def _shacl(result: Result, documents: list[Document], rules: dict[str, Rule]) -> Finding:
    path, line, column = _locate(result, documents)
    focus, value, predicate = show(result.focus), show(result.value), show(result.path)
    rule = rules.get(result.rule)
    if rule is None:
        name = result.rule.removeprefix(OIBS)
        message = {"en": result.text}
        return Finding(path, line, column, name, result.severity, focus, value, message)
    return Finding(
        path, line, column, rule.identifier, result.severity, focus, value,
        rule.say(focus, value, predicate),
    )


def _locate(result: Result, documents: list[Document]) -> tuple[str, int, int]:
    """Return file, line and column: of the value, else of the verb, else of the subject."""
    attempts: list[tuple[Node | None, Node | None]] = [
        (result.path, result.value),
        (None, result.value),
        (result.path, None),
        (None, None),
    ]
    for predicate, value in attempts:
        for document in documents:
            if (predicate or value or not result.value) and document.stated(result.focus):
                if span := document.where(result.focus, predicate, value):
                    return document.path, span.line, span.column
    return documents[0].path if documents else "<home>", 0, 0
