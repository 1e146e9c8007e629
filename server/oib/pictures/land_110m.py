"""Makes ``land_110m.path`` from the file ``land-110m.json`` of the npm package world-atlas 2.0.2.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m oib.pictures.land_110m package/land-110m.json

The package (ISC licence) redistributes Natural Earth 4.1.0, which is in the public domain.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

_SOUTH = -60  # Antarctica is left out


def land_path(topology: Mapping[str, Any]) -> str:
    """Return the rings of a TopoJSON object ``land`` as one path.

    Its unit is a tenth of a degree, and south is positive.
    """
    arcs = [_decode(arc, topology["transform"]) for arc in topology["arcs"]]
    rings = (
        ring
        for geometry in topology["objects"]["land"]["geometries"]
        for polygon in geometry["arcs"]
        for ring in polygon
    )
    return "".join(sorted(filter(None, (_ring(ring, arcs) for ring in rings))))


def _decode(arc: list[list[int]], transform: Mapping[str, Any]) -> list[tuple[float, float]]:
    (width, height), (left, bottom) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * width + left, y * height + bottom))
    return points


def _ring(indexes: list[int], arcs: list[list[tuple[float, float]]]) -> str:
    points = list(_points(indexes, arcs))
    if max(latitude for _, latitude in points) < _SOUTH:
        return ""
    whole = _unwrap(
        [(round(longitude * 10), round(-latitude * 10)) for longitude, latitude in points]
    )
    steps = [(x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(whole)]
    moves = " ".join(f"{dx} {dy}" for dx, dy in steps if dx or dy).replace(" -", "-")
    if not moves:
        return ""
    # What goes beyond one edge of the map comes in at the other.
    west, east = min(x for x, _ in whole), max(x for x, _ in whole)
    turns = [0, *([3600] if west < -1800 else []), *([-3600] if east > 1800 else [])]
    x, y = whole[0]
    return "".join(f"M{x + turn} {y}l{moves}z" for turn in turns)


def _unwrap(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a ring that crosses the antimeridian without a jump to the other side."""
    whole = points[:1]
    for x, y in points[1:]:
        before = whole[-1][0]
        whole.append((x - 3600 * round((x - before) / 3600), y))
    return whole


def _points(
    indexes: list[int], arcs: list[list[tuple[float, float]]]
) -> Iterator[tuple[float, float]]:
    for index in indexes:
        yield from arcs[index] if index >= 0 else reversed(arcs[~index])


if __name__ == "__main__":
    source = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    Path(__file__).with_suffix(".path").write_text(land_path(source) + "\n", "ascii")
