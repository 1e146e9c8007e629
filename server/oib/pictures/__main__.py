"""Draw the class diagram of the home's ontology anew: ``python -m oib.pictures``."""

from rdflib import Graph

from oib import project
from oib.pictures.class_diagram import draw_class_diagram
from oib.pictures.diagram_plan import DiagramPlan

home = project.find_home()
graph = Graph()
for path in project.sources(home, "ontology", ".ttl"):
    graph.parse(path)
plan = DiagramPlan.from_mapping(project.description(home).diagram)
(home / "ontology" / "model.svg").write_text(draw_class_diagram(graph, plan), "utf-8")
