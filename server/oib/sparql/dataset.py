"""The RDF dataset of a query: the graphs that a request or the text of the query names."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Dataset:
    """Graphs by IRI: those merged into the default graph, and the named ones.

    SPARQL 1.1 Query Language, section 13.2, and SPARQL 1.1 Protocol, section 2.1.4. Both empty
    means not given: then FROM and FROM NAMED of the query choose, else the default graph is the
    union of all graphs. Given by a request, it replaces FROM and FROM NAMED.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


#: No dataset given: the default graph is the union of all graphs.
UNION: Final = Dataset()
