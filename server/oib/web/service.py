"""The service description of the endpoint, in the terms of SPARQL 1.1 Service Description."""

from collections.abc import Iterator

from pyoxigraph import NamedNode, RdfFormat, Triple

from oib import answers
from oib.names import PREFIXES

_SD = PREFIXES["sd"]
_TYPE = PREFIXES["rdf"] + "type"
# The name in W3C's list of formats; pyoxigraph has another one.
_JSON_LD = "http://www.w3.org/ns/formats/JSON-LD"


def describe(url: str, media_type: str) -> bytes:
    """Describe the endpoint at a URL, in one of the media types of ``answers.GRAPHS``."""
    triples = [Triple(*map(NamedNode, terms)) for terms in _statements(url)]
    return answers.write_triples(triples, media_type)


def _statements(url: str) -> Iterator[tuple[str, str, str]]:
    service, dataset, union = url + "#service", url + "#dataset", url + "#union"
    yield service, _TYPE, _SD + "Service"
    yield service, _SD + "endpoint", url
    yield service, _SD + "supportedLanguage", _SD + "SPARQL11Query"
    yield service, _SD + "feature", _SD + "UnionDefaultGraph"
    tables = {table.iri for table in answers.TABLES.values()}
    graphs = {graph.iri for graph in answers.GRAPHS.values()} - {RdfFormat.JSON_LD.iri}
    for iri in sorted(tables | graphs | {_JSON_LD}):
        yield service, _SD + "resultFormat", iri
    yield service, _SD + "defaultDataset", dataset
    yield dataset, _TYPE, _SD + "Dataset"
    yield dataset, _SD + "defaultGraph", union
    yield union, _TYPE, _SD + "Graph"
