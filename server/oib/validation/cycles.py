"""Cycles of claims: whether a claim closes a way that leads from its object back to its subject.

The claims with one predicate in one document are the edges of a graph. An edge lies on a cycle if
both its ends are in one strongly connected component, which takes time in proportion to the number
of claims; a query that follows the ways takes time by a power of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, TypeVar

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from oib.namespaces import OIB, PREFIXES
from oib.validation.shape_graph import Term

Node = TypeVar("Node")

_BOOLEAN: Final = NamedNode(PREFIXES["xsd"] + "boolean")


def edges_pattern(predicate: str, document: str) -> str:
    """Return the pattern of the claims with a predicate in a document, as SPARQL.

    Args:
        predicate: an IRI or a variable, in the syntax of SPARQL.
        document: the same.
    """
    return (
        f"?edge <{OIB}claimSubject> ?edgeStart ; <{OIB}claimPredicate> {predicate} ; "
        f"<{OIB}claimObject> ?edgeEnd ; <{OIB}isReportedIn> {document} ."
    )


class Cycles:
    """The cycles of the claims in a store, found for each predicate when they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._components: dict[Term, dict[tuple[Term, Term], int]] = {}

    def is_in_cycle(self, subject: Term, predicate: Term, value: Term, document: Term) -> Literal:
        """Return whether claims of a document lead from the object of a claim to its subject."""
        if predicate not in self._components:
            self._components[predicate] = self._find_components(predicate)
        found = self._components[predicate]
        start, end = found.get((document, subject)), found.get((document, value))
        closes = subject != value and start is not None and start == end
        return Literal("true" if closes else "false", datatype=_BOOLEAN)

    def _find_components(self, predicate: Term) -> dict[tuple[Term, Term], int]:
        claims = edges_pattern(str(predicate), "?document")
        rows = self._store.query(
            f"SELECT DISTINCT ?document ?edgeStart ?edgeEnd WHERE {{ {claims} }}"
        )
        assert isinstance(rows, QuerySolutions)
        edges: dict[tuple[Term, Term], list[tuple[Term, Term]]] = defaultdict(list)
        for row in rows:
            document, subject, value = row[0], row[1], row[2]
            edges[document, subject].append((document, value))
        return strongly_connected_components(edges)


def strongly_connected_components(edges: Mapping[Node, list[Node]]) -> dict[Node, int]:
    """Return the number of the strongly connected component of each node of a graph.

    Args:
        edges: for each node that has any, the nodes to which edges lead from it.
    """
    # Tarjan's algorithm, with a stack of its own: ways can be longer than Python's.
    index: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    component: dict[Node, int] = {}
    waiting: list[Node] = []
    for root in edges:
        if root in index:
            continue
        index[root] = lowest[root] = len(index)
        waiting.append(root)
        path = [(root, iter(edges[root]))]
        while path:
            node, following = path[-1]
            for other in following:
                if other not in index:
                    index[other] = lowest[other] = len(index)
                    waiting.append(other)
                    path.append((other, iter(edges.get(other, ()))))
                    break
                if other not in component:
                    lowest[node] = min(lowest[node], index[other])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == index[node]:
                    while node not in component:
                        component[waiting.pop()] = index[node]
    return component
