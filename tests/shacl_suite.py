"""The W3C SHACL suite as test cases: the graphs of each case, and the results it wants.

https://w3c.github.io/data-shapes/data-shapes-test-suite/
"""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from oib.validation.shacl import Result
from oib.validation.shape_graph import SH, ShapeGraph

BESIDE = Path(__file__).parents[2] / "shared" / "w3c"
SUITE = Path(os.environ.get("W3C_TESTS", BESIDE)) / "shacl"
HOME = "https://w3c.github.io/data-shapes/data-shapes-test-suite/tests/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
MISSING = f"no W3C tests at {SUITE}: set W3C_TESTS to a folder that holds shacl/"


@dataclass(frozen=True)
class Case:
    """One test of the suite.

    Attributes:
        data: the IRI of the data graph.
        shapes: the IRI of the shapes graph.
        expected: the validation results by ``key``, None where the test wants a failure.
    """

    data: str
    shapes: str
    expected: Counter | None


def triples(iri):
    """Return the triples of a file of the suite."""
    path = SUITE / iri.removeprefix(HOME)
    quads = parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=iri)
    return [quad.triple for quad in quads]


def store_of(statements):
    """Return a store that holds triples in its default graph."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in statements)
    return store


def cases():
    """Return the tests by name, such as ``core/node/and-001``; none where there is no suite."""
    found: dict[str, Case] = {}
    manifests = [HOME + "manifest.ttl"] if (SUITE / "manifest.ttl").is_file() else []
    for manifest in manifests:  # grows while it is read
        graph = ShapeGraph(triples(manifest))
        node = NamedNode(manifest)
        manifests += [each.value for each in graph.objects(node, MF + "include")]
        for head in graph.objects(node, MF + "entries"):
            for entry in graph.members(head):
                found[entry.value.removeprefix(HOME)] = _case(graph, entry)
    return found


def _case(graph, entry):
    action = graph.value(entry, MF + "action")
    report = graph.value(entry, MF + "result")
    expected = None
    if report != NamedNode(SHT + "Failure"):
        expected = key_counts(
            Result(
                rule=_text(
                    graph.value(node, "sourceConstraint") or graph.value(node, "sourceShape")
                ),
                focus=graph.value(node, "focusNode"),
                path=graph.value(node, "resultPath"),
                value=graph.value(node, "value"),
                severity=_text(graph.value(node, "resultSeverity")).removeprefix(SH),
                component=_text(graph.value(node, "sourceConstraintComponent")).removeprefix(SH),
            )
            for node in graph.objects(report, "result")
        )
    return Case(
        urljoin(entry.value, _text(graph.value(action, SHT + "dataGraph"))),
        urljoin(entry.value, _text(graph.value(action, SHT + "shapesGraph"))),
        expected,
    )


def _text(term):
    return "_:" if isinstance(term, BlankNode) else term.value


def key_counts(results: Iterable[Result]) -> Counter:
    """Return how often each result is there, as far as the check uses it.

    The names of blank nodes are each engine's own, a path is kept if it is one predicate, and
    literals are compared by value, because the store of the check holds no spellings.
    """
    return Counter(map(_key, results))


def _key(result):
    rule = "_:" if ":" not in result.rule else result.rule
    path = str(result.path) if isinstance(result.path, NamedNode) else "none"
    return (
        *(rule, result.component, result.severity, path),
        *(_by_value(result.focus), _by_value(result.value)),
    )


def _by_value(term):
    if not isinstance(term, Literal):
        return "_:" if isinstance(term, BlankNode) else str(term)
    node = NamedNode(HOME)
    (quad,) = store_of([Triple(node, node, term)])
    return str(quad.object)
