"""The results: the answer to a SELECT or ASK goes in, rows for a page come out, with names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import Value, read, tell
from oib.sparql.dataset import UNION, Dataset

#: How many rows a page shows; the data forms have all.
MOST_ROWS: Final = 500

_JSON: Final = "application/sparql-results+json"


@dataclass(frozen=True)
class Answer:
    """The first rows of an answer, ``total`` of all rows, and the names of the IRIs shown.

    ``boolean`` is the word that answers an ASK, else None.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    total: int
    names: Mapping[str, Mapping[str, str]]
    boolean: str | None = None


def ask(engine: Queryable, text: str, dataset: Dataset = UNION) -> Answer:
    """Answer a SELECT or an ASK for a page."""
    told = json.loads(engine.query(text, _JSON, dataset))
    if "boolean" in told:
        return Answer((), (), 0, {}, str(told["boolean"]).lower())
    columns, solutions = told["head"].get("vars", []), told["results"]["bindings"]
    rows = tuple(
        tuple(read(solution[name]) if name in solution else None for name in columns)
        for solution in solutions[:MOST_ROWS]
    )
    iris = {cell.text for row in rows for cell in row if cell and cell.is_iri}
    facts = tell(engine, iris)
    names = {iri: names for iri in facts if (names := facts.names(iri))}
    return Answer(tuple(columns), rows, len(solutions), names)
