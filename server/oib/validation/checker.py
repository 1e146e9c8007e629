"""Check Turtle files against the rules: findings with rule, position and a way to mend."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rdflib import Graph, URIRef

from oib import turtle
from oib.errors import BadTurtle
from oib.namespaces import ID, OIBS
from oib.project import sources
from oib.turtle import Document
from oib.validation import locate
from oib.validation.lexical import find_errors
from oib.validation.report import Finding, Report
from oib.validation.rules import Rule, load_rules
from oib.validation.shacl import validate

__all__ = ["Finding", "Report", "check"]


def check(home: Path, paths: Sequence[Path] = ()) -> Report:
    """Check files against the rules of a home, together with its data.

    A checked file that describes a thing of the home takes the place of the file that does so
    there. Without paths, the home itself is checked: ontology, shapes and every instance file.

    Raises:
        BadInput: a file cannot be opened, or the home's own ontology or shapes cannot be read.
    """
    shapes = [turtle.parse_file(path) for path in sources(home, "shapes", ".ttl")]
    ontology = [turtle.parse_file(path) for path in sources(home, "ontology", ".ttl")]
    at_home = list(sources(home, "instances", ".ttl"))
    rules = load_rules(_merge(shapes))
    documents, faults = _read(paths or at_home, rules)
    if faults:
        return Report(tuple(map(str, paths or at_home)), tuple(sorted(faults)), readable=False)
    # The house's own rules look at ontology and shapes; a submission is read beside the data.
    context = _others(documents, at_home) if paths else shapes
    everywhere = [*documents, *context, *ontology]
    graph = _merge(everywhere)
    focus = _touched(graph, documents) if paths else None
    findings = {
        locate.from_lexical_error(fault, document, rules)
        for document in documents
        for fault in find_errors(document)
    } | {
        locate.from_result(result, everywhere, rules)
        for result in validate(graph, _merge(shapes), focus)
    }
    return Report(tuple(document.path for document in documents), tuple(sorted(findings)))


def _read(paths: Iterable[Path], rules: dict[str, Rule]) -> tuple[list[Document], list[Finding]]:
    """Return the documents of the files that parse, and the faults of those that do not."""
    documents, findings = [], []
    for path in paths:
        try:
            documents.append(turtle.parse_file(path, base=ID))
        except BadTurtle as error:
            rule = rules[OIBS + "TTL-01"]
            findings += [
                Finding(
                    str(path),
                    fault.line,
                    fault.column,
                    rule.identifier,
                    rule.severity,
                    message=rule.format_message("", fault.reason, ""),
                )
                for fault in _faults(path) or [error]
            ]
    return documents, findings


def _faults(path: Path) -> list[BadTurtle]:
    """Return every fault of a file, or none where its very bytes cannot be read."""
    try:
        return turtle.syntax_errors(turtle.read_text(path), str(path), ID)
    except BadTurtle:
        return []


def _others(documents: list[Document], at_home: list[Path]) -> list[Document]:
    """Return the files of the home that no checked file takes the place of."""
    described = {each.subject for document in documents for each in document.statements}
    return [
        document
        for document in map(turtle.parse_file, at_home)
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
