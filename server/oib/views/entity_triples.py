"""The RDF description of an entity, and named graphs, in the serializations of RDF."""

from typing import Final

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from oib.engine.base import Queryable
from oib.namespaces import DOC, GRAPH
from oib.sparql import jsonld, results
from oib.sparql.jsonld import Compaction
from oib.views import entity_queries

_N_TRIPLES: Final = "application/n-triples"


def serialize_entity(
    engine: Queryable,
    iri: str,
    media_type: str,
    license_iri: str = "",
    compaction: Compaction = jsonld.DEFAULT,
) -> bytes:
    """Return the RDF description of a thing.

    It holds the thing's own triples, its fragments (identity links, units of a document), its
    claims with their evidence and assessments, one triple for each claim that it asserts,
    reports, backs or judges, and a few on the document itself.

    Raises:
        BadInput: the text is no IRI.
        NotAcceptable: RDF has no such media type.
    """
    query = entity_queries.construct_description(iri, license_iri)
    return _serialize(engine, query, iri, media_type, compaction)


def serialize_graph(
    engine: Queryable, name: str, media_type: str, compaction: Compaction = jsonld.DEFAULT
) -> bytes:
    """Return one named graph, by its name after ``…/graph/``; also in TriG and N-Quads."""
    if media_type in results.DATASETS:
        query = entity_queries.construct_graph(name)
        return serialize_quads(engine, query, GRAPH + name, media_type)
    return _serialize(engine, entity_queries.construct_graph(name), "", media_type, compaction)


def serialize_own_triples(
    engine: Queryable, iri: str, media_type: str, compaction: Compaction = jsonld.DEFAULT
) -> bytes:
    """Return the triples whose subject is the IRI: of a withdrawn thing, or of a saved query."""
    return _serialize(
        engine, entity_queries.construct_own_triples(iri), iri, media_type, compaction
    )


def serialize_quads(
    engine: Queryable, construct: str, graph_iri: str | None, media_type: str
) -> bytes:
    """Return what a CONSTRUCT query yields with the name of its graph, in TriG or N-Quads.

    Args:
        engine: answers the query.
        construct: the query.
        graph_iri: the name of the graph, None for the default graph.
        media_type: one of ``results.DATASETS``.
    """
    graph = NamedNode(graph_iri) if graph_iri is not None else DefaultGraph()
    triples = parse(engine.query(construct, _N_TRIPLES), RdfFormat.N_TRIPLES)
    quads = [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in triples]
    return results.write_quads(sorted(quads, key=str), media_type)


def _serialize(
    engine: Queryable, query: str, first: str, media_type: str, compaction: Compaction
) -> bytes:
    # In one order and with canonical labels of blank nodes (RDFC-1.0): the same bytes under one
    # strong ETag, whichever engine or process answers.
    dataset = Dataset(parse(engine.query(query, _N_TRIPLES), RdfFormat.N_TRIPLES))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    triples = [Triple(quad.subject, quad.predicate, quad.object) for quad in dataset]
    ordered = sorted(triples, key=lambda triple: _sort_key(triple, first))
    return results.write_triples(ordered, media_type, compaction=compaction)


def _sort_key(triple: Triple, first: str) -> tuple[bool, bool, str]:
    """Return a key that sorts the entity first, its document last, the rest by subject."""
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else "_:"
    return subject.startswith(DOC), subject != first, str(triple)
