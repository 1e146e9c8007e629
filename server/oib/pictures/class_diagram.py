"""The class diagram of an ontology, as SVG."""

from collections.abc import Iterator, Mapping
from html import escape

from rdflib import RDFS, Graph

from oib.pictures import svg
from oib.pictures.diagram_plan import DiagramPlan
from oib.pictures.layout import (
    GUTTER,
    MARGIN,
    ROW,
    WIDTH,
    Box,
    Row,
    nearest_box,
    ontology_term,
    place_boxes,
    range_name,
    superclasses,
)

_STYLE = (
    "text{font:12px system-ui,'Noto Sans','Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
    "fill:#222}.n{font-size:15px;font-weight:600}.z{fill:#667}.r{fill:#1d4f9c}"
    "rect{stroke:#8a94a3}.to{fill:none;stroke:#1d4f9c;stroke-width:1.4;marker-end:url(#to)}"
    ".is{fill:none;stroke:#555;stroke-width:1.4;marker-end:url(#is)}"
)
_MARKERS = svg.marker("to", 8, "M0 1 9 5 0 9", "none", "#1d4f9c")
_MARKERS += svg.marker("is", 12, "M0 1 9 5 0 9z", "#fff", "#555")
_LEGEND = (
    "Blue arrow: a property and its range. Hollow arrow, and ▹: a subclass. "
    "Further qualifiers and dates: see the modules.",
    "蓝色箭头：属性及其值域；空心箭头与 ▹：子类。其余限定与日期属性见各模块。",
)
_TITLE = "The main classes and properties of the ontology · 本体的主要类与属性"


def draw_class_diagram(graph: Graph, plan: DiagramPlan) -> str:
    """Return the class diagram of an ontology by a plan, as SVG."""
    boxes = {box.name: box for box in place_boxes(graph, plan)}
    width = len(plan.columns) * (WIDTH + GUTTER) - GUTTER + 2 * MARGIN
    floor = max(box.bottom for box in boxes.values()) + MARGIN
    height = floor + 2 * ROW
    legend = [
        svg.text(escape(line), x=MARGIN, y=floor + number * ROW, class_="z")
        for number, line in enumerate(_LEGEND)
    ]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{_TITLE}</title><style>{_STYLE}</style><defs>{_MARKERS}</defs>",
        svg.element("rect", width=width, height=height, style="fill:#fff;stroke:none"),
        *_arrows(graph, plan, boxes),
        *(_draw_box(graph, box, plan.colour(box.name)) for box in boxes.values()),
        *legend,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _draw_box(graph: Graph, box: Box, colour: str) -> str:
    x = box.left + 12
    height = box.bottom - box.top
    rectangle = svg.element(
        "rect", x=box.left, y=box.top, width=WIDTH, height=height, rx=6, fill=colour
    )
    return "\n".join(
        [
            "<g>" + rectangle,
            svg.text(escape(box.name), x=x, y=box.top + 19, class_="n"),
            svg.text(escape(_label(graph, box.name, "zh-Hans")), x=x, y=box.top + 35, class_="z"),
            *(_draw_row(graph, row, x, box.middle(row.name) + 4) for row in box.rows),
            "</g>",
        ]
    )


def _draw_row(graph: Graph, row: Row, x: int, y: int) -> str:
    name = row.name if row.range else f"▹ {row.name}"
    content = escape(name) + svg.tspan(f" {_label(graph, row.name, 'zh-Hans')}", "z")
    if row.range:
        content += svg.tspan(f" → {row.range}", "r")
    return svg.text(content, x=x, y=y)


def _arrows(graph: Graph, plan: DiagramPlan, boxes: Mapping[str, Box]) -> Iterator[str]:
    """Yield the arrows: from a class to its superclasses, and along properties to their ranges."""
    offset = 0
    for box in boxes.values():
        for name in superclasses(graph, box.name):
            if name in boxes:
                yield _elbow("is", box, box.top + 12, boxes[name], boxes[name].top + 32, 20)
        for row in box.rows:
            if row.name in plan.arrows.get(box.name, ()):
                end = nearest_box(graph, range_name(graph, row.name), boxes)
                offset = (offset + 9) % 27
                start = box.middle(row.name)
                yield _elbow("to", box, start, end, end.top + 14, 12 + offset)


def _elbow(kind: str, start: Box, start_y: int, end: Box, end_y: int, offset: int) -> str:
    """Return an elbow: to the nearest side of another column, or round the side of the same one."""
    goes_right = end.column > start.column or (end.column == start.column and kind == "is")
    x, step = (start.left + WIDTH, offset) if goes_right else (start.left, -offset)
    end_x = x
    if end.column != start.column:
        end_x = end.left if goes_right else end.left + WIDTH
    return svg.element("path", class_=kind, d=f"M{x} {start_y}H{x + step}V{end_y}H{end_x}")


def _label(graph: Graph, name: str, tag: str) -> str:
    labels = graph.objects(ontology_term(name), RDFS.label)
    return next(str(label) for label in labels if getattr(label, "language", "") == tag)
