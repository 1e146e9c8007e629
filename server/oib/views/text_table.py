"""SPARQL results as an aligned plain-text table."""

import json
import unicodedata

from oib.namespaces import shorten

_MAX_CELL_WIDTH = 60


def render(body: bytes) -> str:
    """Return a SPARQL 1.1 JSON result as text: a column a variable, a row a solution.

    IRIs are shortened, long values cut with an ellipsis; an ASK is one word.
    """
    result = json.loads(body)
    if "boolean" in result:
        return f"{str(result['boolean']).lower()}\n"
    columns = result["head"].get("vars", [])
    rows = [
        [_cell(binding.get(column)) for column in columns]
        for binding in result["results"]["bindings"]
    ]
    widths = [max(map(_width, cells)) for cells in zip(columns, *rows, strict=True)]
    lines = [columns, ["─" * width for width in widths], *rows]
    body_lines = [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        )
        for line in lines
    ]
    total = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    return "\n".join(line.rstrip() for line in [*body_lines, total]) + "\n"


def _cell(term: dict[str, str] | None) -> str:
    if term is None:
        return ""
    text = shorten(term["value"]) if term["type"] == "uri" else " ".join(term["value"].split())
    return text if len(text) <= _MAX_CELL_WIDTH else text[: _MAX_CELL_WIDTH - 1] + "…"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes; Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
