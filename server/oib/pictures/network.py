"""A network: things as cards, each group of them as a tree from its middle, ties as lines.

A tie is one line, which leads to its claim, and one line of words in the card where it ends. Things
that are tied, by whatever way, form a group; a group starts from the thing that is nearest to all
others, and whoever is one tie further stands one column further to the right.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from oib.pictures.canvas import LINE, SIZE, SMALL, Canvas, Picture, Wording, link, shape
from oib.pictures.status import Cells, Status, draw_legend, line_entries
from oib.pictures.text_metrics import shorten, wrap

_CARD: Final = 170  # width in pixels
_GAP: Final = 32  # between two columns
_SPACE: Final = 10  # between two cards
_PAD: Final = 8
_SMALL_LINE: Final = 15
_GROUP: Final = 26  # between two groups
_BOLD: Final = SIZE * 1.1  # bold letters are as wide as those of a larger size
_MAX_LINES: Final = 4  # of a name


@dataclass(frozen=True)
class _Tie:
    subject: str
    predicate: str
    object: str
    claim: str
    status: Status


@dataclass
class _Card:
    iri: str
    column: int
    parent: str = ""
    children: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    ties: list[_Tie] = field(default_factory=list)
    left: float = 0
    top: float = 0

    @property
    def height(self) -> float:
        return 2 * _PAD + _SMALL_LINE * len(self.ties) + LINE * len(self.names)

    @property
    def middle(self) -> float:
        return self.top + _PAD + _SMALL_LINE * len(self.ties) + LINE * len(self.names) / 2

    def line_of(self, tie: _Tie) -> float:
        return self.top + _PAD + _SMALL_LINE * (self.ties.index(tie) + 0.5)


def draw_network(rows: Sequence[Cells], wording: Wording) -> Picture:
    """Return the network of rows with subject, predicate, object, claim and their status."""
    ties = [_parse_tie(row) for row in rows]
    canvas = Canvas()
    groups = [_place_group(names, ties, wording) for names in _groups(ties, wording)]
    bottom = _place_groups(groups)
    right = max((card.left + _CARD for group in groups for card in group), default=0)
    width = max(right + _GAP * 0.6, 3 * _CARD)  # ties may go round the right side
    cards = {card.iri: card for group in groups for card in group}
    for card in cards.values():
        for tie in card.ties:
            _draw_line(canvas, tie, card, cards, wording)
    for card in cards.values():
        _draw_card(canvas, card, wording)
    entries = line_entries(wording, [tie.status for tie in ties])
    y = draw_legend(canvas, entries, 0, bottom, width)
    return canvas.picture(width, y)


def _parse_tie(row: Cells) -> _Tie:
    return _Tie(
        subject=row["subject"].text,
        predicate=row["predicate"].text,
        object=row["object"].text,
        claim=row["claim"].text,
        status=Status.from_terms(row),
    )


def _groups(ties: Sequence[_Tie], wording: Wording) -> list[list[str]]:
    """Return the things of each group, the largest group first."""
    neighbours = _neighbours(ties)
    waiting, groups = sorted(neighbours), list[list[str]]()
    seen: set[str] = set()
    for start in waiting:
        if start not in seen:
            group = list(_distances(start, neighbours))
            seen.update(group)
            groups.append(group)
    return sorted(groups, key=lambda group: (-len(group), min(map(wording.name, group))))


def _neighbours(ties: Sequence[_Tie]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for tie in ties:
        found.setdefault(tie.subject, {})[tie.object] = None
        found.setdefault(tie.object, {})[tie.subject] = None
    return {iri: list(others) for iri, others in found.items()}


def _distances(start: str, neighbours: dict[str, list[str]]) -> dict[str, int]:
    distances, waiting = {start: 0}, deque([start])
    while waiting:
        here = waiting.popleft()
        for other in neighbours[here]:
            if other not in distances:
                distances[other] = distances[here] + 1
                waiting.append(other)
    return distances


def _place_group(iris: Sequence[str], ties: Sequence[_Tie], wording: Wording) -> list[_Card]:
    """Return the cards of a group, placed from (0, 0)."""
    inside = [tie for tie in ties if tie.subject in iris]
    neighbours = _neighbours(inside)

    def reach(iri: str) -> tuple[int, int, str]:
        return max(_distances(iri, neighbours).values()), -len(neighbours[iri]), iri

    root = min(iris, key=reach)
    distances = _distances(root, neighbours)
    cards = {iri: _Card(iri, column) for iri, column in distances.items()}
    for iri, card in cards.items():  # in the order of their distance
        card.names = wrap(wording.name(iri), _CARD - 2 * _PAD, _BOLD, _MAX_LINES)
        for other in neighbours[iri]:
            if cards[other].column == card.column + 1 and not cards[other].parent:
                cards[other].parent = iri
                card.children.append(other)
    order = list(cards)
    for tie in inside:
        ends = sorted((tie.subject, tie.object), key=lambda iri: (distances[iri], order.index(iri)))
        cards[ends[-1]].ties.append(tie)
    _place_subtree(cards[root], cards, 0)
    return list(cards.values())


def _place_subtree(card: _Card, cards: dict[str, _Card], top: float) -> float:
    """Place a card beside its children, all below a height; return where they end."""
    card.left = card.column * (_CARD + _GAP)
    end = top
    for child in card.children:
        end = _place_subtree(cards[child], cards, end) + _SPACE
    end = max(end - _SPACE, top)
    if end - top < card.height:
        missing = (card.height - (end - top)) / 2
        for child in card.children:
            _shift(cards[child], cards, missing)
        end = top + card.height
    card.top = top + (end - top - card.height) / 2
    return end


def _shift(card: _Card, cards: dict[str, _Card], by: float) -> None:
    card.top += by
    for child in card.children:
        _shift(cards[child], cards, by)


def _place_groups(groups: Sequence[list[_Card]]) -> float:
    """Place groups below each other, narrow ones in two rows side by side; return the end."""
    top = 4.0
    for group in groups:
        if _columns(group) > 3:
            _move(group, 1, top)
            top += _height(group) + _GROUP
    bottoms = [top, top]
    for columns in (3, 2):
        for group in groups:
            if _columns(group) == columns:
                side = 0 if columns == 3 else bottoms.index(min(bottoms))
                _move(group, 1 + side * 3 * (_CARD + _GAP), bottoms[side])
                bottoms[side] += _height(group) + _GROUP
    return max(bottoms)


def _columns(group: Sequence[_Card]) -> int:
    return max(card.column for card in group) + 1


def _height(group: Sequence[_Card]) -> float:
    return max(card.top + card.height for card in group) - min(card.top for card in group)


def _move(group: Sequence[_Card], left: float, top: float) -> None:
    highest = min(card.top for card in group)
    for card in group:
        card.left += left
        card.top += top - highest


def _draw_line(
    canvas: Canvas, tie: _Tie, card: _Card, cards: dict[str, _Card], wording: Wording
) -> None:
    other = cards[tie.object if tie.subject == card.iri else tie.subject]
    y = card.line_of(tie)
    right = other.left + _CARD
    if other.column == card.column:  # round the right side
        bend = right + _GAP * 0.7
        path = f"M{right:.1f} {other.middle:.1f}C{bend:.1f} {other.middle:.1f} "
        path += f"{bend:.1f} {y:.1f} {right:.1f} {y:.1f}"
    else:
        bend = (right + card.left) / 2
        path = f"M{right:.1f} {other.middle:.1f}C{bend:.1f} {other.middle:.1f} "
        path += f"{bend:.1f} {y:.1f} {card.left:.1f} {y:.1f}"
    words = " ".join(wording.name(iri) for iri in (tie.subject, tie.predicate, tie.object))
    if status := tie.status.words(wording):
        words += wording.message("in_brackets", text=status)
    title = shape("title", escape(words))
    line = shape("path", title, class_=f"mark tie {tie.status.classes}", d=path)
    canvas.parts.append(link(line, wording.url(tie.claim)))


def _draw_card(canvas: Canvas, card: _Card, wording: Wording) -> None:
    canvas.add(
        "rect",
        class_="card",
        x=card.left,
        y=card.top,
        width=_CARD,
        height=card.height,
        rx=5,
    )
    y = card.top + _PAD - 4
    for tie in card.ties:
        y += _SMALL_LINE
        name = wording.name(tie.predicate)
        # The arrow points to the object; the other thing stands to the left.
        words = f"◂ {name}" if tie.subject == card.iri else f"{name} ▸"
        canvas.text(
            card.left + _PAD,
            y,
            shorten(words, _CARD - 2 * _PAD, SMALL),
            class_="small " + tie.status.classes,
            url=wording.url(tie.claim),
            size=SMALL,
        )
    y = card.top + _PAD + _SMALL_LINE * len(card.ties) - 4
    for name in card.names:
        y += LINE
        canvas.text(
            card.left + _PAD, y, name, class_="strong", url=wording.url(card.iri), size=_BOLD
        )
