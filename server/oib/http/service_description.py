"""The service description of the endpoint, in the terms of SPARQL 1.1 Service Description."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from oib.engine.limits import Limits
from oib.namespaces import BASE, GRAPH, PREFIXES
from oib.sparql import results

_SD = PREFIXES["sd"]
_TYPE = PREFIXES["rdf"] + "type"
# The name in W3C's list of formats; pyoxigraph has another one.
_JSON_LD = "http://www.w3.org/ns/formats/JSON-LD"
_SCHEMA = PREFIXES["schema"]
# The limits of a query and their units in UN/CEFACT Recommendation 20.
_LIMITS = {
    "seconds": ("SEC", "time from a query to its answer", "查询的时间上限"),
    "memory_mib": ("E63", "memory of a query", "查询的内存上限"),
    "answer_mib": ("E63", "size of an answer", "结果的大小上限"),
}


#: Returns what the data say of their named graphs in the terms of the service description.
NAMED_GRAPHS: Final = f"""
CONSTRUCT {{ ?dataset <{_SD}namedGraph> ?graph . ?graph ?p ?o }} WHERE {{
  GRAPH <{GRAPH}meta> {{ ?dataset <{_SD}namedGraph> ?graph . ?graph ?p ?o
    FILTER(?p IN (<{_TYPE}>, <{_SD}name>, <{PREFIXES["void"]}triples>)) }}
}}"""

# What the endpoint is called, wherever it is served: as in the description of the data set.
_NAME: Final = BASE + "sparql"


def describe(
    url: str, media_type: str, limits: Limits | None = None, named_graphs: bytes = b""
) -> bytes:
    """Describe the endpoint.

    Args:
        url: its address, from the settings of the server and never from what a client sent.
        media_type: one of ``results.GRAPHS``.
        limits: what a query may use, None if there are no limits.
        named_graphs: the answer to ``NAMED_GRAPHS``, in N-Triples.
    """
    triples = [Triple(*map(NamedNode, terms)) for terms in _statements(url)]
    if limits:
        triples += _limits(_NAME, limits)
    graphs = [quad.triple for quad in parse(named_graphs, RdfFormat.N_TRIPLES)]
    return results.write_triples([*triples, *sorted(graphs, key=str)], media_type)


def _statements(url: str) -> Iterator[tuple[str, str, str]]:
    service, dataset, union = (_NAME + name for name in ("#service", "#dataset", "#union"))
    yield service, _TYPE, _SD + "Service"
    yield service, _SD + "endpoint", url
    yield service, _SD + "supportedLanguage", _SD + "SPARQL11Query"
    yield service, _SD + "feature", _SD + "UnionDefaultGraph"
    tables = {table.iri for table in results.TABLES.values()}
    graphs = {graph.iri for graph in results.GRAPHS.values()} - {RdfFormat.JSON_LD.iri}
    for iri in sorted(tables | graphs | {_JSON_LD}):
        yield service, _SD + "resultFormat", iri
    yield service, _SD + "defaultDataset", dataset
    yield service, _SD + "availableGraphs", dataset
    yield dataset, _TYPE, _SD + "Dataset"
    yield dataset, _TYPE, _SD + "GraphCollection"
    yield dataset, _SD + "defaultGraph", union
    yield union, _TYPE, _SD + "Graph"


def _limits(url: str, limits: Limits) -> Iterator[Triple]:
    """Yield the limits as ``schema:PropertyValue``: no vocabulary has properties for them."""
    for name, (unit, english, chinese) in _LIMITS.items():
        limit = NamedNode(f"{url}#limit-{name.partition('_')[0]}")
        for subject, predicate, term in (
            (NamedNode(url + "#service"), _SCHEMA + "additionalProperty", limit),
            (limit, _TYPE, NamedNode(_SCHEMA + "PropertyValue")),
            (limit, _SCHEMA + "name", Literal(english, language="en")),
            (limit, _SCHEMA + "name", Literal(chinese, language="zh-Hans")),
            (limit, _SCHEMA + "maxValue", Literal(getattr(limits, name))),
            (limit, _SCHEMA + "unitCode", Literal(unit)),
        ):
            yield Triple(subject, NamedNode(predicate), term)
