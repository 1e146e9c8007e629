"""Reconciliation of a column of names in a file of comma- or tab-separated values (RFC 4180)."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oib.errors import BadInput
from oib.reconciliation.explanation import explain
from oib.reconciliation.model import Candidate, Condition, Query
from oib.reconciliation.normalization import MAX_LENGTH

#: The columns that are added: the IRI of a match, that of the best candidate if there is no match,
#: its score from 0 to 100, and why.
ADDED: Final = ("oib_iri", "oib_candidate", "oib_score", "oib_why")

#: Names of columns that hold names, looked for in this order if none is given.
USUAL_COLUMNS: Final = ("name", "names", "label", "title", "名称", "名稱", "姓名")

Match = Callable[[Query], Sequence[Candidate]]


def reconcile(
    path: Path,
    match: Match,
    column: str = "",
    types: Sequence[str] = (),
    properties: Mapping[str, str] | None = None,
    language: str = "en",
) -> Iterator[list[str]]:
    """Yield the rows of a file, the head first, each with the ADDED columns.

    Args:
        path: a file in UTF-8; tabs separate the values if its name ends in ``.tsv`` or its first
            line has tabs, else semicolons or commas.
        match: returns the candidates of a query.
        column: that holds the names; if empty, one of USUAL_COLUMNS, else the first.
        types: IRIs of classes that the things must have.
        properties: IRIs of properties, each with the column that holds its values.
        language: of the reasons.

    Raises:
        BadInput: the file is no such table, has no such column, or has the added ones already.
    """
    rows = _rows(path)
    head = next(rows, None)
    if not head or not any(cell.strip() for cell in head):
        raise BadInput(f"{path} is empty; its first line names the columns")
    if present := set(ADDED) & set(head):
        raise BadInput(f"{path} has a column {min(present)} already; take it out or rename it")
    place = _column(path, head, column) if column else _usual_column(head)
    wanted = {iri: _column(path, head, name) for iri, name in (properties or {}).items()}
    yield [*head, *ADDED]
    for number, row in enumerate(rows, 2):
        if len(row) > len(head):
            raise BadInput(
                f"{path}, row {number} has {len(row)} values and the head {len(head)}; "
                "put values that hold the separator in double quotes"
            )
        cells = [*row, *[""] * (len(head) - len(row))]
        name = " ".join(cells[place].split())
        if len(name) > MAX_LENGTH:
            raise BadInput(f"{path}, row {number}: a name has {MAX_LENGTH} characters at most")
        conditions = tuple(
            Condition(iri, (cells[at].strip(),)) for iri, at in wanted.items() if cells[at].strip()
        )
        query = Query(name, types=tuple(types), limit=1, language=language, conditions=conditions)
        yield [*cells, *_added(match(query) if name else (), language)]


@dataclass(frozen=True)
class ReconciledTable:
    """A table as text, and how many names it has, with a match and with a candidate alone."""

    table: str
    names: int
    matches: int
    candidates: int


def serialize(rows: Iterator[list[str]]) -> ReconciledTable:
    """Return the rows of ``reconcile`` as a file of comma-separated values (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(next(rows))
    names = matches = candidates = 0
    for row in rows:
        writer.writerow(row)
        names += 1
        matches += bool(row[-4])
        candidates += bool(row[-3])
    return ReconciledTable(text.getvalue(), names, matches, candidates)


def _added(candidates: Sequence[Candidate], language: str) -> list[str]:
    if not candidates:
        return ["", "", "", ""]
    best = candidates[0]
    iri = best.entity.iri
    found = [iri, ""] if best.is_match else ["", iri]
    return [*found, f"{best.score:g}", explain(best, language)]


def _rows(path: Path) -> Iterator[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadInput(
            f"{path}, line {line} is no UTF-8; save the table as CSV UTF-8 and try again"
        ) from error
    if "\0" in text:
        raise BadInput(f"{path} holds a NUL character; it is no table of text")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_delimiter(path, text), strict=True
    )
    try:
        yield from reader
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num}: {error}") from error


def _delimiter(path: Path, text: str) -> str:
    first = text.partition("\n")[0]
    if path.suffix.lower() == ".tsv" or "\t" in first:
        return "\t"
    return ";" if first.count(";") > first.count(",") else ","


def _usual_column(head: Sequence[str]) -> int:
    lowered = [cell.strip().lower() for cell in head]
    return next((lowered.index(name) for name in USUAL_COLUMNS if name in lowered), 0)


def _column(path: Path, head: Sequence[str], name: str) -> int:
    if name not in head:
        raise BadInput(f"{path} has no column {name!r}; its columns are {', '.join(head)[:300]}")
    return head.index(name)
