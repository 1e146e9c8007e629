"""Lists of what the data describe: the kinds of things, the things of a kind, the named graphs."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import fetch_rows
from oib.namespaces import BASE, GRAPH, ID, OIB, PREFIXES

_THINGS: Final = f"""
SELECT DISTINCT ?thing WHERE {{
  ?thing a ?type FILTER(STRSTARTS(STR(?thing), "{ID}"))
  FILTER NOT EXISTS {{ ?thing a <{OIB}Withdrawn> }}
  FILTER NOT EXISTS {{ ?thing <{PREFIXES["dcterms"]}isReplacedBy> ?successor }}
}}"""
_GRAPHS: Final = f"""
SELECT ?graph WHERE {{
  GRAPH <{GRAPH}meta> {{ <{BASE}sparql#dataset> <{PREFIXES["sd"]}namedGraph> ?graph }}
}}"""


def fetch_things(engine: Queryable) -> Mapping[str, tuple[str, ...]]:
    """Return the IRIs of all current things by kind, the first part of their path, in order.

    What was withdrawn or replaced by another thing is left out, also where a claim still names it,
    from which its type would follow.
    """
    kinds = defaultdict(list)
    for row in fetch_rows(engine, _THINGS):
        iri = row["thing"].text
        kind, slash, _ = iri.removeprefix(ID).partition("/")
        if slash and "#" not in iri:
            kinds[kind].append(iri)
    return {kind: tuple(sorted(kinds[kind])) for kind in sorted(kinds)}


def fetch_graphs(engine: Queryable) -> tuple[str, ...]:
    """Return the names of all graphs that the description of the data names, in order."""
    return tuple(sorted(row["graph"].text for row in fetch_rows(engine, _GRAPHS)))
