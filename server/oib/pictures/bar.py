"""One bar, divided by categories, with a line of legend for each."""

from collections.abc import Sequence
from html import escape

from oib.pictures.canvas import LINE, Canvas, Picture, Wording, percent, shape
from oib.pictures.status import Cells, Status, sign, signs_of
from oib.pictures.text_metrics import wrap

_BAR = 34  # height in pixels
_WIDTH = 640
_LABEL = 250


def draw_bar(rows: Sequence[Cells], wording: Wording) -> Picture:
    """Return a bar of rows with the parts category, number and hedged.

    What is hedged is never solid. The bar takes the width that there is.
    """
    canvas = Canvas()
    numbers = [int(row["number"].text) for row in rows]
    total = sum(numbers) or 1
    signs = signs_of([(row["category"].text, Status.from_terms(row).hedged) for row in rows])
    start = 0.0
    for row, count in zip(rows, numbers, strict=True):
        status = Status.from_terms(row)
        words = f"{wording.name(row['category'].text)}{wording.message('list_colon')}{count}"
        canvas.add(
            "rect",
            shape("title", escape(words)),
            class_=f"mark part {signs[row['category'].text]} {status.classes}",
            x=percent(start / total),
            y=1,
            width=percent(count / total),
            height=_BAR,
        )
        start += count
    y = float(_BAR + 28)
    for row, count in zip(rows, numbers, strict=True):
        status, iri = Status.from_terms(row), row["category"].text
        canvas.parts.append(sign(signs[iri], 10, y - 4, status))
        words = wording.message(
            "share", name=wording.name(iri), number=count, share=_percentage(count, total)
        )
        for line in wrap(words, _LABEL, max_lines=2):
            canvas.text(26, y, line)
            y += LINE
        y += 6
    return canvas.picture(_WIDTH, y - 8, is_fluid=True)


def _percentage(count: int, total: int) -> str:
    """Return a share in whole percent; what is there, however little, is not nothing."""
    share = 100 * count / total
    return "<1" if 0 < share < 0.5 else f"{share:.0f}"
