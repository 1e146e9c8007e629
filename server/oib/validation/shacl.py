"""SHACL validation of a data graph (by pySHACL)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyshacl
from pyoxigraph import RdfFormat, Store
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SH
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node

from oib.validation.sparql_constraints import Constraint, constraints, evaluate


@dataclass(frozen=True)
class Result:
    """One validation result: the rule that speaks, its focus node, path and value."""

    rule: str
    focus: Node
    path: Node | None
    value: Node | None
    severity: str
    component: str
    text: str


def validate(
    data: Graph, shapes: Graph, focus: Iterable[URIRef] | None = None, *, setwise: bool = True
) -> list[Result]:
    """Return the results of validating data against shapes, whatever their severity.

    Args:
        data: instances, ontology and vocabulary in one graph, for subclasses to count.
        shapes: left as it is; pySHACL changes the graph it is given, so it gets a copy.
        focus: check only these nodes where they are targets; all targets when None.
        setwise: ask SPARQL constraints of all targets at once; pySHACL alone when false.
    """
    copy = Graph()
    for triple in shapes:
        copy.add(triple)
    set_wise = list(constraints(shapes)) if setwise else []
    for constraint in set_wise:
        copy.remove((constraint.shape, SH.sparql, constraint.node))
    before = SPARQLProcessor.query
    SPARQLProcessor.query = _query_with_cache  # type: ignore[method-assign, assignment]
    try:
        _, report, _ = pyshacl.validate(
            data,
            shacl_graph=copy,
            advanced=False,
            focus_nodes=None if focus is None else list(focus),
        )
    finally:
        SPARQLProcessor.query = before  # type: ignore[method-assign]
    if not isinstance(report, Graph):
        raise report  # pySHACL hands back what it could not carry out
    return [*_results(report), *_setwise(set_wise, data, focus)]


def _setwise(
    set_wise: list[Constraint], data: Graph, focus: Iterable[URIRef] | None
) -> Iterator[Result]:
    store = Store()
    lines = data.serialize(format="nt", encoding="utf-8")
    store.bulk_load(lines, RdfFormat.N_TRIPLES)
    wanted = None if focus is None else set(focus)
    for constraint in set_wise:
        for node, path, value in evaluate(constraint, store):
            if wanted is None or node in wanted:
                yield Result(
                    str(constraint.node),
                    node,
                    path,
                    value,
                    constraint.severity,
                    "SPARQLConstraintComponent",
                    "",
                )


def _results(report: Graph) -> Iterator[Result]:
    for node in report.subjects(RDF.type, SH.ValidationResult):
        rule = report.value(node, SH.sourceConstraint) or report.value(node, SH.sourceShape)
        focus = report.value(node, SH.focusNode)
        assert focus is not None
        yield Result(
            rule=str(rule),
            focus=focus,
            path=report.value(node, SH.resultPath),
            value=report.value(node, SH.value),
            severity=str(report.value(node, SH.resultSeverity)).removeprefix(str(SH)),
            component=str(report.value(node, SH.sourceConstraintComponent)).removeprefix(str(SH)),
            text=str(report.value(node, SH.resultMessage) or ""),
        )


# pySHACL hands rdflib the text of every sh:sparql constraint once per focus node, and rdflib
# parses it anew each time: 86 % of the run. Evaluation leaves the algebra as it is (prepareQuery
# relies on that too), so a parsed query can serve again.
_query = SPARQLProcessor.query


@lru_cache(maxsize=512)
def _translate(text: str, base: str | None, namespaces: tuple[tuple[str, str], ...]) -> Query:
    return translateQuery(parseQuery(text), base, dict(namespaces))


def _query_with_cache(
    self: SPARQLProcessor,
    query: str | Query,
    bindings: Any = None,
    namespaces: Any = None,
    base: str | None = None,
    debug: bool = False,
) -> Any:
    if isinstance(query, str):
        names = tuple(sorted((name, str(iri)) for name, iri in (namespaces or {}).items()))
        query = _translate(query, base, names)
    return _query(self, query, bindings or {}, namespaces or {}, base, debug)
