"""The boxes of a class diagram: one for each class of the plan, with its properties."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, Graph, URIRef

from oib.errors import BadInput
from oib.namespaces import OIB
from oib.pictures.diagram_plan import DiagramPlan

#: Sizes in pixels: of a box, the space between columns, a row, the head of a box, the margin.
WIDTH, GUTTER, ROW, HEAD, MARGIN = 304, 60, 17, 44, 30
_SPACE = 26  # between two boxes of a column


@dataclass(frozen=True)
class Row:
    """A row of a box: a property with the name of its range, or a subclass that has no box."""

    name: str
    range: str = ""


@dataclass(frozen=True)
class Box:
    """A class in the picture: its column from 0, its upper edge, and the rows below its name."""

    name: str
    column: int
    top: int
    rows: tuple[Row, ...]

    @property
    def left(self) -> int:
        """The left edge."""
        return MARGIN + self.column * (WIDTH + GUTTER)

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.top + HEAD + (ROW * len(self.rows) + 8 if self.rows else 0)

    def middle(self, name: str) -> int:
        """Return the height of the middle of a row."""
        return self.top + HEAD + ROW * [row.name for row in self.rows].index(name) + 8


def place_boxes(graph: Graph, plan: DiagramPlan) -> Iterator[Box]:
    """Yield the boxes of a plan, filled from an ontology."""
    for column, names in enumerate(plan.columns):
        top = MARGIN
        for name in names:
            box = Box(name, column, top, tuple(_rows(graph, plan, name)))
            top = box.bottom + _SPACE
            yield box


def _rows(graph: Graph, plan: DiagramPlan, name: str) -> Iterator[Row]:
    """Yield a row for each property of a class, then for each of its subclasses without a box."""
    own = {local_name(term) for term in graph.subjects(RDFS.domain, ontology_term(name))}
    for prop in sorted(own | set(plan.extra_properties.get(name, ()))):
        yield Row(prop, range_name(graph, prop))
    yield from map(Row, _subclasses_without_box(graph, plan, name))


def _subclasses_without_box(graph: Graph, plan: DiagramPlan, name: str) -> Iterator[str]:
    """Yield the subclasses of a class that have no box, each before its own subclasses."""
    subclasses = {local_name(term) for term in graph.subjects(RDFS.subClassOf, ontology_term(name))}
    for subclass in sorted(subclasses):
        if not plan.has_box(subclass):
            yield subclass
            yield from _subclasses_without_box(graph, plan, subclass)


def nearest_box(graph: Graph, name: str, boxes: Mapping[str, Box]) -> Box:
    """Return the box of a class, or of its nearest superclass that has one.

    Raises:
        BadInput: neither the class nor one of its superclasses has a box.
    """
    start = name
    while name not in boxes:
        above = superclasses(graph, name)
        if not above:
            raise BadInput(f"an arrow leads to {start}, which has no box; leave it out of the plan")
        name = above[0]
    return boxes[name]


def superclasses(graph: Graph, name: str) -> list[str]:
    """Return the classes of the ontology directly above one."""
    iris = map(str, graph.objects(ontology_term(name), RDFS.subClassOf))
    return sorted(local_name(iri) for iri in iris if iri.startswith(OIB))


def range_name(graph: Graph, prop: str) -> str:
    """Return the name of the range of a property: a class, a datatype, literal or anything."""
    range_ = graph.value(ontology_term(prop), RDFS.range)
    if range_ is not None:
        return local_name(range_)
    is_annotation = (ontology_term(prop), RDF.type, OWL.AnnotationProperty) in graph
    return "literal" if is_annotation and prop != "claimPredicate" else "anything"


def ontology_term(name: str) -> URIRef:
    """Return the IRI of a term of the ontology."""
    return URIRef(OIB + name)


def local_name(iri: object) -> str:
    """Return the part of the IRI of a term after ``#``."""
    return str(iri).rpartition("#")[2]
