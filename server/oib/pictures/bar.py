"""Bars, one for each category: how much of the whole it is, with its name and number above it."""

from collections.abc import Sequence
from html import escape

from oib.pictures.canvas import LINE, SMALL, Canvas, Picture, Wording, percent, shape
from oib.pictures.status import Cells, Status, sign, signs_of
from oib.pictures.text_metrics import wrap

_BAR = 12  # height in pixels
_WIDTH = 640
_LABEL = 250


def draw_bar(rows: Sequence[Cells], wording: Wording) -> Picture:
    """Return bars of rows with the parts category, number, hedged and total.

    The total is that of which the number is a part. As one thing may be in two categories, the
    numbers may add up to more. What is hedged is never solid. The bars take the width that there
    is.
    """
    canvas = Canvas()
    known = wording.hedges()
    signs = signs_of([(row["category"].text, Status.from_terms(row).hedged) for row in rows], known)
    y = 0.0
    for row in rows:
        status, iri = Status.from_terms(row), row["category"].text
        count, total = int(row["number"].text), int(row["total"].text)
        words = wording.message(
            "share", name=wording.name(iri), number=count, share=_percentage(count, total)
        )
        canvas.parts.append(sign(signs[iri], 10, y + LINE - 4, status))
        for line in wrap(words, _LABEL, max_lines=2):
            y += LINE
            canvas.text(26, y, line)
        y += 5
        title = shape("title", escape(words))
        canvas.add("rect", class_="whole", x=0, y=y, width="100%", height=_BAR)
        part = shape(
            "rect",
            class_=f"part {signs[iri]} {status.classes}",
            x=0,
            y=y,
            width=percent(count / (total or 1)),
            height=_BAR,
        )
        canvas.add("g", title + part, class_=f"mark {status.classes}")
        y += _BAR + 6
    for line in _note(rows, wording):
        y += LINE
        canvas.text(0, y, line, class_="small", size=SMALL)
    return canvas.picture(_WIDTH, y + 6, is_fluid=True)


def _note(rows: Sequence[Cells], wording: Wording) -> list[str]:
    """Return the lines that say of what the shares are, and whether they overlap."""
    if not rows:
        return []
    total = int(rows[0]["total"].text)
    words = wording.message("shares_of", total=total)
    if sum(int(row["number"].text) for row in rows) > total:
        words = wording.message("shares_overlap", total=total)
    return wrap(words, _LABEL + 26, SMALL, max_lines=6)


def _percentage(count: int, total: int) -> str:
    """Return a share in whole percent; what is there, however little, is not nothing."""
    share = 100 * count / (total or 1)
    return "<1" if 0 < share < 0.5 else f"{share:.0f}"
