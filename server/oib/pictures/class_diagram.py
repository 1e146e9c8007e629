"""The pen: boxes and arrows go in, SVG comes out."""

from collections.abc import Iterator, Mapping
from html import escape

from rdflib import RDFS, Graph

from oib.pictures.extra_properties import ARROWS, COLUMNS
from oib.pictures.layout import (
    GUTTER,
    MARGIN,
    ROW,
    WIDTH,
    Box,
    nearest_box,
    ontology_term,
    place_boxes,
    range_name,
    superclasses,
)

STYLE = (
    "text{font:12px system-ui,'Noto Sans','Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
    "fill:#222}.n{font-size:15px;font-weight:600}.z{fill:#667}.r{fill:#1d4f9c}"
    "rect{stroke:#8a94a3}.to{fill:none;stroke:#1d4f9c;stroke-width:1.4;marker-end:url(#to)}"
    ".is{fill:none;stroke:#555;stroke-width:1.4;marker-end:url(#is)}"
)
_MARKER = (
    '<marker id="{}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="{}" markerHeight="{}" '
    'orient="auto"><path d="{}" fill="{}" stroke="{}"/></marker>'
)
MARKERS = _MARKER.format("to", 8, 8, "M0 1 9 5 0 9", "none", "#1d4f9c")
MARKERS += _MARKER.format("is", 12, 12, "M0 1 9 5 0 9z", "#fff", "#555")
LEGEND = (
    "Blue arrow: a property and what it leads to. Hollow arrow, and ▹: a kind of. "
    "Further qualifiers and dates: see the modules.",
    "蓝色箭头:属性及其所指;空心箭头与 ▹:下位类。其余限定与日期属性见各模块。",
)
TITLE = "The main classes and properties of the ontology · 本体的主要类与属性"


def draw_class_diagram(graph: Graph) -> str:
    """Return the class diagram of an ontology as SVG."""
    found = {box.name: box for box in place_boxes(graph)}
    width = len(COLUMNS) * (WIDTH + GUTTER) - GUTTER + 2 * MARGIN
    floor = max(box.bottom for box in found.values()) + MARGIN
    height = floor + 2 * ROW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{TITLE}</title><style>{STYLE}</style><defs>{MARKERS}</defs>",
        f'<rect width="{width}" height="{height}" style="fill:#fff;stroke:none"/>',
        *_lines(graph, found),
        *(_draw(graph, box) for box in found.values()),
        *(
            f'<text x="{MARGIN}" y="{floor + number * ROW}" class="z">{text}</text>'
            for number, text in enumerate(LEGEND)
        ),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _draw(graph: Graph, box: Box) -> str:
    colour = COLUMNS[box.column][box.name]
    place = f'x="{box.left}" y="{box.top}" width="{WIDTH}" height="{box.bottom - box.top}"'
    x = box.left + 12
    lines = [
        f'<g><rect {place} rx="6" fill="{colour}"/>',
        f'<text x="{x}" y="{box.top + 19}" class="n">{box.name}</text>',
        f'<text x="{x}" y="{box.top + 35}" class="z">{_label(graph, box.name, "zh-Hans")}</text>',
    ]
    for name, rest in box.rows:
        mark = "" if rest else "▹ "
        chinese = f'<tspan class="z"> {_label(graph, name, "zh-Hans")}</tspan>'
        y = box.middle(name) + 4
        lines.append(f'<text x="{x}" y="{y}">{mark}{name}{chinese}{rest}</text>')
    return "\n".join([*lines, "</g>"])


def _lines(graph: Graph, found: Mapping[str, Box]) -> Iterator[str]:
    """Yield the arrows: blue along a property, grey with a hollow head from a kind to its class."""
    offset = 0
    for box in found.values():
        for upper in superclasses(graph, box.name):
            if upper in found:
                yield _line("is", box, box.top + 12, found[upper], found[upper].top + 32, 20)
        for prop in (row[0] for row in box.rows if (box.name, row[0]) in ARROWS):
            target = found[nearest_box(graph, range_name(graph, prop), found)]
            offset = (offset + 9) % 27
            yield _line("to", box, box.middle(prop), target, target.top + 14, 12 + offset)


def _line(kind: str, start: Box, y: int, end: Box, goal: int, offset: int) -> str:
    """Return an elbow: to the nearest side of another column, or round the side of the same one."""
    onward = end.column > start.column or (end.column == start.column and kind == "is")
    x, step = (start.left + WIDTH, offset) if onward else (start.left, -offset)
    far = x
    if end.column != start.column:
        far = end.left if onward else end.left + WIDTH
    return f'<path class="{kind}" d="M{x} {y}H{x + step}V{goal}H{far}"/>'


def _label(graph: Graph, name: str, tag: str) -> str:
    labels = graph.objects(ontology_term(name), RDFS.label)
    return escape(next(str(x) for x in labels if getattr(x, "language", "") == tag))
