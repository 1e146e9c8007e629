"""Write the picture of the home's ontology."""

from rdflib import Graph

from oib.home import find_home, sources
from oib.model_picture import picture

home = find_home()
graph = Graph()
for path in sources(home, "ontology", ".ttl"):
    graph.parse(path)
(home / "ontology" / "model.svg").write_text(picture(graph), "utf-8")
