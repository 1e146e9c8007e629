import re
from xml.etree import ElementTree

import pytest
from rdflib import OWL, RDF, Graph, URIRef

from oib import project
from oib.errors import BadInput
from oib.namespaces import OIB
from oib.pictures.class_diagram import draw_class_diagram
from oib.pictures.diagram_plan import DiagramPlan


@pytest.fixture(scope="module")
def plan(home):
    return DiagramPlan.from_mapping(project.description(home).diagram)


def test_the_picture_is_that_of_the_ontology(home, ontology, plan):
    drawn = (home / "ontology" / "model.svg").read_text("utf-8")
    assert drawn == draw_class_diagram(ontology, plan), "run make model"


def test_every_class_that_is_in_use_is_in_the_picture(ontology, plan):
    words = re.findall(
        "[A-Za-z]+", " ".join(ElementTree.fromstring(draw_class_diagram(ontology, plan)).itertext())
    )
    reserved = set(ontology.subjects(URIRef(OIB + "isReserved")))
    for term in set(ontology.subjects(RDF.type, OWL.Class)) - reserved:
        if term.startswith(OIB):
            assert term.removeprefix(OIB) in words


@pytest.mark.parametrize("plan", [{}, {"columns": ["Claim"]}, {"columns": [{}], "arrows": [1]}])
def test_a_plan_of_another_form_is_refused(plan):
    with pytest.raises(BadInput, match="columns"):
        DiagramPlan.from_mapping(plan)


def test_the_readme_names_every_module_and_its_claim_is_in_the_data(home):
    text = (home / "ontology" / "README.md").read_text("utf-8")
    for path in (home / "ontology").glob("*.ttl"):
        assert f"`{path.name}`" in text
    example = Graph().parse(data=re.search(r"```turtle\n(.*?)```", text, re.S)[1])
    base = "https://w3id.org/oib/id/"
    unit = home / "instances" / "claim" / "innovation-without-borders" / "p08.ttl"
    assert set(example) <= set(Graph().parse(unit, publicID=base))
