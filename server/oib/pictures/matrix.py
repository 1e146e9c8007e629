"""A matrix: rows by columns, in each cell a sign and a number for each hedge.

On a phone, a list of the same cells: below each column the rows that have a cell in it.
"""

from collections.abc import Sequence
from html import escape

from oib.pictures.canvas import LINE, NARROW, SIZE, SMALL, Canvas, Picture, Wording, shape
from oib.pictures.status import Cells, Status, draw_legend, sign, signs_of
from oib.pictures.text_metrics import shorten, text_width, without_common_part, wrap

_CELL = 44  # width in pixels
_LINE = 18  # height of a sign with its number
_INDENT = 14  # of the rows below a column, in the list
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
    signs = _signs_of(rows, wording)

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

    width = max(right + 2, 420)
    y = draw_legend(canvas, _legend(rows, signs, wording), 0, y + 12, width)
    return canvas.picture(width, y)


def draw_matrix_as_list(rows: Sequence[Cells], wording: Wording) -> Picture:
    """Return the same cells as a list that is no wider than a phone, all names in full.

    Args:
        rows: with the parts of ``draw_matrix``.
        wording: the words of the picture.
    """
    canvas = Canvas()
    signs = _signs_of(rows, wording)
    columns = sorted({row["column"].text for row in rows}, key=wording.name)
    y = draw_legend(canvas, _legend(rows, signs, wording), 0, 0, NARROW) if rows else 0
    for column in columns:
        cells: dict[str, list[Cells]] = {}
        for row in rows:
            if row["column"].text == column:
                cells.setdefault(row["row"].text, []).append(row)
        y += 8
        canvas.add("path", class_="grid", d=f"M0 {y:.1f}H{NARROW}")
        y = _draw_name(canvas, column, (0, y + 4), "strong", wording)
        for iri, found in cells.items():
            y = _draw_name(canvas, iri, (_INDENT, y + 4), "", wording)
            y = _draw_marks(canvas, found, (_INDENT, y), signs, wording)
    return canvas.picture(NARROW, y + 6)


def _signs_of(rows: Sequence[Cells], wording: Wording) -> dict[str, str]:
    hedges = [(row["hedge"].text, Status.from_terms(row).hedged) for row in rows]
    return signs_of(hedges, wording.hedges())


def _legend(
    rows: Sequence[Cells], signs: dict[str, str], wording: Wording
) -> list[tuple[str, str]]:
    entries = [
        (sign(name, 0, 0, Status(hedged=name != "dot")), wording.name(iri))
        for iri, name in signs.items()
    ]
    if any(Status.from_terms(row).disputed for row in rows):
        hatched = shape(
            "rect", class_="dispute", fill="url(#hatch)", x=-11.0, y=-8.0, width=22, height=16
        )
        entries.append((hatched, wording.message("disputed")))
    return entries


def _draw_name(
    canvas: Canvas, iri: str, corner: tuple[float, float], class_: str, wording: Wording
) -> float:
    """Draw a name in as many lines as it takes, as a link; return where it ends."""
    left, y = corner
    name = wording.name(iri)
    # Letters of more weight are wider than those that were measured.
    width = (NARROW - left) * (0.93 if class_ else 1)
    for line in wrap(name, width, SIZE, max_lines=6):
        y += LINE
        canvas.text(left, y - 3, line, class_, url=wording.url(iri))
    return y


def _draw_marks(
    canvas: Canvas,
    rows: Sequence[Cells],
    corner: tuple[float, float],
    signs: dict[str, str],
    wording: Wording,
) -> float:
    """Draw the marks of a cell in a line, or more if it takes more; return where they end."""
    left, y = corner
    x = left
    for row in rows:
        width = 16 + text_width(row["number"].text, SMALL) + 12
        if x > left and x + width > NARROW:
            x, y = left, y + _LINE
        if Status.from_terms(row).disputed:
            canvas.add(
                "rect",
                class_="dispute",
                fill="url(#hatch)",
                x=x,
                y=y + 1,
                width=width - 6,
                height=_LINE - 2,
            )
        _draw_mark(canvas, row, (x + 9, y + _LINE / 2), signs, wording)
        x += width
    return y + _LINE


def _draw_mark(
    canvas: Canvas,
    row: Cells,
    point: tuple[float, float],
    signs: dict[str, str],
    wording: Wording,
) -> None:
    """Draw the sign of a hedge around a point, with its number."""
    x, y = point
    status, hedge = Status.from_terms(row), row["hedge"].text
    words = wording.message(
        "matrix_cell",
        row=wording.name(row["row"].text),
        column=wording.name(row["column"].text),
        number=row["number"].text,
        hedge=wording.name(hedge),
    )
    title = shape("title", escape(words))
    mark = sign(signs[hedge], x, y, status)
    canvas.parts.append(shape("g", title + mark, class_="mark " + status.classes))
    canvas.text(x + 10, y + 4, row["number"].text, class_="small", size=SMALL)


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
        _draw_mark(canvas, row, (left + 13, y), signs, wording)
        y += _LINE
