"""SHACL validation of the data in a store.

Compiled constraints are asked of the store; the shapes that have no compiled form are given to
pySHACL, which is the reference for both. https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QuerySolutions,
    Store,
    Triple,
)

from oib.validation.constraints import (
    FOCUS,
    HAS_FOCUS,
    IS_IN_CYCLE,
    Constraint,
    compile_shapes,
)
from oib.validation.cycles import Cycles
from oib.validation.functions import CUSTOM_FUNCTIONS
from oib.validation.shape_graph import SH, ShapeGraph, Term

_TARGETS: Final = {
    SH + name
    for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target")
}
#: So many nodes are listed in a query; joining longer lists takes time by their square.
_FEW_NODES: Final = 200
_FOCUS: Final = NamedNode(FOCUS)
_HAS_FOCUS: Final = NamedNode(HAS_FOCUS)


@dataclass(frozen=True)
class Result:
    """One validation result: the rule that speaks, its focus node, path and value.

    ``path`` is there where it is one predicate; ``predicates`` are those with which it can begin,
    ``compared`` the one with whose values it is compared, ``causes`` those for which the node was
    looked at at all.
    """

    rule: str
    focus: Term
    path: NamedNode | None
    value: Term | None
    severity: str
    component: str
    predicates: tuple[NamedNode, ...] = ()
    compared: tuple[NamedNode, ...] = ()
    causes: tuple[NamedNode, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Validation:
    """The results of a validation, and the focus nodes of the compiled shapes by their key."""

    results: tuple[Result, ...]
    focus_nodes: dict[str, frozenset[Term]]

    @property
    def matched(self) -> frozenset[Term]:
        """The nodes that some compiled shape looks at."""
        return frozenset().union(*self.focus_nodes.values())


class Validator:
    """The shapes, read once, and ready to validate any number of stores."""

    def __init__(self, shapes: Iterable[Triple]) -> None:
        self.triples = tuple(shapes)
        self.compiled = compile_shapes(ShapeGraph(self.triples))

    @property
    def left_to_pyshacl(self) -> frozenset[str]:
        """The shapes that pySHACL evaluates because they have no compiled form."""
        return frozenset(str(getattr(shape, "value", shape)) for shape in self.compiled.rest)

    def validate(
        self,
        store: Store,
        nodes: Collection[Term] | None = None,
        rules: Collection[str] | None = None,
    ) -> Validation:
        """Validate the default graph of a store.

        Args:
            store: the data; its named graphs are not read. One of them is written and removed.
            nodes: look at these focus nodes only; at all when None.
            rules: evaluate the compiled constraints of these rules only; all when None.
        """
        many = nodes is None or len(nodes) > _FEW_NODES
        try:
            matched = self._mark_focus_nodes(store, nodes, rules)
            results = [
                result
                for constraint in self.compiled.constraints
                if matched[constraint.target] and (rules is None or constraint.rule in rules)
                for result in evaluate(constraint, store, many=many)
            ]
        finally:
            store.remove_graph(_FOCUS)
        if self.compiled.rest and (nodes is None or nodes):
            results += self._by_pyshacl(store, nodes)
        return Validation(tuple(results), matched)

    def _mark_focus_nodes(
        self,
        store: Store,
        nodes: Collection[Term] | None,
        rules: Collection[str] | None = None,
    ) -> dict[str, frozenset[Term]]:
        """Write which nodes are the focus nodes of which shapes into the graph ``FOCUS``.

        With ``rules``, only shapes with one of these are looked at.
        """
        found: dict[str, frozenset[Term]] = {}
        wanted = None if nodes is None else frozenset(nodes)
        used = {
            each.target for each in self.compiled.constraints if rules is None or each.rule in rules
        }
        for key, pattern in self.compiled.targets.items():
            if rules is not None and key not in used:
                found[key] = frozenset()
                continue
            target = NamedNode(key)
            if nodes is None or len(nodes) > _FEW_NODES:
                query = f"SELECT DISTINCT ?this WHERE {{ {pattern} }}"
            else:
                values = " ".join(str(node) for node in nodes if not isinstance(node, BlankNode))
                query = f"SELECT DISTINCT ?this WHERE {{ VALUES ?this {{ {values} }} {pattern} }}"
            matched = (row["this"] for row in _solutions(store, query))
            found[key] = frozenset(node for node in matched if wanted is None or node in wanted)
            store.extend(Quad(target, _HAS_FOCUS, node, _FOCUS) for node in found[key])
        return found

    def warm_up(self) -> None:
        """Load what pySHACL and rdflib import only when they are first used, if they will be."""
        if self.compiled.rest:
            list(self._by_pyshacl(Store(), None))

    def _by_pyshacl(self, store: Store, nodes: Collection[Term] | None) -> Iterator[Result]:
        done = set(self.compiled.compiled)
        shapes = [
            triple
            for triple in self.triples
            if not (triple.subject in done and triple.predicate.value in _TARGETS)
        ]
        data = (quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph()))
        for result in validate_with_pyshacl(data, shapes):
            if nodes is None or result.focus in nodes:
                yield result


def validate_with_pyshacl(data: Iterable[Triple], shapes: Iterable[Triple]) -> Iterator[Result]:
    """Yield the results of pySHACL, the reference."""
    # Imported late: most checks need neither, and they take longer to import than all the rest.
    import pyshacl
    from rdflib import Graph
    from rdflib.namespace import SH as SHACL

    from oib.validation.rdflib_terms import from_rdflib, to_rdflib_graph

    _, report, _ = pyshacl.validate(
        to_rdflib_graph(data), shacl_graph=to_rdflib_graph(shapes), advanced=False
    )
    if not isinstance(report, Graph):
        raise report  # pySHACL hands back what it could not carry out
    # What sh:detail holds are results as well, but no results of the report.
    for node in report.objects(None, SHACL.result):
        rule = report.value(node, SHACL.sourceConstraint) or report.value(node, SHACL.sourceShape)
        path = from_rdflib(report.value(node, SHACL.resultPath))
        focus = from_rdflib(report.value(node, SHACL.focusNode))
        assert focus is not None
        yield Result(
            rule=str(rule),
            focus=focus,
            path=path if isinstance(path, NamedNode) else None,
            value=from_rdflib(report.value(node, SHACL.value)),
            severity=str(report.value(node, SHACL.resultSeverity)).removeprefix(SH),
            component=str(report.value(node, SHACL.sourceConstraintComponent)).removeprefix(SH),
            text=str(report.value(node, SHACL.resultMessage) or ""),
        )


def evaluate(constraint: Constraint, store: Store, *, many: bool) -> Iterator[Result]:
    """Yield the results of a compiled constraint.

    Args:
        constraint: whose focus nodes stand in the graph ``FOCUS``.
        store: the data and that graph.
        many: whether there are many focus nodes, so that grouping the data first is faster.
    """
    query = constraint.grouped if many and constraint.grouped else constraint.query
    functions = {**CUSTOM_FUNCTIONS, NamedNode(IS_IN_CYCLE): Cycles(store).is_in_cycle}
    solutions = store.query(query, custom_functions=functions)
    assert isinstance(solutions, QuerySolutions)
    names = {variable.value for variable in solutions.variables}
    sparql = constraint.component == "SPARQLConstraintComponent"
    for row in solutions:
        path = row["path"] if "path" in names else constraint.predicate
        value = row["value"] if "value" in names else None
        yield Result(
            rule=constraint.rule,
            focus=row["this"],
            path=path if isinstance(path, NamedNode) else None,
            value=row["this"] if sparql and value is None else value,
            severity=constraint.severity,
            component=constraint.component,
            predicates=(path,) if isinstance(path, NamedNode) else constraint.starts,
            compared=constraint.compared,
            causes=constraint.causes,
        )


def _solutions(store: Store, query: str) -> QuerySolutions:
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    return solutions
