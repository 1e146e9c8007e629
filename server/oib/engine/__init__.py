"""Query engines: one interface, over stores in this process or another SPARQL endpoint."""
