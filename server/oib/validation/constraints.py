"""SHACL constraints compiled to SPARQL: one query for all focus nodes of a constraint.

A SHACL engine looks at one focus node after the other; a store answers the same question for all
of them at once, which is some hundred times faster. A node shape is compiled as a whole: with the
components of SHACL Core in ``_COMPONENTS``, on paths that SPARQL can express, and with
``sh:sparql`` whose query has no nested ``SELECT``. Any other shape stays with pySHACL. Tests hold
both ways against each other.

A query of a constraint that compares things with each other, all claims about one subject say,
takes time by the square of their number. Such a constraint has a second query,
``oib:groupedSelect``, that groups them first; it is used where there are many focus nodes.

A compiled query finds its focus nodes in the named graph ``FOCUS``, in triples
``<target> <HAS_FOCUS> ?this``, so that the same text serves a whole data set and a handful of
nodes. They are objects there because a literal can be a focus node, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import Literal, NamedNode

from oib.namespaces import OIB, PREFIXES
from oib.validation.cycles import edges_pattern
from oib.validation.negation import filter_early
from oib.validation.shape_graph import (
    RDF,
    RDFS,
    SH,
    SUBCLASS,
    XSD,
    ShapeGraph,
    Term,
    UnsupportedPath,
    iri_of,
    text_of,
)

FOCUS: Final = "urn:x-oib:focus"
HAS_FOCUS: Final = "urn:x-oib:has-focus"
#: Where the functions lie that the check adds to those of SPARQL.
FUNCTIONS: Final = "urn:x-oib:"
#: Whether a literal lies in the lexical space of its datatype.
WELL_FORMED: Final = FUNCTIONS + "well-formed"
#: Whether claims lead from the object of a claim back to its subject. Its arguments are the
#: subject, the predicate, the object and the document of a claim; see ``cycles``.
IS_IN_CYCLE: Final = FUNCTIONS + "is-in-cycle"
#: The prefix of the IRIs that stand for the targets of shapes in the graph ``FOCUS``.
TARGET_KEY: Final = "urn:x-oib:target:"

#: The property with the second query of a SPARQL constraint.
_GROUPED: Final = OIB + "groupedSelect"
_IMPORTS: Final = PREFIXES["owl"] + "imports"
_CLASS: Final = f"a/{SUBCLASS}*"
_HEAD: Final = re.compile(r"\bSELECT\b(?P<head>[^{]*?)(?:\bWHERE\s*)?\{", re.IGNORECASE)
_STRING: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|<[^<>\s]*>|#[^\n]*")
_CYCLE: Final = re.compile(
    rf"<{IS_IN_CYCLE}>\(\?\w+, (?P<predicate>\?\w+), \?\w+, (?P<document>\?\w+)\)"
)
_RULED_OUT: Final = re.compile(r"\b(?:MINUS|SERVICE|VALUES)\b|\bAS\s+[?$]this\b", re.IGNORECASE)
_INNER_GROUP: Final = re.compile(r"(?:\bOPTIONAL|\bEXISTS)\s*\{", re.IGNORECASE)
_UNBOUND_GROUP: Final = re.compile(r"\{(?!\s*[?$]this\b)", re.IGNORECASE)
#: Expressions that XPath, Python and the engine read alike: no look-around, no back-references.
_PORTABLE: Final = re.compile(r"(?s)(?!.*(?:\(\?|\\[0-9bBAZzpPGQEX]|&&|\[\[|~~)).*")
_TARGETS: Final = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
#: What a shape may say besides its components.
_NEUTRAL: Final = {
    RDF + "type",
    *(SH + name for name in ("name", "description", "message", "severity", "order", "group")),
    *(SH + name for name in ("property", "sparql", "path", "deactivated", "defaultValue")),
    *(SH + name for name in ("flags", "ignoredProperties", *_TARGETS)),
}


@dataclass(frozen=True)
class Constraint:
    """One constraint of one shape as a query.

    Attributes:
        rule: the IRI of the shape or SPARQL constraint that a result names as its source.
        target: the key of the focus nodes.
        component: the name of the SHACL constraint component.
        severity: ``Violation``, ``Warning`` or ``Info``.
        query: a SELECT of ``?this`` and, where a result has them, ``?value`` and ``?path``.
        grouped: a query with the same solutions that is faster for many focus nodes, and slower
            for few; empty where there is none. One that calls a function of ours is ``query``, too.
        predicate: the path of the property shape, if it is a single predicate.
        starts: the predicates with which its path can begin.
        compared: the predicate with whose values those of the path are compared, if any.
        causes: the predicates that make a node a focus node, where nothing else does.
        reads: what the query reads of the data, as the inside of a SPARQL group.
    """

    rule: str
    target: str
    component: str
    severity: str
    query: str
    predicate: NamedNode | None
    reads: str
    starts: tuple[NamedNode, ...] = ()
    compared: tuple[NamedNode, ...] = ()
    causes: tuple[NamedNode, ...] = ()
    grouped: str = ""


@dataclass(frozen=True)
class CompiledShapes:
    """The compiled part of a shapes graph.

    Attributes:
        constraints: the compiled constraints.
        targets: the patterns that select ``?this``, each with a key; many shapes share one.
        compiled: the compiled shapes, each with the key of its focus nodes.
        rest: the shapes with targets that have to be left to pySHACL.
    """

    constraints: tuple[Constraint, ...]
    targets: dict[str, str]
    compiled: dict[Term, str]
    rest: tuple[Term, ...]


class _Unsupported(Exception):
    """A shape, or a part of it, has no compiled form."""


def compile_shapes(graph: ShapeGraph) -> CompiledShapes:
    """Compile the node shapes of a graph that can be; tell the others."""
    constraints: list[Constraint] = []
    keys: dict[str, str] = {}
    compiled: dict[Term, str] = {}
    rest: list[Term] = []
    for shape in _with_targets(graph):
        computed = _is_computed(graph, shape)
        if _is_deactivated(graph, shape) and not computed:
            continue
        try:
            target = _target(graph, shape)
            key = keys.get(target, f"{TARGET_KEY}{len(keys)}")
            own = [
                *_core(graph, shape, key, ""),
                *(
                    each
                    for node in graph.objects(shape, "property")
                    for each in _property(graph, node, key)
                ),
                *(
                    each
                    for node in graph.objects(shape, "sparql")
                    for each in _sparql(graph, shape, node, key)
                ),
            ]
        except (_Unsupported, UnsupportedPath):
            rest.append(shape)
            continue
        keys[target] = key
        compiled[shape] = key
        causes = _causes(graph, shape)
        constraints += [replace(each, causes=causes) for each in own]
    targets = {key: target for target, key in keys.items()}
    return CompiledShapes(tuple(constraints), targets, compiled, tuple(rest))


def _is_computed(graph: ShapeGraph, shape: Term) -> bool:
    """Return whether a shape is deactivated only because other engines lack our functions."""
    nodes = graph.objects(shape, "sparql")
    return any(FUNCTIONS in text_of(graph.value(node, "select")) for node in nodes)


def _with_targets(graph: ShapeGraph) -> list[Term]:
    implicit = {
        shape
        for kind in ("NodeShape", "PropertyShape")
        for shape in graph.subjects(RDF + "type", NamedNode(SH + kind))
        if graph.is_type(shape, RDFS + "Class")
    }
    named = {shape for name in (*_TARGETS, "target") for shape in graph.subjects(name)}
    return sorted(implicit | named, key=str)


def _causes(graph: ShapeGraph, shape: Term) -> tuple[NamedNode, ...]:
    if graph.objects(shape, "targetClass") or graph.objects(shape, "targetNode"):
        return ()
    nodes = graph.objects(shape, "targetSubjectsOf")
    return tuple(node for node in nodes if isinstance(node, NamedNode))


def _target(graph: ShapeGraph, shape: Term) -> str:
    """Return the pattern of the focus nodes of a node shape."""
    if graph.objects(shape, "target") or graph.objects(shape, "path"):
        raise _Unsupported("a SPARQL target, or a property shape with targets")
    if graph.is_type(shape, RDFS + "Class"):
        raise _Unsupported("an implicit class target")
    patterns = [f"{{ ?this {_CLASS} {node} }}" for node in graph.objects(shape, "targetClass")]
    patterns += [f"{{ ?this {node} ?any }}" for node in graph.objects(shape, "targetSubjectsOf")]
    patterns += [f"{{ ?any {node} ?this }}" for node in graph.objects(shape, "targetObjectsOf")]
    nodes = " ".join(map(str, graph.objects(shape, "targetNode")))
    if "_:" in nodes:
        raise _Unsupported("a blank node as target")
    patterns += [f"{{ VALUES ?this {{ {nodes} }} }}"] if nodes else []
    return " UNION ".join(patterns)


def _property(graph: ShapeGraph, node: Term, key: str) -> Iterator[Constraint]:
    if _is_deactivated(graph, node):
        return
    if graph.objects(node, "property") or graph.objects(node, "sparql"):
        raise _Unsupported("a property shape inside a property shape")
    path = graph.value(node, "path")
    if path is None:
        raise _Unsupported("a property shape without a path")
    yield from _core(graph, node, key, graph.path(path), path)


def _core(
    graph: ShapeGraph, shape: Term, key: str, path: str, node: Term | None = None
) -> Iterator[Constraint]:
    """Yield the constraints of SHACL Core that a shape states itself."""
    names = {each for each in graph.predicates(shape) if each.startswith(SH)} - _NEUTRAL
    unknown = names - {SH + name for name in _COMPONENTS}
    if unknown := unknown | (graph.predicates(shape) & _parameters(graph)):
        raise _Unsupported(", ".join(unknown))
    if names and not isinstance(shape, NamedNode):
        raise _Unsupported("a shape without a name")
    values = f"?this {path} ?value ." if path else "BIND(?this AS ?value)"
    for name in sorted(each.removeprefix(SH) for each in names):
        component = name[0].upper() + name[1:] + "ConstraintComponent"
        for query, reads in _COMPONENTS[name](graph, shape, path, values):
            yield Constraint(
                rule=iri_of(shape),
                target=key,
                component=component,
                severity=_severity(graph, shape),
                query=query.replace("?focus", _focus("?this", key)),
                predicate=node if isinstance(node, NamedNode) else None,
                reads=reads or (values if path else ""),
                starts=tuple(graph.path_starts(node)) if node is not None else (),
                compared=_compared_with(graph, shape, name),
            )


def _compared_with(graph: ShapeGraph, shape: Term, name: str) -> tuple[NamedNode, ...]:
    """Return the predicate that a constraint compares its values with, if it does."""
    if name not in ("disjoint", "equals", "lessThan", "lessThanOrEquals"):
        return ()
    return tuple(each for each in graph.objects(shape, name) if isinstance(each, NamedNode))


def _parameters(graph: ShapeGraph) -> set[str]:
    """Return the parameters of the constraint components that the shapes graph itself declares."""
    return {
        iri_of(path)
        for component in graph.subjects("parameter")
        for parameter in graph.objects(component, "parameter")
        for path in graph.objects(parameter, "path")
    }


def _focus(variable: str, key: str) -> str:
    """Return the pattern that binds a variable to the focus nodes of a shape."""
    return f"GRAPH <{FOCUS}> {{ <{key}> <{HAS_FOCUS}> {variable} }}"


_Queries = Iterator[tuple[str, str]]


def _select(values: str, condition: str) -> str:
    return f"SELECT DISTINCT ?this ?value WHERE {{ ?focus {values} {condition} }}"


def _filter(
    condition: Callable[[ShapeGraph, Term, Term], str],
) -> Callable[[ShapeGraph, Term, str, str], _Queries]:
    """Return a component that finds the values for which a SPARQL expression is true."""

    def component(graph: ShapeGraph, shape: Term, path: str, values: str) -> _Queries:
        for name in _names_of(component):
            for parameter in graph.objects(shape, name):
                yield _select(values, f"FILTER({condition(graph, shape, parameter)})"), ""

    return component


def _names_of(component: object) -> list[str]:
    return [name for name, each in _COMPONENTS.items() if each is component]


def _min_count(graph: ShapeGraph, shape: Term, path: str, values: str) -> _Queries:
    number = _integer(graph, shape, "minCount", path)
    if number == 1:
        yield f"SELECT ?this WHERE {{ ?focus FILTER NOT EXISTS {{ {values} }} }}", ""
    elif number > 1:
        yield _counted(f"OPTIONAL {{ {values} }}", f"< {number}"), ""


def _max_count(graph: ShapeGraph, shape: Term, path: str, values: str) -> _Queries:
    yield _counted(values, f"> {_integer(graph, shape, 'maxCount', path)}"), ""


def _counted(values: str, test: str) -> str:
    return (
        f"SELECT ?this WHERE {{ ?focus {values} }} "
        f"GROUP BY ?this HAVING (COUNT(DISTINCT ?value) {test})"
    )


def _integer(graph: ShapeGraph, shape: Term, name: str, path: str) -> int:
    number = graph.value(shape, name)
    if not path or not isinstance(number, Literal):
        raise _Unsupported(name)
    return int(number.value)


def _unique_lang(graph: ShapeGraph, shape: Term, path: str, values: str) -> _Queries:
    if text_of(graph.value(shape, "uniqueLang")) == "true":
        yield (
            f'SELECT ?this WHERE {{ ?focus {values} FILTER(LANG(?value) != "") }} '
            "GROUP BY ?this (LCASE(LANG(?value)) AS ?tag) HAVING (COUNT(DISTINCT ?value) > 1)",
            "",
        )


def _class(graph: ShapeGraph, shape: Term, path: str, values: str) -> _Queries:
    for name in graph.objects(shape, "class"):
        typed = f"?value {_CLASS} {name} ."
        yield (
            _select(values, f"FILTER NOT EXISTS {{ {typed} }}"),
            f"{values} OPTIONAL {{ {typed} }}",
        )


def _has_value(graph: ShapeGraph, shape: Term, path: str, values: str) -> _Queries:
    for value in graph.objects(shape, "hasValue"):
        test = f"FILTER NOT EXISTS {{ {values} FILTER({_same('?value', [value])}) }}"
        yield f"SELECT ?this WHERE {{ ?focus {test} }}", ""


def _closed(graph: ShapeGraph, shape: Term, path: str, values: str) -> _Queries:
    if path:
        raise _Unsupported("closed")
    if text_of(graph.value(shape, "closed")) != "true":
        return
    allowed = [
        member
        for head in graph.objects(shape, "ignoredProperties")
        for member in graph.members(head)
    ]
    allowed += [
        node for each in graph.objects(shape, "property") for node in graph.objects(each, "path")
    ]
    names = ", ".join(str(node) for node in allowed if isinstance(node, NamedNode))
    test = f"FILTER(?path NOT IN ({names}))"
    reads = "?this ?path ?value ."
    yield f"SELECT DISTINCT ?this ?path ?value WHERE {{ ?focus {reads} {test} }}", reads


def _compared(
    kind: Callable[[str], str], variables: str = "?this ?value"
) -> Callable[[ShapeGraph, Term, str, str], _Queries]:
    """Return a component that compares the values with those of another property.

    Args:
        kind: makes the body of a query of the pattern of the values; several of them on a line
            each.
        variables: which make a result; what follows ``?this ?value`` only tells them apart.
    """

    def component(graph: ShapeGraph, shape: Term, path: str, values: str) -> _Queries:
        for name in _names_of(component):
            for other in graph.objects(shape, name):
                if not path:
                    raise _Unsupported(name)
                reads = f"{{ {values} }} UNION {{ ?this {other} ?value }}"
                for body in kind(values).split("\n"):
                    yield (
                        f"SELECT DISTINCT {variables} WHERE {{ ?focus {body} }}".replace(
                            "?other", str(other)
                        ),
                        reads,
                    )

    return component


def _equals(values: str) -> str:
    return (
        f"{values} FILTER NOT EXISTS {{ ?this ?other ?value }}\n"
        f"?this ?other ?value FILTER NOT EXISTS {{ {values} }}"
    )


def _less(operator: str) -> Callable[[str], str]:
    return lambda values: (
        f"{values} ?this ?other ?limit FILTER(!COALESCE(?value {operator} ?limit, false))"
    )


def _datatype(graph: ShapeGraph, shape: Term, name: Term) -> str:
    wrong = f"!isLiteral(?value) || DATATYPE(?value) != {name}"
    if iri_of(name).startswith(XSD):
        return f"{wrong} || !<{WELL_FORMED}>(?value)"
    return wrong


_KINDS: Final = {
    "IRI": "isIRI(?value)",
    "BlankNode": "isBlank(?value)",
    "Literal": "isLiteral(?value)",
    "BlankNodeOrIRI": "isBlank(?value) || isIRI(?value)",
    "BlankNodeOrLiteral": "isBlank(?value) || isLiteral(?value)",
    "IRIOrLiteral": "isIRI(?value) || isLiteral(?value)",
}


def _node_kind(graph: ShapeGraph, shape: Term, kind: Term) -> str:
    return f"!({_KINDS[iri_of(kind).removeprefix(SH)]})"


def _in(graph: ShapeGraph, shape: Term, head: Term) -> str:
    return f"!({_same('?value', graph.members(head))})"


def _same(variable: str, terms: Iterable[Term]) -> str:
    terms = list(terms)
    if any(not isinstance(term, (NamedNode, Literal)) for term in terms):
        raise _Unsupported("a blank node as value")
    return " || ".join(f"sameTerm({variable}, {term})" for term in terms) or "false"


def _pattern(graph: ShapeGraph, shape: Term, pattern: Term) -> str:
    expression, flags = text_of(pattern), text_of(graph.value(shape, "flags"))
    if not _PORTABLE.fullmatch(expression) or flags.strip("i"):
        raise _Unsupported(f"pattern {expression}")
    text = str(Literal(expression))
    return f'isBlank(?value) || !REGEX(STR(?value), {text}, "{flags}")'


def _language_in(graph: ShapeGraph, shape: Term, head: Term) -> str:
    ranges = " || ".join(f"LANGMATCHES(LANG(?value), {tag})" for tag in graph.members(head))
    return f"!isLiteral(?value) || !({ranges or 'false'})"


def _bound(operator: str) -> Callable[[ShapeGraph, Term, Term], str]:
    return lambda graph, shape, limit: f"!COALESCE(?value {operator} {limit}, false)"


def _length(wrong: str) -> Callable[[ShapeGraph, Term, Term], str]:
    return lambda graph, shape, limit: f"isBlank(?value) || STRLEN(STR(?value)) {wrong} {limit}"


_COMPONENTS: Final[dict[str, Callable[[ShapeGraph, Term, str, str], _Queries]]] = {
    "class": _class,
    "closed": _closed,
    "datatype": _filter(_datatype),
    "disjoint": _compared(lambda values: f"{values} ?this ?other ?value"),
    "equals": _compared(_equals),
    "hasValue": _has_value,
    "in": _filter(_in),
    "languageIn": _filter(_language_in),
    "lessThan": _compared(_less("<"), "?this ?value ?limit"),
    "lessThanOrEquals": _compared(_less("<="), "?this ?value ?limit"),
    "maxCount": _max_count,
    "maxExclusive": _filter(_bound("<")),
    "maxInclusive": _filter(_bound("<=")),
    "maxLength": _filter(_length(">")),
    "minCount": _min_count,
    "minExclusive": _filter(_bound(">")),
    "minInclusive": _filter(_bound(">=")),
    "minLength": _filter(_length("<")),
    "nodeKind": _filter(_node_kind),
    "pattern": _filter(_pattern),
    "uniqueLang": _unique_lang,
}


def _sparql(graph: ShapeGraph, shape: Term, node: Term, key: str) -> Iterator[Constraint]:
    select = text_of(graph.value(node, "select"))
    deactivated = _is_deactivated(graph, node)
    if deactivated and FUNCTIONS not in select:
        return
    # What is deactivated for other engines is written for this one, and needs no pre-binding.
    if (
        not isinstance(node, NamedNode)
        or re.search(r"\$(PATH|shapesGraph|currentShape)\b", select)
        or not (deactivated or _binds_focus_everywhere(select))
    ):
        raise _Unsupported("sh:sparql that looks at the shapes, or needs pre-binding")
    prefixes = _prefixes(graph, node)
    grouped = text_of(graph.value(node, _GROUPED))
    reads = select
    if cycle := _CYCLE.search(grouped):
        edges = edges_pattern(cycle["predicate"], cycle["document"])
        reads = _HEAD.sub(lambda match: f"{match[0]} {edges} ", select, count=1)
    written = grouped if FUNCTIONS in grouped else select
    yield Constraint(
        rule=node.value,
        target=key,
        component="SPARQLConstraintComponent",
        severity=_severity(graph, shape),
        query=prefixes + filter_early(_with_focus(written, key)),
        predicate=None,
        reads=prefixes + reads,
        grouped=prefixes + _with_focus(grouped, key) if grouped else "",
    )


def _with_focus(select: str, key: str) -> str:
    """Return a query with its ``$this`` bound to the focus nodes of a shape."""
    focus = _focus("$this", key)
    return _HEAD.sub(
        lambda match: f"SELECT {_distinct(match['head'])} WHERE {{ {focus} ", select, count=1
    )


def _binds_focus_everywhere(select: str) -> bool:
    """Return whether a query is the same with ``$this`` bound once, at its beginning.

    SHACL binds it in every group (section 5.3.1, pre-binding) and so rules out some keywords. A
    group of its own, such as a branch of a UNION, is evaluated before it is joined and has to begin
    with a pattern of ``$this``; an OPTIONAL or EXISTS sees the binding around it.
    """
    body = _HEAD.sub("{", _STRING.sub("<>", select), count=1).partition("{")[2]
    if re.search(r"\bSELECT\b", body, re.IGNORECASE):
        return False
    return not _RULED_OUT.search(body) and not _UNBOUND_GROUP.search(_INNER_GROUP.sub("", body))


def _distinct(head: str) -> str:
    return head if re.search(r"\bDISTINCT\b", head, re.IGNORECASE) else f"DISTINCT {head}"


def _prefixes(graph: ShapeGraph, node: Term) -> str:
    """Return the prefix lines that ``sh:prefixes`` and ``sh:declare`` give a constraint."""
    owners = graph.objects(node, "prefixes")
    for owner in owners:  # grows by what is imported
        owners += [each for each in graph.objects(owner, _IMPORTS) if each not in owners]
    return "".join(
        f"PREFIX {_text(graph, entry, 'prefix')}: <{_text(graph, entry, 'namespace')}>\n"
        for owner in owners
        for entry in graph.objects(owner, "declare")
    )


def _text(graph: ShapeGraph, node: Term, name: str) -> str:
    return text_of(graph.value(node, name))


def _severity(graph: ShapeGraph, shape: Term) -> str:
    severity = graph.value(shape, "severity")
    return severity.value.removeprefix(SH) if isinstance(severity, NamedNode) else "Violation"


def _is_deactivated(graph: ShapeGraph, shape: Term) -> bool:
    return text_of(graph.value(shape, "deactivated")) == "true"
