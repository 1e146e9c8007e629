"""rdflib-endpoint over an Oxigraph store, for uvicorn, in a virtual environment of its own."""

import os

from rdflib import Graph
from rdflib_endpoint import SparqlEndpoint

graph = Graph(store="Oxigraph")
graph.parse(os.environ["BENCH_DATA"], format="ox-nt")
app = SparqlEndpoint(graph=graph, path="/", cors_enabled=False)
