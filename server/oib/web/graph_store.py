"""``/graph-store``: the GET operation of the SPARQL 1.1 Graph Store HTTP Protocol."""

from flask import Blueprint, Response, request

from oib.engine.statements import fetch_rows, sparql_iri
from oib.errors import BadInput, NotFound
from oib.sparql import results
from oib.views import entity_triples
from oib.web import context, representations

bp = Blueprint("graph_store", __name__)

_OFFERED = (*results.GRAPHS, *results.DATASETS)
_TRIPLES = "{ ?s ?p ?o }"


@bp.get("/graph-store")
def graph() -> Response:
    """Return the graph of ``?graph=IRI``, or with ``?default`` the union of all graphs.

    TriG and N-Quads also hold the name of the graph; that of the union is the default graph.
    """
    named, has_default = request.args.getlist("graph"), "default" in request.args
    if len(named) + has_default != 1:
        raise BadInput("name one graph: ?graph= and its IRI, percent-encoded, or ?default")
    iri = named[0] if named else None
    where = f"{{ GRAPH {sparql_iri(iri)} {_TRIPLES} }}" if iri is not None else _TRIPLES
    engine, media_type = context.queries(), representations.negotiate(_OFFERED)
    if iri is not None and not fetch_rows(engine, f"SELECT * {where} LIMIT 1"):
        raise NotFound(f"no graph is called {iri}")
    text = f"CONSTRUCT {_TRIPLES} WHERE {where}"

    def create() -> Response:
        if media_type in results.DATASETS:
            body = entity_triples.serialize_quads(engine, text, iri, media_type)
        else:
            body = engine.query(text, media_type)
        return context.respond(body, media_type)

    return representations.conditional_response(media_type, create)
