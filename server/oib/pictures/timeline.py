"""A timeline: for each claim a bar from its earliest to its latest day, for documents a dot.

An end that is not stated is open. The part of a bar on which the claim held in any case is thick;
what is hedged is never solid. The picture takes the width that there is: lengths across are
percentages.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from typing import Final

from oib.engine.statements import Term
from oib.pictures.canvas import LINE, SMALL, Canvas, Picture, Wording, link, percent, shape
from oib.pictures.status import Cells, Status, draw_legend
from oib.pictures.text_metrics import wrap

_WIDTH: Final = 720
_LABEL: Final = 262  # the widest label, so that it fits on a phone
_BAR: Final = 8
_DOT: Final = 11  # between two dots that would cover each other
_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_MAX_TICKS: Final = 6
_BOUNDS: Final = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")


class _Scale:
    """Days as shares of the width, from a year with a tick to another: no day lies outside them."""

    def __init__(self, days: Sequence[date]) -> None:
        first, last = min(days).year, max(days).year
        found = (self._ticks(first, last, step) for step in _STEPS)
        self.ticks = next(ticks for ticks in found if len(ticks) <= _MAX_TICKS)
        self._first = _ordinal(self.ticks[0])
        self._length = _ordinal(self.ticks[-1]) - self._first

    @staticmethod
    def _ticks(first: int, last: int, step: int) -> range:
        """Return the years with a tick, around all days of two years."""
        return range(first // step * step, -(-(last + 1) // step) * step + 1, step)

    def share(self, day: date) -> float:
        return self._share(day.toordinal())

    def share_of_year(self, year: int) -> float:
        return self._share(_ordinal(year))

    def _share(self, day: int) -> float:
        return 0.02 + 0.96 * (day - self._first) / self._length


def _ordinal(year: int) -> int:
    """Return the number of the first day of a year, also of one that ``date`` does not have."""
    before = year - 1
    return 365 * before + before // 4 - before // 100 + before // 400 + 1


def draw_timeline(rows: Sequence[Cells], wording: Wording) -> Picture:
    """Return the timeline of rows with lane, subject, predicate, object, claim, bounds, status.

    A lane whose rows have no claim is a strip of dots, one for each row.
    """
    canvas = Canvas()
    days = [day for row in rows for part in _BOUNDS if (day := _day(row.get(part)))]
    if not days:
        return canvas.picture(_WIDTH, 1, is_fluid=True)
    scale = _Scale(days)
    lanes: dict[str, list[Cells]] = {}
    for row in rows:
        lanes.setdefault(row["lane"].text, []).append(row)
    y = 30.0
    for lane, found in lanes.items():
        y += 20
        name = wording.name(lane)
        words = wording.message("lane", name=name[:1].upper() + name[1:], number=len(found))
        canvas.text(0, y, words, "lane")
        y += 12
        if any("claim" in row for row in found):
            for row in found:
                y = _draw_bar(canvas, row, y, scale, wording)
        else:
            y = _draw_dots(canvas, found, y, scale, wording)
    for year in scale.ticks:
        x = percent(scale.share_of_year(year))
        canvas.parts.insert(0, shape("line", class_="grid", x1=x, x2=x, y1=22, y2=y + 4))
        # At the edges a year stands inside, so that it is not cut off on a phone.
        edges = {scale.ticks[0]: "start", scale.ticks[-1]: "end"}
        for height in (16, y + 17):  # whoever has scrolled down has years, too
            anchor = edges.get(year, "middle")
            canvas.text(x, height, str(year), class_="small", anchor=anchor, size=SMALL)
    y = draw_legend(canvas, _legend(wording, rows), 0, y + 26, 276)
    return canvas.picture(_WIDTH, y, is_fluid=True)


def _draw_bar(canvas: Canvas, row: Cells, top: float, scale: _Scale, wording: Wording) -> float:
    """Draw the label and the bar of a claim; return where they end."""
    status = Status.from_terms(row)
    words = " ".join(_name(row.get(part), wording) for part in ("subject", "predicate", "object"))
    url = wording.url(row["claim"].text) if "claim" in row else ""
    y = top
    for line in wrap(words, _LABEL, SMALL, max_lines=2):
        y += LINE
        canvas.text(0, y, line, class_="small halo", url=url, title=words, size=SMALL)
    y += 5
    start, end = _day(row.get("earliestStart")), _day(row.get("latestEnd"))
    left = scale.share(start) if start else 0.0
    right = scale.share(end + timedelta(days=1)) if end else 1.0
    title = shape("title", escape(f"{words}{_when(row, wording)}"))
    parts = [
        title,
        shape(
            "rect",
            class_=f"span {status.classes}",
            x=percent(left),
            y=y,
            width=percent(max(right - left, 0)),
            height=_BAR,
        ),
    ]
    since, until = _day(row.get("latestStart")), _day(row.get("earliestEnd"))
    if since and until and since <= until:
        first, last = scale.share(since), scale.share(until + timedelta(days=1))
        parts.append(
            shape(
                "rect",
                class_=f"core {status.classes}",
                x=percent(first),
                y=y,
                width=percent(last - first),
                height=_BAR,
            )
        )
    if start is None:
        parts.append(_open_end("0%", y, "M8 0 0 4 8 8"))
    if end is None:
        parts.append(_open_end("100%", y, "M-8 0 0 4 -8 8"))
    mark = shape("g", "".join(parts), class_=f"mark {status.classes}")
    canvas.parts.append(link(mark, url))
    return y + _BAR + 5


def _open_end(x: str, y: float, path: str) -> str:
    """Return an arrow head at a percentage: only an inner ``svg`` can stand there."""
    arrow = shape("path", class_="open", d=path)
    return shape("svg", arrow, x=x, y=y, width=1, height=_BAR, overflow="visible")


def _draw_dots(
    canvas: Canvas, rows: Sequence[Cells], top: float, scale: _Scale, wording: Wording
) -> float:
    """Draw a dot for each row, stacked where days are close; return where they end."""
    levels: list[list[float]] = []
    for row in rows:
        status = Status.from_terms(row)
        day = _day(row.get("earliestStart")) or _day(row.get("latestEnd"))
        if day is None:
            continue
        share = scale.share(day)
        level = next(
            (
                number
                for number, used in enumerate(levels)
                if all(abs(share - other) > 0.042 for other in used)
            ),
            len(levels),
        )
        if level == len(levels):
            levels.append([])
        levels[level].append(share)
        words = f"{_name(row.get('subject'), wording)}{_when(row, wording)}"
        dot = shape(
            "circle",
            shape("title", escape(words)),
            class_=f"mark sign dot {status.classes}",
            cx=percent(share),
            cy=top + 10 + level * _DOT,
            r=4.2,
        )
        canvas.parts.append(link(dot, wording.url(row["subject"].text)))
    return top + 18 + len(levels) * _DOT


def _legend(wording: Wording, rows: Sequence[Cells]) -> list[tuple[str, str]]:
    def bar(status: Status, name: str = "core") -> str:
        classes = f"{name} {status.classes}"
        return shape("rect", class_=classes, x=-11, y=-_BAR / 2, width=22, height=_BAR)

    statuses = [Status.from_terms(row) for row in rows]
    entries = [(bar(Status()), wording.message("stated_plainly"))]
    entries.append((bar(Status(), "span"), wording.message("between_bounds")))
    for name in ("hedged", "relayed", "disputed"):
        if any(getattr(status, name) for status in statuses):
            entries.append((bar(Status(**{name: True})), wording.message(name)))
    arrow = shape("path", class_="open", d="M-4 -4 4 0 -4 4")
    return [*entries, (arrow, wording.message("end_not_stated"))]


def _when(row: Cells, wording: Wording) -> str:
    start, end = row.get("earliestStart"), row.get("latestEnd")
    unknown = wording.message("not_stated")
    first, last = (term.text if term else unknown for term in (start, end))
    return wording.message("in_brackets", text=first if first == last else f"{first} \u2013 {last}")


def _day(term: Term | None) -> date | None:
    """Return the day that an ``xsd:date`` names, None for none and for years before Christ."""
    try:
        return date.fromisoformat(term.text[:10]) if term else None
    except ValueError:
        return None


def _name(term: Term | None, wording: Wording) -> str:
    if term is None:
        return ""
    return wording.name(term.text) if term.is_iri else term.text
