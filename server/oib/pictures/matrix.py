"""A matrix: rows by columns, in each cell a sign and a number for each hedge."""

from collections.abc import Sequence
from html import escape

from oib.pictures.canvas import SIZE, SMALL, Canvas, Picture, Wording, shape
from oib.pictures.status import Cells, Status, draw_legend, sign, signs_of
from oib.pictures.text_metrics import shorten, text_width, without_common_part

_CELL = 44  # width in pixels
_LINE = 18  # height of a sign with its number
_LABEL = 330  # the widest label of a row
_HEAD = 190  # the longest label of a column
_PAD = 6


def draw_matrix(rows: Sequence[Cells], wording: Wording) -> Picture:
    """Return the matrix of rows with the parts row, column, hedge, number, hedged and disputed."""
    canvas = Canvas()
    lines = list(dict.fromkeys(row["row"].text for row in rows))
    columns = sorted({row["column"].text for row in rows}, key=wording.name)
    names = [wording.name(iri) for iri in columns]
    heads = [shorten(name, _HEAD, SIZE) for name in without_common_part(names)]
    head = max((text_width(name, SIZE) for name in heads), default=0) + 14
    labels = [shorten(wording.name(iri), _LABEL, SIZE) for iri in lines]
    left = max((text_width(name, SIZE) for name in labels), default=0) + 14
    signs = signs_of([(row["hedge"].text, Status.from_terms(row).hedged) for row in rows])
    statuses = [Status.from_terms(row) for row in rows]

    for index, (iri, short) in enumerate(zip(columns, heads, strict=True)):
        x = left + index * _CELL + _CELL / 2 + 4
        canvas.text(x, head - 6, short, url=wording.url(iri), title=names[index], is_rotated=True)
    y = head
    right = left + len(columns) * _CELL
    for iri, label in zip(lines, labels, strict=True):
        cells: dict[str, list[Cells]] = {}
        for row in rows:
            if row["row"].text == iri:
                cells.setdefault(row["column"].text, []).append(row)
        height = max(map(len, cells.values())) * _LINE + _PAD
        canvas.add("path", class_="grid", d=f"M0 {y:.1f}H{right:.1f}")
        canvas.text(
            left - 10,
            y + height / 2 + 4,
            label,
            anchor="end",
            url=wording.url(iri),
            title=wording.name(iri),
        )
        for column, found in cells.items():
            x = left + columns.index(column) * _CELL
            _draw_cell(canvas, found, (x, y, height), signs, wording)
        y += height
    canvas.add("path", class_="grid", d=f"M0 {y:.1f}H{right:.1f}")
    for index in range(len(columns) + 1):
        x = left + index * _CELL
        canvas.add("path", class_="grid faint", d=f"M{x:.1f} {head:.1f}V{y:.1f}")

    entries = [
        (sign(name, 0, 0, Status(hedged=name != "dot")), wording.name(iri))
        for iri, name in signs.items()
    ]
    if any(status.disputed for status in statuses):
        hatched = shape(
            "rect", class_="dispute", fill="url(#hatch)", x=-11.0, y=-8.0, width=22, height=16
        )
        entries.append((hatched, wording.message("disputed")))
    width = max(right + 2, 420)
    y = draw_legend(canvas, entries, 0, y + 12, width)
    return canvas.picture(width, y)


def _draw_cell(
    canvas: Canvas,
    rows: Sequence[Cells],
    box: tuple[float, float, float],
    signs: dict[str, str],
    wording: Wording,
) -> None:
    left, top, height = box
    y = top + (height - len(rows) * _LINE) / 2 + _LINE / 2
    if any(Status.from_terms(row).disputed for row in rows):
        canvas.add(
            "rect",
            class_="dispute",
            fill="url(#hatch)",
            x=left + 1,
            y=top + 1,
            width=_CELL - 2,
            height=height - 2,
        )
    for row in rows:
        status, hedge = Status.from_terms(row), row["hedge"].text
        words = wording.message(
            "matrix_cell",
            row=wording.name(row["row"].text),
            column=wording.name(row["column"].text),
            number=row["number"].text,
            hedge=wording.name(hedge),
        )
        title = shape("title", escape(words))
        mark = sign(signs[hedge], left + 13, y, status)
        canvas.parts.append(shape("g", title + mark, class_="mark " + status.classes))
        canvas.text(left + 23, y + 4, row["number"].text, class_="small", size=SMALL)
        y += _LINE
