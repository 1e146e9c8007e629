"""Write the picture of the home's ontology."""

from rdflib import Graph

from oib.pictures.class_diagram import draw_class_diagram
from oib.project import find_home, sources

home = find_home()
graph = Graph()
for path in sources(home, "ontology", ".ttl"):
    graph.parse(path)
(home / "ontology" / "model.svg").write_text(draw_class_diagram(graph), "utf-8")
