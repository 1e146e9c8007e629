"""The description: one thing of the data, as a page tells it and as RDF does."""

from oib.description.around import MOST_LISTED
from oib.description.claim import Assessment, Claim, Passage, Source, Statement
from oib.description.standing import Standing, find
from oib.description.thing import Description, describe
from oib.description.triples import write, write_graph, write_only

__all__ = [
    "MOST_LISTED",
    "Assessment", "Claim", "Description", "Passage", "Source", "Standing", "Statement",
    "describe", "find", "write", "write_graph", "write_only",
]  # fmt: skip
