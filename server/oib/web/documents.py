"""``/ontology``, ``/vocab``, ``/shapes``, ``/dataset``, ``/graph/…`` and ``/dump/…``."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory, url_for

from oib import __version__, media_types, response_headers
from oib.engine.statements import StatementIndex, fetch_properties, fetch_rows, sparql_iri
from oib.errors import NotFound
from oib.namespaces import BASE, GRAPH, PREFIXES
from oib.sparql import results
from oib.views import entity_triples, terms
from oib.web import context, representations, signposting, templating
from oib.web.signposting import Resource

bp = Blueprint("documents", __name__)

_FORMS = {**media_types.GRAPH_SUFFIXES, **media_types.PAGE_SUFFIXES}
_GRAPHS = {"ontology": "ontology", "vocab": "vocab", "shapes": "shapes", "dataset": "meta"}
_VOID = PREFIXES["void"]
# What VoID counts, and as what: things of a class, statements with a property, links of a linkset.
_PARTS = (
    (_VOID + "class", _VOID + "entities"),
    (_VOID + "property", _VOID + "triples"),
    (PREFIXES["dcterms"] + "title", _VOID + "triples"),
)
_DUMP_TYPES = {
    "nq": media_types.N_QUADS,
    "trig": media_types.TRIG,
    "ttl": f"{media_types.TURTLE}; version=1.2",
    "jsonld": media_types.JSON_LD,
    "json": "application/json+ftm",  # one entity a line, as tools of FollowTheMoney read it
}
_GZIP = "application/gzip"
_CHUNK = 2**16  # bytes that are decompressed at a time
_SUFFIXES = f"any({','.join(_FORMS)})"


@bp.get("/<any(ontology,vocab,shapes,dataset):name>")
@bp.get(f"/<any(ontology,vocab,shapes,dataset):name>.<{_SUFFIXES}:suffix>")
def document(name: str, suffix: str | None = None) -> Response:
    """Return a document that is published as a whole, as a page or in RDF."""
    media_type = representations.negotiate(
        (*results.GRAPHS, media_types.HTML), _FORMS.get(suffix or "")
    )
    response = representations.conditional_response(media_type, lambda: _answer(name, media_type))
    url = url_for("documents.document", name=name)
    signposting.add_links(response, Resource(url, BASE + name, _FORMS))
    return response


@bp.get("/<any(ontology,vocab,shapes):name>/<version>")
def release(name: str, version: str) -> Response:
    """Return the document that ``owl:versionIRI`` names; only the current version is served."""
    if version != __version__:
        raise NotFound(f"version {version} is not kept here; {BASE}{name} is at {__version__}")
    return document(name)


@bp.get("/dump/<name>")
def dump(name: str) -> Response:
    """Return a file of the snapshot as a download.

    Those that are compressed are also there without ``.gz``, for clients that load RDF by its
    media type: with ``Content-Encoding: gzip`` if the client accepts that, else decompressed.
    """
    folder = context.services().dumps
    files = {path.name for path in folder.iterdir()} if folder else set()
    media_type = _DUMP_TYPES.get(name.removesuffix(".gz").partition(".")[2])
    if folder and name in files:
        media_type = _GZIP if name.endswith(".gz") else media_type
        return send_from_directory(folder, name, mimetype=media_type, etag=_dump_tag(name, ""))
    if folder is None or f"{name}.gz" not in files:
        raise NotFound(f"there is no dump {name[:100]}; {BASE}dataset names them all")
    if request.accept_encodings["gzip"] > 0:
        tag = _dump_tag(name, "gzip")
        response = send_from_directory(folder, f"{name}.gz", mimetype=media_type, etag=tag)
        response.content_encoding = "gzip"
    else:
        response = Response(_decompress(folder / f"{name}.gz"), mimetype=media_type)
        response.set_etag(_dump_tag(name, ""))
        response.make_conditional(request)
    response.headers["Content-Disposition"] = f"inline; filename={name}"
    response.vary.add("Accept-Encoding")
    return response


def _dump_tag(name: str, coding: str) -> str:
    """Return the entity tag of a dump: one file may be sent as two representations."""
    return response_headers.entity_tag(context.services().version, "dump", name, coding)


def _decompress(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while piece := file.read(_CHUNK):
            yield piece


@bp.get("/graph/<path:name>")
def graph(name: str) -> Response:
    """Return a named graph in RDF."""
    offered = (*results.GRAPHS, *results.DATASETS)
    engine, media_type = context.queries(), representations.negotiate(offered)
    text = f"SELECT * {{ GRAPH {sparql_iri(GRAPH + name)} {{ ?s ?p ?o }} }} LIMIT 1"
    if not fetch_rows(engine, text):
        raise NotFound(f"no graph is called {GRAPH}{name}")
    return context.respond(
        entity_triples.serialize_graph(engine, name, media_type, context.services().compaction),
        media_type,
    )


@bp.get("/.well-known/void")
def void() -> Response:
    """Redirect from the well-known address to the description of the data set (VoID, 7.2)."""
    response = context.respond("", "text/plain", 302)
    response.location = url_for("documents.document", name="dataset")
    return response


def _answer(name: str, media_type: str) -> Response:
    engine = context.queries()
    if media_type != media_types.HTML:
        return context.respond(
            entity_triples.serialize_graph(
                engine, _GRAPHS[name], media_type, context.services().compaction
            ),
            media_type,
        )
    if name == "dataset":
        return _dataset()
    reference = terms.fetch_reference(engine, name)
    return templating.render(
        "reference.html",
        names=reference.names,
        reference=reference,
        name=name,
        iri=BASE + name,
        forms=media_types.GRAPH_SUFFIXES,
    )


def _dataset() -> Response:
    engine, iri = context.queries(), BASE + "dataset"
    query = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPH}meta> {{ ?s ?p ?o }} }}"
    statements = StatementIndex.select(engine, query)
    named = statements | fetch_properties(engine, statements.iris())
    parts = [
        (of, number)
        for node in statements
        if node != iri
        for part, count in _PARTS
        if (of := statements.value(node, part)) and (number := statements.value(node, count))
    ]
    return templating.render(
        "dataset.html",
        names={term: names for term in named if (names := named.names(term))},
        about={
            prop: statements.objects(iri, prop)
            for prop, value in statements.predicate_objects(iri)
            if not value.text.startswith(iri + "#")
        },
        parts_of=sorted(parts, key=lambda part: (-int(part[1].text), part[0].text)),
        forms=media_types.GRAPH_SUFFIXES,
    )
