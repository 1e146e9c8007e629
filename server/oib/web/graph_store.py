"""``/graph-store``: the GET operation of the SPARQL 1.1 Graph Store HTTP Protocol."""

from flask import Blueprint, Response, request

from oib.engine.statements import fetch_rows, sparql_iri
from oib.errors import BadInput, NotFound
from oib.sparql import results
from oib.web import context, representations

bp = Blueprint("graph_store", __name__)

_TRIPLES = "{ ?s ?p ?o }"


@bp.get("/graph-store")
def graph() -> Response:
    """Return the graph of ``?graph=IRI``, or with ``?default`` the union of all graphs."""
    named, has_default = request.args.getlist("graph"), "default" in request.args
    if len(named) + has_default != 1:
        raise BadInput("name one graph: ?graph= and its IRI, percent-encoded, or ?default")
    where = f"{{ GRAPH {sparql_iri(named[0])} {_TRIPLES} }}" if named else _TRIPLES
    engine, media_type = context.queries(), representations.negotiate(tuple(results.GRAPHS))
    if named and not fetch_rows(engine, f"SELECT * {where} LIMIT 1"):
        raise NotFound(f"no graph is called {named[0]}")
    text = f"CONSTRUCT {_TRIPLES} WHERE {where}"
    return representations.conditional_response(
        media_type, lambda: context.respond(engine.query(text, media_type), media_type)
    )
