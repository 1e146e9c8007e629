"""SPARQL constraints, set-wise: one query for all focus nodes, not one for each.

pySHACL evaluates a SPARQL constraint with rdflib for every focus node, which takes most of a run.
A constraint whose shape says its targets by class asks the same of all of them when the target
stands in the pattern beside ``$this``. What cannot be asked so (other targets, a nested ``SELECT``,
which would not see ``$this``) stays with pySHACL. A test holds both ways against each other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.namespace import RDF, SH, XSD
from rdflib.term import Node

_SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
_HEAD = re.compile(r"\bSELECT\b(?P<head>[^{]*?)(?:\bWHERE\s*)?\{", re.IGNORECASE)


@dataclass(frozen=True)
class Constraint:
    """One SPARQL constraint with the shape that holds it, ready to be asked of a store."""

    shape: Node
    node: URIRef
    severity: str
    query: str


def constraints(shapes: Graph) -> Iterator[Constraint]:
    """Yield the SPARQL constraints of a shapes graph that can be asked set-wise."""
    for shape, node in shapes.subject_objects(SH.sparql):
        select = str(shapes.value(node, SH.select) or "")
        classes = list(shapes.objects(shape, SH.targetClass))
        if (shape, SH.deactivated, RdflibLiteral(True)) in shapes or not _plain(shapes, shape):
            continue
        if (
            classes
            and isinstance(node, URIRef)
            and len(re.findall(r"\bSELECT\b", select, re.I)) == 1
        ):
            severity = str(shapes.value(shape, SH.severity) or SH.Violation)
            query = _prefixes(shapes, node) + _with_targets(select, classes)
            yield Constraint(shape, node, severity.removeprefix(str(SH)), query)


def evaluate(
    constraint: Constraint, store: Store
) -> Iterator[tuple[Node, Node | None, Node | None]]:
    """Yield focus node, path and value of each solution of a constraint."""
    solutions = store.query(constraint.query)
    assert isinstance(solutions, QuerySolutions)
    names = {variable.value for variable in solutions.variables}
    for row in solutions:
        focus = _term(row["this"])
        path = _term(row["path"]) if "path" in names else None
        value = _term(row["value"]) if "value" in names else focus
        if focus is not None:
            yield focus, path, value


def _plain(shapes: Graph, shape: Node) -> bool:
    """Tell whether a shape has no targets but classes, and is not itself a class."""
    others = (SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target)
    return (
        not any(shapes.value(shape, other) for other in others)
        and (shape, RDF.type, SH.PropertyShape) not in shapes
    )


def _with_targets(select: str, classes: list[Node]) -> str:
    """Put the target of a shape in front of the pattern of its query."""
    names = " ".join(f"<{name}>" for name in classes)
    target = f" VALUES ?targetClass__ {{ {names} }} $this a/{_SUBCLASS}* ?targetClass__ . "
    return _HEAD.sub(
        lambda match: f"SELECT {_distinct(match['head'])} WHERE {{{target}", select, count=1
    )


def _distinct(head: str) -> str:
    return head if re.search(r"\bDISTINCT\b", head, re.IGNORECASE) else f"DISTINCT {head}"


def _prefixes(shapes: Graph, node: URIRef) -> str:
    """Return the prefix lines that ``sh:prefixes`` and ``sh:declare`` give a constraint."""
    return "".join(
        f"PREFIX {shapes.value(entry, SH.prefix)}: <{shapes.value(entry, SH.namespace)}>\n"
        for owner in shapes.objects(node, SH.prefixes)
        for entry in shapes.objects(owner, SH.declare)
    )


def _term(term: object) -> Node | None:
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if isinstance(term, Literal):
        # rdflib writes a plain string without its datatype.
        plain = term.language or term.datatype.value == str(XSD.string)
        datatype = None if plain else URIRef(term.datatype.value)
        return RdflibLiteral(term.value, lang=term.language, datatype=datatype, normalize=False)
    return None
