"""A map: places by their coordinates, with a dot for each claim that puts a thing there.

The whole world first; where places lie close together, that part once more and larger. What has no
coordinates stands beside the map. Land is drawn, and no border.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from math import cos, radians
from typing import Final

from oib.pictures.canvas import LINE, SIZE, Canvas, LabelBox, Picture, Wording, link, shape
from oib.pictures.status import Cells, Status, draw_legend
from oib.pictures.text_metrics import text_width, wrap

_WIDTH: Final = 560
_SIDE: Final = 28  # between the map and what is not on it
_COLUMN: Final = 330
_NORTH, _SOUTH = 78, -56  # of the map of the world, in degrees
_NEAR: Final = 14  # degrees: places closer than that form a group
_CROWD: Final = 4  # so many places of a group are drawn once more, larger
_MARGIN: Final = 3  # degrees around the places of a part
_TALLEST: Final = 520
_DISC: Final = 7
_DOT: Final = 11
_PER_LINE: Final = 12  # dots


@dataclass
class _Place:
    iri: str
    latitude: float
    longitude: float
    rows: list[Cells] = field(default_factory=list)


@dataclass(frozen=True)
class _Panel:
    """A part of the world in a rectangle of the picture (equirectangular, true at its middle)."""

    west: float
    east: float
    north: float
    south: float
    top: float

    @property
    def scale(self) -> float:
        """Pixels for a degree of longitude."""
        return _WIDTH / (self.east - self.west)

    @property
    def stretch(self) -> float:
        """Pixels for a degree of latitude."""
        return self.scale / cos(radians((self.north + self.south) / 2))

    @property
    def height(self) -> float:
        return (self.north - self.south) * self.stretch

    def point(self, place: _Place) -> tuple[float, float]:
        x = (place.longitude - self.west) * self.scale
        return x, self.top + (self.north - place.latitude) * self.stretch

    def contains(self, box: LabelBox) -> bool:
        return (
            box.left >= 2
            and box.left + box.width <= _WIDTH - 2
            and box.top >= self.top + 2
            and box.top + box.height <= self.top + self.height - 2
        )


@cache
def land() -> str:
    """Return the outline of all land as the ``d`` of a path, in tenths of a degree.

    It is that of Natural Earth, 1:110m, in the public domain; ``land_110m`` makes the file.
    """
    return files("oib.pictures").joinpath("land_110m.path").read_text("ascii").strip()


def draw_map(rows: Sequence[Cells], wording: Wording) -> Picture:
    """Return the map of rows with thing, place, coordinates, register, claim and status."""
    canvas = Canvas()
    places: dict[str, _Place] = {}
    marked: dict[str, list[str]] = {}  # the places of each thing that are on the map
    without_mark: list[Cells] = []
    for row in rows:
        if {"place", "latitude", "longitude"} <= row.keys():
            iri = row["place"].text
            latitude, longitude = float(row["latitude"].text), float(row["longitude"].text)
            places.setdefault(iri, _Place(iri, latitude, longitude)).rows.append(row)
            marked.setdefault(row["thing"].text, []).append(iri)
        else:
            without_mark.append(row)
    canvas.parts.append(shape("defs", shape("path", id="land", d=land())))
    clusters = _clusters(list(places.values()))
    world = _Panel(-180, 180, _NORTH, _SOUTH, 0)
    _draw_land(canvas, world)
    far = [place for cluster in clusters if len(cluster) < _CROWD for place in cluster]
    parts = [cluster for cluster in clusters if len(cluster) >= _CROWD]
    top = world.height + 12
    panels = []
    for cluster in parts:
        panel = _part(cluster, top)
        panels.append(panel)
        _frame(canvas, world, panel)
        top += panel.height + 12
    for cluster in parts:
        for place in cluster:
            x, y = world.point(place)
            canvas.add("circle", class_="point", cx=x, cy=y, r=1.6)
    _draw_places(canvas, world, far, wording)
    for panel, cluster in zip(panels, parts, strict=True):
        _draw_land(canvas, panel)
        _draw_places(canvas, panel, cluster, wording)
    bottom = _draw_beside(canvas, without_mark, marked, _WIDTH + _SIDE, wording)
    y = draw_legend(canvas, _legend(wording, rows), 0, top + 12, _WIDTH)
    registers = sorted({row["register"].text for row in rows if "register" in row})
    notes = [wording.message("land_source")]
    if registers:
        named = wording.message("list_separator").join(registers)
        notes.append(wording.message("coordinates_source", registers=named))
    for note in notes:
        y += LINE
        canvas.text(0, y, note, class_="small")
    width = _WIDTH + (_SIDE + _COLUMN if without_mark else 0)
    return canvas.picture(width, max(y, bottom) + 8)


def _clusters(places: Sequence[_Place]) -> list[list[_Place]]:
    """Return places in groups: from each, another of its group is near."""
    groups: list[list[_Place]] = []
    for place in places:
        near = [group for group in groups if any(_is_near(place, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([other for group in near for other in group] + [place])
    return sorted(groups, key=lambda group: (-len(group), group[0].iri))


def _is_near(one: _Place, other: _Place) -> bool:
    across = abs(one.longitude - other.longitude) * cos(radians(one.latitude))
    return max(across, abs(one.latitude - other.latitude)) < _NEAR


def _part(places: Sequence[_Place], top: float) -> _Panel:
    """Return the part of the world around places, wide enough to be known again."""
    north = max(place.latitude for place in places) + _MARGIN
    south = min(place.latitude for place in places) - _MARGIN
    west = min(place.longitude for place in places) - _MARGIN
    east = max(place.longitude for place in places) + _MARGIN
    middle = (north + south) / 2
    widest = (north - south) / cos(radians(middle)) * _WIDTH / _TALLEST
    more = max(0, widest - (east - west), 8 - (east - west)) / 2
    return _Panel(west - more, east + more, north, south, top)


def _draw_land(canvas: Canvas, panel: _Panel) -> None:
    """Draw the land of a part, cut off at its frame by an inner ``svg``."""
    west, north = 10 * panel.west, -10 * panel.north
    width, height = 10 * (panel.east - panel.west), 10 * (panel.north - panel.south)
    inside = shape("rect", class_="sea", x=west, y=north, width=width, height=height)
    inside += shape("use", class_="land", href="#land")
    box = f"{west:.1f} {north:.1f} {width:.1f} {height:.1f}"
    canvas.parts.append(
        shape(
            "svg",
            inside,
            x=0,
            y=panel.top,
            width=_WIDTH,
            height=panel.height,
            viewBox=box,
            preserveAspectRatio="none",
        )
    )


def _frame(canvas: Canvas, world: _Panel, panel: _Panel) -> None:
    """Draw the frame of a part on the map of the world."""
    canvas.add(
        "rect",
        class_="frame",
        x=(panel.west - world.west) * world.scale,
        y=world.top + (world.north - panel.north) * world.stretch,
        width=(panel.east - panel.west) * world.scale,
        height=(panel.north - panel.south) * world.stretch,
    )


def _draw_places(canvas: Canvas, panel: _Panel, places: Sequence[_Place], wording: Wording) -> None:
    discs = []
    for place in places:
        x, y = panel.point(place)
        canvas.add("circle", class_="disc", cx=x, cy=y, r=_DISC)
        discs.append(LabelBox(x - _DISC, y - _DISC, 2 * _DISC, 2 * _DISC, ""))
    taken = [*canvas.labels, *discs]
    for place in sorted(places, key=lambda place: (-place.latitude, place.iri)):
        x, y = panel.point(place)
        name = wording.name(place.iri)
        width = text_width(name, SIZE) + 5 + _DOT * min(len(place.rows), _PER_LINE)
        lines = -(-len(place.rows) // _PER_LINE)
        box = _free_box((x, y), width, LINE + (lines - 1) * _DOT, panel, taken)
        taken.append(box)
        _draw_label(canvas, place, box, (x, y), wording)


def _free_box(
    point: tuple[float, float],
    width: float,
    height: float,
    panel: _Panel,
    taken: Sequence[LabelBox],
) -> LabelBox:
    """Return the box nearest to a point that is free, inside the panel if there is one."""
    boxes = list(_candidates(point, width, height))
    free = [box for box in boxes if not any(box.overlaps(other) for other in taken)]
    inside = [box for box in free if panel.contains(box)]
    return next(iter([*inside, *free, boxes[0]]))


def _candidates(point: tuple[float, float], width: float, height: float) -> Iterator[LabelBox]:
    x, y = point
    for distance in range(11, 240, 6):
        slant = distance * 0.72
        for dx, dy in (
            (distance, 0.0),
            (-distance, 0.0),
            (slant, -slant),
            (slant, slant),
            (-slant, -slant),
            (-slant, slant),
            (0.0, -distance),
            (0.0, distance),
        ):
            left = x + dx - (0 if dx > 0 else width if dx < 0 else width / 2)
            top = y + dy - (height / 2 if dx else (height if dy < 0 else 0))
            yield LabelBox(left, top, width, height, "")


def _draw_label(
    canvas: Canvas, place: _Place, box: LabelBox, point: tuple[float, float], wording: Wording
) -> None:
    x, y = point
    near_x = min(max(x, box.left), box.left + box.width)
    near_y = min(max(y, box.top), box.top + box.height)
    if abs(near_x - x) + abs(near_y - y) > _DISC + 9:
        canvas.add("path", class_="leader", d=f"M{x:.1f} {y:.1f}L{near_x:.1f} {near_y:.1f}")
    name = wording.name(place.iri)
    base = box.top + 12
    dots = _DOT * min(len(place.rows), _PER_LINE)
    canvas.text(box.left + dots + 3, base, name, class_="halo", url=wording.url(place.iri))
    start = box.left + _DOT / 2
    for index, row in enumerate(place.rows):
        across, down = index % _PER_LINE, index // _PER_LINE
        dot = _dot(row, start + across * _DOT, base - 4 + down * _DOT, wording)
        canvas.parts.append(link(dot, _claim_url(row, wording)))


def _dot(row: Cells, x: float, y: float, wording: Wording) -> str:
    status = Status.from_terms(row)
    words = wording.name(row["thing"].text)
    if known := status.words(wording):
        words += wording.message("in_brackets", text=known)
    title = shape("title", escape(words))
    return shape("circle", title, class_=f"mark sign dot {status.classes}", cx=x, cy=y, r=4.2)


def _claim_url(row: Cells, wording: Wording) -> str:
    return wording.url(row["claim"].text if "claim" in row else row["thing"].text)


def _draw_beside(
    canvas: Canvas,
    rows: Sequence[Cells],
    marked: Mapping[str, Sequence[str]],
    left: float,
    wording: Wording,
) -> float:
    """List the rows without coordinates in a column; return where it ends.

    What has a mark at another place is not missing from the map: such rows are a list of their own,
    which names that place.
    """
    missing = [row for row in rows if row["thing"].text not in marked]
    others = [row for row in rows if row["thing"].text in marked]
    y = 0.0
    if missing:
        heading = wording.message("not_on_the_map", number=len(missing))
        y = _draw_list(canvas, heading, missing, marked, (left, y), wording)
    if others:
        heading = wording.message("also_placed", number=len(others))
        y = _draw_list(canvas, heading, others, marked, (left, y + 10), wording)
    return y


def _draw_list(
    canvas: Canvas,
    heading: str,
    rows: Sequence[Cells],
    marked: Mapping[str, Sequence[str]],
    corner: tuple[float, float],
    wording: Wording,
) -> float:
    left, y = corner
    for line in wrap(heading, _COLUMN * 0.93, SIZE, 2):  # bold letters are wider
        y += LINE
        canvas.text(left, y, line, class_="lane")
    y += 6
    for row in rows:
        place = wording.name(row["place"].text) if "place" in row else ""
        where = place or wording.message("place_not_stated")
        words = f"{wording.name(row['thing'].text)}{wording.message('list_colon')}{where}"
        if at := dict.fromkeys(marked.get(row["thing"].text, ())):
            names = wording.message("list_separator").join(map(wording.name, at))
            words += wording.message("in_brackets", text=wording.message("marked_at", places=names))
        canvas.parts.append(link(_dot(row, left + 6, y + 12, wording), _claim_url(row, wording)))
        for line in wrap(words, _COLUMN - 20, SIZE, 3):
            y += LINE
            canvas.text(left + 18, y, line, url=wording.url(row["thing"].text))
        y += 4
    return y


def _legend(wording: Wording, rows: Sequence[Cells]) -> list[tuple[str, str]]:
    def dot(status: Status) -> str:
        return shape("circle", class_=f"sign dot {status.classes}", cx=0, cy=0, r=4.2)

    statuses = [Status.from_terms(row) for row in rows]
    entries = [(dot(Status()), wording.message("stated_plainly"))]
    for name in ("hedged", "relayed", "disputed"):
        if any(getattr(status, name) for status in statuses):
            entries.append((dot(Status(**{name: True})), wording.message(name)))
    disc = shape("circle", class_="disc", cx=0, cy=0, r=_DISC)
    return [*entries, (disc, wording.message("city_level"))]
