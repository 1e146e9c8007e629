"""The W3C suites of SPARQL 1.0 and 1.1 as test cases, and what it takes to compare answers."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from live_server import W3C
from turtle_suite import canonical

HOME = "https://w3c.github.io/rdf-tests/sparql/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"

#: Suites of what this endpoint does not do: reasoning on the way, other endpoints, updates.
OUTSIDE = {"entailment", "service", "protocol", "service-description", "graph-store-protocol"}

_RDF = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML, "nt": ox.RdfFormat.N_TRIPLES}
_TYPES = {
    "srx": "application/sparql-results+xml",
    "srj": "application/sparql-results+json",
    "tsv": "text/tab-separated-values",
    "csv": "text/csv",
}
_INTEGERS = {
    XSD + sign + name
    for sign in ("", "unsigned", "nonNegative", "nonPositive", "negative", "positive")
    for name in ("integer", "int", "long", "short", "byte", "Integer", "Int", "Long", "Short")
} | {XSD + "unsignedByte"}


@dataclass(frozen=True)
class Case:
    """A test: its name, its kind, and the files that it is made of."""

    name: str
    kind: str
    query: str
    data: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    result: str | None = None
    is_lax: bool = False


def path(iri):
    return W3C / iri.removeprefix(HOME)


def read(iri):
    """Return the triples of a file of the suite."""
    form = _RDF[iri.rpartition(".")[2]]
    # Blank nodes of two files are two, even if they have one name.
    quads = ox.parse(path(iri).read_bytes(), form, base_iri=iri, rename_blank_nodes=True)
    return [quad.triple for quad in quads]


def cases():
    """Return the tests of queries, by name."""
    found = {}
    for manifest in sorted(W3C.glob("sparql1[01]/*/manifest.ttl")):
        if manifest.parent.name in OUTSIDE:
            continue
        base = HOME + manifest.relative_to(W3C).as_posix()
        graph = ox.Store()
        graph.load(path=manifest, format=ox.RdfFormat.TURTLE, base_iri=base)
        for case in _cases(graph, manifest.parent):
            found[case.name] = case
    return found


def _cases(graph, folder):
    def values(node, iri):
        found = graph.quads_for_pattern(node, ox.NamedNode(iri), None)
        return [quad.object for quad in found]

    def first(node, iri):
        return next(iter(values(node, iri)), None)

    for head in (quad.object for quad in graph.quads_for_pattern(None, _iri(MF, "entries"), None)):
        node = head
        while node and node != _iri(RDF, "nil"):
            test, node = first(node, RDF + "first"), first(node, RDF + "rest")
            kind = first(test, RDF + "type").value.removeprefix(MF)
            action = first(test, MF + "action")
            name = f"{folder.parent.name}/{folder.name}/{test.value.rpartition('#')[2]}"
            if "Syntax" in kind and action.value.endswith(".rq"):
                yield Case(name, kind, action.value)
            elif kind in ("QueryEvaluationTest", "CSVResultFormatTest"):
                yield Case(
                    name,
                    kind,
                    first(action, QT + "query").value,
                    tuple(each.value for each in values(action, QT + "data")),
                    tuple(each.value for each in values(action, QT + "graphData")),
                    first(test, MF + "result").value,
                    first(test, MF + "resultCardinality") == _iri(MF, "LaxCardinality"),
                )


def _iri(namespace, name):
    return ox.NamedNode(namespace + name)


def accept(case):
    """Return in which media type to ask for the answer to a test."""
    return _TYPES.get(
        case.result.rpartition(".")[2], "application/sparql-results+json, text/turtle"
    )


def agrees(case, media_type, body):
    """Tell whether an answer is the one that a test expects.

    Numbers are compared by their value, blank nodes by their place; rows in their order where the
    test wants one: where its result numbers them, or its query has ORDER BY.
    """
    if media_type == "text/turtle":
        return canonical(triples(body)) == canonical(read(case.result))
    ending = case.result.rpartition(".")[2]
    got = solutions(body, media_type)
    if ending in _TYPES:
        wanted = solutions(path(case.result).read_bytes(), _TYPES[ending])
        is_ordered = re.search(r"\bORDER\s+BY\b", path(case.query).read_text("utf-8"), re.I)
    else:
        wanted, is_ordered = _table(case.result)
    if isinstance(got, bool) or isinstance(wanted, bool):
        return got is wanted
    (columns, rows), (wanted_columns, wanted_rows) = got, wanted
    if sorted(columns) != sorted(wanted_columns):
        return False
    if case.is_lax:  # each row at least once, and no more often than without REDUCED
        found, most = Counter(_in_order(rows)), Counter(_in_order(wanted_rows))
        return found <= most and set(found) == set(most)
    if is_ordered:
        return _in_order(rows) == _in_order(wanted_rows)
    return canonical(_graph(rows)) == canonical(_graph(wanted_rows))


def triples(body):
    """Read an answer in Turtle."""
    return [quad.triple for quad in ox.parse(body, ox.RdfFormat.TURTLE)]


def solutions(body, media_type):
    """Read a table: true or false, or its columns and its rows."""
    if media_type == "text/csv":
        columns, *rows = csv.reader(io.StringIO(body.decode()), strict=True)
        cells = [zip(columns, row, strict=True) for row in rows]
        return columns, [{name: _cell(text) for name, text in row} for row in cells]
    form = ox.QueryResultsFormat.from_media_type(media_type)
    result = ox.parse_query_results(body, form)
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    names = [variable.value for variable in result.variables]
    return names, [{n: row[n] for n in names if row[n] is not None} for row in result]


def _cell(text):
    return ox.BlankNode(text[2:]) if text.startswith("_:") else ox.Literal(text)


def _table(iri):
    """Read an answer that is written in RDF."""
    triples = read(iri)

    def values(node, name):
        return [t.object for t in triples if (t.subject, t.predicate) == (node, _iri(RS, name))]

    tops = [t.subject for t in triples if t.object == _iri(RS, "ResultSet")]
    (boolean,) = values(tops[0], "boolean") or [None]
    if boolean:
        return boolean.value == "true", False
    found = []
    for solution in values(tops[0], "solution"):
        row = {
            values(binding, "variable")[0].value: values(binding, "value")[0]
            for binding in values(solution, "binding")
        }
        index = values(solution, "index")
        found.append((int(index[0].value) if index else -1, row))
    found.sort(key=lambda pair: pair[0])
    columns = [each.value for each in values(tops[0], "resultVariable")]
    return (columns, [row for _, row in found]), bool(found) and found[0][0] >= 0


def _in_order(rows):
    """Return rows as tuples; the first blank node that is met becomes ``_:0``, and so on."""
    blanks = {}

    def text(term):
        if isinstance(term, ox.BlankNode):
            return f"_:{blanks.setdefault(term, len(blanks))}"
        return str(_even(term))

    return [tuple((name, text(term)) for name, term in sorted(row.items())) for row in rows]


def _even(term):
    """Return a number in one spelling: the engine keeps its value, not how it was written."""
    if not isinstance(term, ox.Literal):
        return term
    kind = term.datatype.value
    try:
        if kind in _INTEGERS:
            return ox.Literal(str(int(term.value)), datatype=term.datatype)
        if kind == XSD + "boolean":
            return ox.Literal(term.value in ("1", "true"))
        if kind == XSD + "decimal":
            return ox.Literal(str(Decimal(term.value).normalize()), datatype=term.datatype)
        if kind in (XSD + "double", XSD + "float"):
            return ox.Literal(f"{float(term.value):.6g}", datatype=term.datatype)
    except (ValueError, ArithmeticError):
        pass
    return term


def _graph(rows):
    for row in rows:
        node = ox.BlankNode()
        yield ox.Triple(node, _iri(RDF, "type"), _iri(RS, "ResultSet"))
        for name, term in row.items():
            yield ox.Triple(node, _iri(RS, name), _even(term))
