"""The result of a SELECT or ASK query as rows of a page, with the names of its IRIs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import Term, fetch_properties, parse_term
from oib.sparql.dataset import UNION, Dataset

#: The most rows that a page shows.
MAX_ROWS: Final = 500

_JSON: Final = "application/sparql-results+json"


@dataclass(frozen=True)
class ResultTable:
    """The first rows of a result, the number of all rows, and the names of the IRIs shown.

    ``boolean`` is ``true`` or ``false`` for an ASK, else None.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    total: int
    names: Mapping[str, Mapping[str, str]]
    boolean: str | None = None


def fetch(engine: Queryable, text: str, dataset: Dataset = UNION) -> ResultTable:
    """Return the result of a SELECT or ASK query."""
    result = json.loads(engine.query(text, _JSON, dataset))
    if "boolean" in result:
        return ResultTable((), (), 0, {}, str(result["boolean"]).lower())
    columns, solutions = result["head"].get("vars", []), result["results"]["bindings"]
    rows = tuple(
        tuple(parse_term(solution[name]) if name in solution else None for name in columns)
        for solution in solutions[:MAX_ROWS]
    )
    iris = {cell.text for row in rows for cell in row if cell and cell.is_iri}
    facts = fetch_properties(engine, iris)
    names = {iri: names for iri in facts if (names := facts.names(iri))}
    return ResultTable(tuple(columns), rows, len(solutions), names)
