"""The description: one thing of the data, as a page tells it and as RDF does."""

from oib.views.claim import Assessment, Claim, Passage, Source, Statement
from oib.views.entity import Description, describe
from oib.views.entity_queries import MOST_LISTED
from oib.views.entity_triples import write, write_graph, write_only
from oib.views.lifecycle import Standing, find

__all__ = [
    "MOST_LISTED",
    "Assessment", "Claim", "Description", "Passage", "Source", "Standing", "Statement",
    "describe", "find", "write", "write_graph", "write_only",
]  # fmt: skip
