"""Previews: the beginning of an answer, small enough to be shown on a page.

A preview is made where the query is evaluated, so that no more than it holds is ever in the
memory of the server, however large the answer is.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from oib import media_types
from oib.engine.statements import Term, parse_term
from oib.namespaces import PREFIXES
from oib.sparql import results

_NODE: Final = NamedNode("urn:x")
_STRING: Final = NamedNode(PREFIXES["xsd"] + "string")
_ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class PreviewLimits:
    """How much of an answer a preview holds.

    ``rows``, ``columns`` and ``triples`` are numbers; ``cell`` is the greatest length of the text
    of one term in characters, ``size`` that of the whole preview. Rows are counted up to
    ``counted``.
    """

    rows: int = 500
    columns: int = 50
    cell: int = 2_000
    triples: int = 2_000
    size: int = 2**20
    counted: int = 100_000


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of the answer to a query of any form.

    Args:
        boolean: the answer to an ASK, else None.
        columns: the variables of a SELECT that are shown.
        rows: the first solutions; a cell is None where its variable is unbound. A triple term is
            of the kind ``triple``, its text is Turtle.
        turtle: the first triples of a CONSTRUCT or DESCRIBE as Turtle, else None.
        total: the number of all solutions, or None if there are more than were counted.
        omitted_columns: how many variables are not shown.
        is_cut: whether there are rows or triples that are not shown.
        has_cut_cells: whether the text of some term is shortened; it then ends in "…".
    """

    boolean: bool | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ()
    turtle: str | None = None
    total: int | None = 0
    omitted_columns: int = 0
    is_cut: bool = False
    has_cut_cells: bool = False

    def to_json(self) -> bytes:
        """Return the preview as JSON, for ``from_json``."""
        rows = [
            [cell and (cell.text, cell.kind, cell.language, cell.datatype) for cell in row]
            for row in self.rows
        ]
        members = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(members | {"rows": rows}).encode("utf-8", "replace")

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Return the preview that ``to_json`` wrote."""
        members: dict[str, Any] = json.loads(data)
        members["columns"] = tuple(members["columns"])
        members["rows"] = tuple(
            tuple(cell and Term(*cell) for cell in row) for row in members["rows"]
        )
        return cls(**members)


def make_preview(
    result: QuerySolutions | QueryBoolean | QueryTriples, limits: PreviewLimits
) -> Preview:
    """Return the preview of what pyoxigraph found."""
    if isinstance(result, QueryBoolean):
        return Preview(boolean=bool(result))
    if isinstance(result, QueryTriples):
        return preview_graph(result, limits)
    columns = [variable.value for variable in result.variables]
    rows = ([solution[index] for index in range(len(columns))] for solution in result)
    return _table(columns, rows, _describe, limits)


def preview_json(document: Any, limits: PreviewLimits) -> Preview:
    """Return the preview of a document in SPARQL 1.1 Query Results JSON."""
    if "boolean" in document:
        return Preview(boolean=bool(document["boolean"]))
    columns = document["head"].get("vars", [])
    rows = ([row.get(name) for name in columns] for row in document["results"]["bindings"])
    return _table(columns, rows, _describe_json, limits)


def _table(
    variables: Sequence[str],
    solutions: Iterable[Sequence[Any]],
    describe: Callable[[Any], Term],
    limits: PreviewLimits,
) -> Preview:
    columns = tuple(variables[: limits.columns])
    rows: list[tuple[Term | None, ...]] = []
    size, has_cut_cells, total = 0, False, 0
    for solution in islice(solutions, limits.counted + 1):
        total += 1
        if len(rows) >= limits.rows or size >= limits.size:
            continue  # only counted
        row = list[Term | None]()
        for cell in solution[: len(columns)]:
            term = None if cell is None else describe(cell)
            short = term and _shorten(term, max(8, min(limits.cell, limits.size - size)))
            has_cut_cells |= short is not term
            size += len(short.text) if short else 0
            row.append(short)
        rows.append(tuple(row))
    return Preview(
        columns=columns,
        rows=tuple(rows),
        total=total if total <= limits.counted else None,
        omitted_columns=len(variables) - len(columns),
        is_cut=total > len(rows),
        has_cut_cells=has_cut_cells,
    )


def _describe(term: Any) -> Term:
    if isinstance(term, Triple):
        return Term(_triple_term(term), "triple")
    if isinstance(term, NamedNode):
        return Term(term.value, "uri")
    if isinstance(term, BlankNode):
        return Term(term.value, "bnode")
    is_plain = term.language or term.datatype == _STRING
    return Term(term.value, "literal", term.language or "", "" if is_plain else term.datatype.value)


def _describe_json(term: Mapping[str, Any]) -> Term:
    if term["type"] == "triple":
        return Term(json.dumps(term["value"], ensure_ascii=False), "triple")
    return parse_term(term)


def _shorten(term: Term, max_length: int) -> Term:
    if len(term.text) <= max_length:
        return term
    # Half an IRI is another IRI: it is shown as text, so that nothing links to it.
    kind = "literal" if term.kind == "uri" else term.kind
    return term._replace(text=term.text[:max_length] + _ELLIPSIS, kind=kind)


def _triple_term(triple: Triple) -> str:
    """Return a triple term in Turtle 1.2, however deeply it is nested."""
    line = serialize([Triple(_NODE, _NODE, triple)], format=RdfFormat.N_TRIPLES) or b""
    return line.decode().removeprefix(f"{_NODE} {_NODE} ").rstrip().removesuffix(".").rstrip()


def preview_graph(triples: Iterable[Triple], limits: PreviewLimits) -> Preview:
    """Return the preview of triples."""
    shown: list[Triple] = []
    has_cut_cells = is_cut = False
    size = 0
    for triple in islice(triples, limits.triples + 1):
        if len(shown) >= limits.triples or size >= limits.size:
            is_cut = True
            break
        short = _shorten_object(triple, limits.cell)
        has_cut_cells |= short is not triple
        size += len(short.subject.value) if isinstance(short.subject, NamedNode) else 0
        size += len(short.predicate.value)
        size += len(short.object.value) if isinstance(short.object, NamedNode | Literal) else 100
        shown.append(short)
    turtle = results.write_triples(shown, media_types.TURTLE).decode("utf-8", "replace")
    return Preview(turtle=turtle, total=None, is_cut=is_cut, has_cut_cells=has_cut_cells)


def _shorten_object(triple: Triple, max_length: int) -> Triple:
    value = triple.object
    if isinstance(value, Literal) and len(value.value) > max_length:
        text = value.value[:max_length] + _ELLIPSIS
        return Triple(triple.subject, triple.predicate, Literal(text))
    return triple
