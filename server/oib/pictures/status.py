"""The status of a claim, and how a picture shows it: never by colour alone.

A hedged claim is hollow or dashed and never solid, a relayed one is dotted, a disputed one red and
hatched. What is neither is solid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from oib.engine.statements import Term
from oib.pictures.canvas import SIZE, Canvas, Wording, shape
from oib.pictures.text_metrics import text_width

#: The outlines of hedges, in the order of the hedges; "dot" is for what does not hedge. A hollow
#: circle is none of them: on a map and a timeline it is a claim that is hedged, in whatever way.
SIGNS: Final = (
    *("triangle", "square", "diamond", "cross", "plus", "wedge", "bar", "hourglass", "chevron"),
    "corner",
)
_PATHS: Final = {
    "triangle": "M0 -5.2 5.2 4H-5.2Z",
    "square": "M-4.2 -4.2H4.2V4.2H-4.2Z",
    "diamond": "M0 -5.6 5.2 0 0 5.6 -5.2 0Z",
    "cross": "M-4 -4 4 4M4 -4 -4 4",
    "plus": "M0 -5V5M-5 0H5",
    "wedge": "M0 5.2 5.2 -4H-5.2Z",
    "bar": "M-5 -2.2H5V2.2H-5Z",
    "hourglass": "M-4.4 -5H4.4L-4.4 5H4.4Z",
    "chevron": "M-3 -5 3 0 -3 5",
    "corner": "M-4 -5V4.4H5",
}


@dataclass(frozen=True)
class Status:
    """What keeps a claim from being a plain statement."""

    hedged: bool = False
    relayed: bool = False
    disputed: bool = False

    @classmethod
    def from_terms(cls, row: "Cells") -> Self:
        """Return the status that the cells of a row hold; what is missing does not hold."""
        return cls(is_true(row, "hedged"), is_true(row, "relayed"), is_true(row, "disputed"))

    @property
    def classes(self) -> str:
        """Return the classes of its mark in the style sheet."""
        names = [name for name in ("hedged", "relayed", "disputed") if getattr(self, name)]
        return " ".join(names or ["plain"])

    def words(self, wording: Wording) -> str:
        """Return the status in words, empty for a plain statement."""
        names = [name for name in ("disputed", "hedged", "relayed") if getattr(self, name)]
        return wording.message("list_separator").join(wording.message(name) for name in names)


Cells = dict[str, Term]


def is_true(row: Cells, part: str) -> bool:
    """Return whether a cell holds true."""
    return part in row and row[part].text in ("true", "1")


def sign(name: str, x: float, y: float, status: Status, content: str = "") -> str:
    """Return the sign of a hedge around a point: a solid dot for none, else an outline."""
    classes = f"sign {name} {status.classes}"
    if name == "dot":
        return shape("circle", content, class_=classes, cx=x, cy=y, r=5.0)
    place = f"translate({x:.1f} {y:.1f})"
    return shape("path", content, class_=classes, d=_PATHS[name], transform=place)


def signs_of(hedges: Sequence[tuple[str, bool]], known: Sequence[str]) -> dict[str, str]:
    """Return the sign of each hedge of a picture, the same in every picture.

    Args:
        hedges: those of the picture, each with whether it hedges at all.
        known: all hedges that there are, in their order, whether the picture shows them or not.
    """
    shown = sorted(set(hedges), key=lambda pair: (pair[1], pair[0]))
    others = [iri for iri, is_hedged in shown if is_hedged and iri not in known]
    order = {iri: place for place, iri in enumerate([*known, *others])}
    return {iri: SIGNS[order[iri] % len(SIGNS)] if is_hedged else "dot" for iri, is_hedged in shown}


def draw_legend(
    canvas: Canvas, entries: Sequence[tuple[str, str]], left: float, top: float, width: float
) -> float:
    """Draw a legend in lines no wider than a width; return where it ends.

    An entry is an element drawn around the point (0, 0), no wider than 24 pixels, and its words.
    """
    x, y = left, top + 14
    for drawing, words in entries:
        needed = 30 + text_width(words, SIZE) + 18
        if x > left and x + needed > left + width:
            x, y = left, y + 20
        canvas.add("g", drawing, transform=f"translate({x + 12:.1f} {y - 4:.1f})")
        canvas.text(x + 30, y, words)
        x += needed
    return y + 10


def line_entries(wording: Wording, statuses: Sequence[Status]) -> list[tuple[str, str]]:
    """Return the legend of lines: those of the statuses that a picture has."""
    shown = [(Status(), "stated_plainly")]
    for name in ("hedged", "relayed", "disputed"):
        if any(getattr(status, name) for status in statuses):
            shown.append((Status(**{name: True}), name))
    return [
        (
            shape("path", class_=f"tie {status.classes}", d="M-12 0H12"),
            wording.message(key),
        )
        for status, key in shown
    ]
