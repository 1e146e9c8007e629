import re
from xml.etree import ElementTree

import pytest
from rdflib import OWL, RDF, Graph, URIRef

from oib.namespaces import OIB
from oib.pictures.class_diagram import draw_class_diagram


@pytest.fixture(scope="module")
def graph(home):
    graph = Graph()
    for path in (home / "ontology").glob("*.ttl"):
        graph.parse(path)
    return graph


def test_the_picture_is_that_of_the_ontology(home, graph):
    drawn = (home / "ontology" / "model.svg").read_text("utf-8")
    assert drawn == draw_class_diagram(graph), "run make model"


def test_every_class_that_is_in_use_is_in_the_picture(graph):
    words = re.findall(
        "[A-Za-z]+", " ".join(ElementTree.fromstring(draw_class_diagram(graph)).itertext())
    )
    reserved = set(graph.subjects(URIRef(OIB + "isReserved")))
    for term in set(graph.subjects(RDF.type, OWL.Class)) - reserved:
        if term.startswith(OIB):
            assert term.removeprefix(OIB) in words


def test_the_readme_names_every_module_and_its_claim_is_in_the_data(home):
    text = (home / "ontology" / "README.md").read_text("utf-8")
    for path in (home / "ontology").glob("*.ttl"):
        assert f"`{path.name}`" in text
    example = Graph().parse(data=re.search(r"```turtle\n(.*?)```", text, re.S)[1])
    base = "https://w3id.org/oib/id/"
    unit = home / "instances" / "claim" / "innovation-without-borders" / "p08.ttl"
    assert set(example) <= set(Graph().parse(unit, publicID=base))
