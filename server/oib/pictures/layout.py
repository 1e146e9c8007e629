"""The boxes: a class each, with its properties and with the kinds that have no box of their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, Graph, URIRef

from oib.namespaces import OIB
from oib.pictures.extra_properties import COLUMNS, EXTRA_PROPERTIES

WIDTH, GUTTER, ROW, HEAD, MARGIN = 304, 60, 17, 44, 30


@dataclass(frozen=True)
class Box:
    """A class in the picture: its column, its upper edge, and the rows below its name."""

    name: str
    column: int
    top: int
    rows: tuple[tuple[str, str], ...]

    @property
    def left(self) -> int:
        """The left edge."""
        return MARGIN + self.column * (WIDTH + GUTTER)

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.top + HEAD + (ROW * len(self.rows) + 8 if self.rows else 0)

    def middle(self, name: str) -> int:
        """Return the height of the row of a property."""
        return self.top + HEAD + ROW * [row[0] for row in self.rows].index(name) + 8


def place_boxes(graph: Graph) -> Iterator[Box]:
    """Yield the boxes of the plan, filled from an ontology."""
    for column, names in enumerate(COLUMNS):
        top = MARGIN
        for name in names:
            box = Box(name, column, top, tuple(_rows(graph, name)))
            top = box.bottom + 26
            yield box


def _rows(graph: Graph, name: str) -> Iterator[tuple[str, str]]:
    """Yield a row for each property of a class, then for each of its kinds that has no box."""
    told = {local_name(each) for each in graph.subjects(RDFS.domain, ontology_term(name))}
    for prop in sorted(told | set(EXTRA_PROPERTIES.get(name, ()))):
        yield prop, f'<tspan class="r"> → {range_name(graph, prop)}</tspan>'
    yield from ((kind, "") for kind in _kinds(graph, name))


def _kinds(graph: Graph, name: str) -> Iterator[str]:
    """Yield the kinds of a class that have no box, each before its own kinds."""
    nearest_box = {each for column in COLUMNS for each in column}
    below = {local_name(kind) for kind in graph.subjects(RDFS.subClassOf, ontology_term(name))}
    for kind in sorted(below - nearest_box):
        yield kind
        yield from _kinds(graph, kind)


def nearest_box(graph: Graph, name: str, boxes: Mapping[str, Box]) -> str:
    """Return the class itself or the nearest one above it that has a box."""
    while name not in boxes:
        name = superclasses(graph, name)[0]
    return name


def superclasses(graph: Graph, name: str) -> list[str]:
    """Return the classes of ours directly above one."""
    found = map(str, graph.objects(ontology_term(name), RDFS.subClassOf))
    return sorted(local_name(iri) for iri in found if iri.startswith(OIB))


def range_name(graph: Graph, prop: str) -> str:
    """Return what a property leads to: a class, a datatype, anything, or a note."""
    found = graph.value(ontology_term(prop), RDFS.range)
    if found is not None:
        return local_name(found)
    note = (ontology_term(prop), RDF.type, OWL.AnnotationProperty) in graph
    return "literal" if note and prop != "claimPredicate" else "anything"


def ontology_term(name: str) -> URIRef:
    """Return the IRI of a term of ours."""
    return URIRef(OIB + name)


def local_name(iri: object) -> str:
    """Return the last part of the IRI of a term."""
    return str(iri).rpartition("#")[2]
