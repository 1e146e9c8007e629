"""Lists of things: the rows of a list, those that a reader chooses, in order, and the facets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import Term, fetch_properties, fetch_rows
from oib.errors import BadInput
from oib.namespaces import BASE
from oib.page_queries import ListDefinition
from oib.views import claim_titles
from oib.views.entity import Vocabulary

#: The variable that qualifies the other values of a solution.
MARK: Final = "mark"

#: Stands in an address for a cell without a value.
NOT_STATED: Final = "-"

Names = Mapping[str, Mapping[str, str]]
#: Returns the text of a term in the language of a page.
TextOf = Callable[[Term], str]


@dataclass(frozen=True)
class Value:
    """A value in a cell; ``marks`` are hedges and verdicts, empty if one claim has none."""

    term: Term
    marks: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Row:
    """A thing of a list, and its values by column; in the first column, the thing itself."""

    thing: Term
    cells: Mapping[str, tuple[Value, ...]]

    def keys(self, column: str) -> set[str]:
        """Return what stands in an address for each value of a cell."""
        return {address_key(value.term) for value in self.cells.get(column, ())} or {NOT_STATED}


@dataclass(frozen=True)
class ListTable:
    """All rows of a list, and the names of the IRIs in them by language tag."""

    definition: ListDefinition
    rows: tuple[Row, ...]
    names: Names


@dataclass(frozen=True)
class Selection:
    """What a reader chooses of a list.

    Attributes:
        words: a text that a row has to contain, in any language.
        values: for each column, keys of which a row has to have one.
        sort: the column to sort by, with a minus for descending order.
    """

    words: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = ""


@dataclass(frozen=True)
class Choice:
    """A value that can be chosen: what stands for it in an address, and how many rows have it."""

    key: str
    term: Term | None
    count: int


@dataclass(frozen=True)
class SelectedRows:
    """The rows that a selection leaves, in order, and the choices for each column with facets.

    The choices of a column count the rows that all other columns leave.
    """

    rows: tuple[Row, ...]
    facets: Mapping[str, tuple[Choice, ...]]


def fetch_list(engine: Queryable, definition: ListDefinition, vocabulary: Vocabulary) -> ListTable:
    """Return a list as a whole; at most five queries."""
    merged: dict[Term, dict[str, dict[Term, set[Term | None]]]] = {}
    first, *others = (column.name for column in definition.columns)
    for solution in fetch_rows(engine, definition.text):
        cells = merged.setdefault(solution[first], {first: {solution[first]: {None}}})
        for name in others:
            if name in solution:
                marks = cells.setdefault(name, {}).setdefault(solution[name], set())
                marks.add(solution.get(MARK))
    rows = tuple(
        Row(thing, {name: _values(cell) for name, cell in cells.items()})
        for thing, cells in merged.items()
    )
    return ListTable(definition, rows, _fetch_names(engine, rows, vocabulary))


def select(table: ListTable, selection: Selection, text_of: TextOf) -> SelectedRows:
    """Return the rows that a selection leaves.

    Args:
        table: the whole list.
        selection: what is chosen.
        text_of: decides the order of terms that are no numbers.

    Raises:
        BadInput: the selection names a column that the list has not got.
    """
    names = [column.name for column in table.definition.columns]
    sort = selection.sort or table.definition.sort
    for name in (*selection.values, sort.removeprefix("-")):
        if name not in names:
            raise BadInput(
                f"this list has no column {name[:50]}; choose and sort by {', '.join(names)}"
            )
    found = [row for row in table.rows if _contains(row, selection.words, table.names, text_of)]
    facets = {}
    for column in table.definition.columns:
        if column.is_facet:
            others = {n: v for n, v in selection.values.items() if n != column.name}
            facets[column.name] = _choices(_chosen(found, others), column.name, text_of)
    rows = _sorted(_chosen(found, selection.values), sort, text_of)
    return SelectedRows(tuple(rows), facets)


def address_key(term: Term) -> str:
    """Return what stands for a term in an address: an IRI below the base without that base."""
    return term.text.removeprefix(BASE) if term.is_iri else term.text


def _values(cell: Mapping[Term, set[Term | None]]) -> tuple[Value, ...]:
    return tuple(
        Value(term, () if None in marks else tuple(sorted(mark for mark in marks if mark)))
        for term, marks in sorted(cell.items())
    )


def _fetch_names(engine: Queryable, rows: Iterable[Row], vocabulary: Vocabulary) -> Names:
    iris = {
        term.text
        for row in rows
        for term in _terms(row)
        if term.is_iri and term.text not in vocabulary.names
    }
    claims = {iri for iri in iris if iri.startswith(claim_titles.CLAIM)}
    names = {**vocabulary.names, **fetch_properties(engine, iris - claims).all_names()}
    return {**names, **claim_titles.fetch_titles(engine, claims, names)}


def _terms(row: Row) -> Iterable[Term]:
    for values in row.cells.values():
        for value in values:
            yield from (value.term, *value.marks)


def _contains(row: Row, words: str, names: Names, text_of: TextOf) -> bool:
    if not words:
        return True
    texts = list(names.get(row.thing.text, {}).values())
    texts += [text_of(value.term) for values in row.cells.values() for value in values]
    text = "\n".join(texts).casefold()
    return all(word in text for word in words.casefold().split())


def _chosen(rows: Iterable[Row], values: Mapping[str, Sequence[str]]) -> list[Row]:
    return [
        row
        for row in rows
        if all(not row.keys(name).isdisjoint(keys) for name, keys in values.items())
    ]


def _choices(rows: Iterable[Row], column: str, text_of: TextOf) -> tuple[Choice, ...]:
    counts: dict[str, int] = {}
    terms: dict[str, Term] = {}
    for row in rows:
        for key in row.keys(column):
            counts[key] = counts.get(key, 0) + 1
        terms.update((address_key(value.term), value.term) for value in row.cells.get(column, ()))

    def order(key: str) -> tuple[bool, int, str, str]:
        return (
            key not in terms,
            -counts[key],
            text_of(terms[key]).casefold() if key in terms else "",
            key,
        )

    return tuple(Choice(key, terms.get(key), counts[key]) for key in sorted(counts, key=order))


def _sorted(rows: Iterable[Row], sort: str, text_of: TextOf) -> list[Row]:
    """Return rows by the values of a column, equal ones by name, those without a value last."""
    name = sort.removeprefix("-")
    by_name = sorted(rows, key=lambda row: _order(row.thing, text_of))
    filled = [row for row in by_name if row.cells.get(name)]

    def order(row: Row) -> tuple[bool, float, str, str]:
        return min(_order(value.term, text_of) for value in row.cells[name])

    empty = [row for row in by_name if not row.cells.get(name)]
    return sorted(filled, key=order, reverse=sort.startswith("-")) + empty


def _order(term: Term, text_of: TextOf) -> tuple[bool, float, str, str]:
    if term.datatype.rpartition("#")[2] in ("integer", "decimal"):
        return False, float(term.text), "", ""
    return True, 0.0, text_of(term).casefold(), term.text
