"""A benchmark of oib beside other SPARQL servers, and a soak test under mixed load."""
