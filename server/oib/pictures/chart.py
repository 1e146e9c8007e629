"""Draws the answer to a saved query as the picture that its header names."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from oib.engine.statements import Term
from oib.errors import AnswerTooLarge
from oib.pictures.bar import draw_bar
from oib.pictures.canvas import Picture, Wording
from oib.pictures.map import draw_map
from oib.pictures.matrix import draw_matrix, draw_matrix_as_list
from oib.pictures.network import draw_network
from oib.pictures.status import Cells
from oib.pictures.timeline import draw_timeline
from oib.saved_queries import CHARTS, Chart

#: How many rows are drawn at most.
MAX_ROWS: Final = 3_000

_DRAW: Final[Mapping[str, Callable[[Sequence[Cells], Wording], Picture]]] = {
    "bar": draw_bar,
    "matrix": draw_matrix,
    "network": draw_network,
    "timeline": draw_timeline,
    "map": draw_map,
}
# On a phone, of a picture that would begin with its labels there, and nothing else.
_DRAW_NARROW: Final[Mapping[str, Callable[[Sequence[Cells], Wording], Picture]]] = {
    "matrix": draw_matrix_as_list,
}
# Without these a row cannot be drawn; all other parts may be unbound.
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "bar": CHARTS["bar"],
    "matrix": CHARTS["matrix"],
    "network": ("subject", "predicate", "object", "claim"),
    "timeline": ("lane", "subject"),
    "map": ("thing",),
}


def draw_chart(chart: Chart, rows: Sequence[Mapping[str, Term]], wording: Wording) -> Picture:
    """Return the picture of the rows of an answer, given by variable.

    A row that lacks a part without which it cannot be drawn is left out.

    Raises:
        AnswerTooLarge: there are more rows than a picture can show.
    """
    return _DRAW[chart.kind](_drawable_rows(chart, rows), wording)


def draw_narrow_chart(
    chart: Chart, rows: Sequence[Mapping[str, Term]], wording: Wording
) -> Picture | None:
    """Return the picture of the same rows for a phone, None if it has no other form there.

    Raises:
        AnswerTooLarge: there are more rows than a picture can show.
    """
    draw = _DRAW_NARROW.get(chart.kind)
    return draw(_drawable_rows(chart, rows), wording) if draw else None


def _drawable_rows(chart: Chart, rows: Sequence[Mapping[str, Term]]) -> list[Cells]:
    """Return the parts of each row that has all that is needed."""
    if len(rows) > MAX_ROWS:
        raise AnswerTooLarge(
            f"a picture shows {MAX_ROWS:,} rows at most, and these are {len(rows):,}; "
            "take the table, or a query with fewer rows"
        )
    cells: list[Cells] = [
        {part: row[name] for part, name in chart.columns.items() if name in row} for row in rows
    ]
    needed = set(_NEEDED[chart.kind])
    return [row for row in cells if needed <= row.keys()]
