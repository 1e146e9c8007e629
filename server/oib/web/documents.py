"""``/ontology``, ``/vocab``, ``/shapes``, ``/dataset``, ``/graph/…`` and ``/dump/…``."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, request, send_from_directory, url_for

from oib import __version__, media_types, negotiation, response_headers, typed_links
from oib.dataset import releases
from oib.dataset.catalog import distributions
from oib.engine.statements import StatementIndex, fetch_properties, fetch_rows, sparql_iri
from oib.errors import NotAcceptable, NotFound
from oib.namespaces import BASE, GRAPH, PREFIXES
from oib.sparql import results
from oib.typed_links import Resource
from oib.views import entity_triples, terms
from oib.web import (
    context,
    page_metadata,
    representations,
    result_table,
    signposting,
    templating,
)

bp = Blueprint("documents", __name__)

_FORMS = {**media_types.GRAPH_SUFFIXES, **media_types.PAGE_SUFFIXES}
_GRAPH_FORMS = {**_FORMS, **media_types.DATASET_SUFFIXES}
_GRAPHS = {"ontology": "ontology", "vocab": "vocab", "shapes": "shapes", "dataset": "meta"}
_VOID = PREFIXES["void"]
# What VoID counts, and as what: things of a class, statements with a property, links of a linkset.
_PARTS = (
    ("classes", _VOID + "class", _VOID + "entities"),
    ("properties", _VOID + "property", _VOID + "triples"),
    ("linksets", PREFIXES["dcterms"] + "title", _VOID + "triples"),
)
_DUMP_TYPES = {
    "nq": media_types.N_QUADS,
    "trig": media_types.TRIG,
    **media_types.GRAPH_SUFFIXES,
    "json": "application/json+ftm",  # one entity a line, as tools of FollowTheMoney read it
}
_GZIP = "application/gzip"
_MAX_WORDS = 200  # characters
_MEDIA_TYPES = {
    "data.nq.gz": _GZIP,
    "data.trig.gz": _GZIP,
    "claims-rdf12.ttl": media_types.TURTLE,
    "context.jsonld": media_types.JSON_LD,
}
_CHUNK = 2**16  # bytes that are decompressed at a time
_SUFFIXES = f"any({','.join((*_FORMS, typed_links.SUFFIX))})"


@bp.get("/<any(ontology,vocab,shapes,dataset):name>")
@bp.get(f"/<any(ontology,vocab,shapes,dataset):name>.<{_SUFFIXES}:suffix>")
def document(name: str, suffix: str | None = None) -> Response:
    """Return a document that is published as a whole, as a page or in RDF."""
    url = url_for("documents.document", name=name)
    if suffix == typed_links.SUFFIX:
        return signposting.linkset(Resource(url, BASE + name, _FORMS))
    offered = (*results.GRAPHS, media_types.HTML, *media_types.GRAPH_ALIASES)
    try:
        media_type = representations.negotiate(offered, _FORMS.get(suffix or ""))
    except NotAcceptable as error:
        raise representations.not_acceptable(error, url, _FORMS) from error
    response = representations.conditional_response(media_type, lambda: _answer(name, media_type))
    signposting.add_links(response, Resource(url, BASE + name, _FORMS))
    return response


@bp.get("/<any(ontology,vocab,shapes):name>/<version>")
def release(name: str, version: str) -> Response:
    """Return the document that ``owl:versionIRI`` names: of a release, the bytes of that time.

    Raises:
        NotFound: there is no such version.
    """
    if context.services().released:  # versions of documents have one address each
        response = context.respond("", "text/plain", 302)
        response.location = f"/{name}/{quote(version)}"
        return response
    forms = {**media_types.GRAPH_SUFFIXES, **media_types.PAGE_SUFFIXES}
    version, fixed = negotiation.split_suffix(version, forms)
    if version == __version__:
        return document(name, next((key for key in forms if forms[key] == fixed), None))
    released = context.services().releases
    opened = releases.version_of(released.all if released else (), version)
    media_type = representations.negotiate((*results.GRAPHS, media_types.HTML), fixed)
    if released is None or media_type == media_types.HTML:
        response = context.respond("", "text/plain", 302)
        response.location = f"/version/{version}/{name}"
        return response
    (suffix,) = (key for key in forms if forms[key] == media_type)
    folder = released.open(opened.version).dumps
    assert folder is not None
    tag = response_headers.entity_tag(opened.version, name, suffix)
    response = send_from_directory(folder, f"{name}.{suffix}", mimetype=media_type, etag=tag)
    url = url_for("documents.release", name=name, version=version)
    signposting.add_links(response, Resource(url, f"{BASE}{name}/{version}", forms))
    return response


@bp.get("/dump/<name>")
def dump(name: str) -> Response:
    """Return a file of the snapshot as a download.

    Those that are compressed are also there without ``.gz``, for clients that load RDF by its
    media type: with ``Content-Encoding: gzip`` if the client accepts that, else decompressed.
    """
    folder = context.services().dumps
    files = {path.name for path in folder.iterdir()} if folder else set()
    media_type = _DUMP_TYPES.get(name.removesuffix(".gz").partition(".")[2])
    if name == "claims-rdf12.ttl":
        media_type = f"{media_types.TURTLE}; version=1.2"
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
    """Return a named graph with its description, as a page or in RDF.

    Raises:
        NotFound: no graph has that name.
    """
    linkset = name.endswith(f".{typed_links.SUFFIX}")
    name, fixed = negotiation.split_suffix(
        name.removesuffix(f".{typed_links.SUFFIX}"), _GRAPH_FORMS
    )
    iri, url = GRAPH + name, url_for("documents.graph", name=name)
    if not fetch_rows(
        context.queries(), f"SELECT * {{ GRAPH {sparql_iri(iri)} {{ ?s ?p ?o }} }} LIMIT 1"
    ):
        links = [(url_for("collections.graphs"), "collection", "")]
        raise NotFound(f"no graph is called {iri}; {links[0][0]} names them all", links)
    if linkset:
        return signposting.linkset(Resource(url, iri, _GRAPH_FORMS))
    try:
        media_type = representations.negotiate(
            (*results.GRAPHS, media_types.HTML, *results.DATASETS, *media_types.GRAPH_ALIASES),
            fixed,
        )
    except NotAcceptable as error:
        raise representations.not_acceptable(error, url, _GRAPH_FORMS) from error
    response = representations.conditional_response(
        media_type, lambda: _graph(name, iri, media_type)
    )
    signposting.add_links(response, Resource(url, iri, _GRAPH_FORMS))
    return response


def _graph(name: str, iri: str, media_type: str) -> Response:
    engine = context.queries()
    if media_type != media_types.HTML:
        form = media_types.GRAPH_ALIASES.get(media_type, media_type)
        body = entity_triples.serialize_described_graph(
            engine, name, form, context.services().compaction
        )
        return context.respond(body, media_type)
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {sparql_iri(iri)} {{ ?s ?p ?o }} }}"
    result = result_table.fetch(engine, query, context.vocabulary())
    about = StatementIndex.select(engine, f"SELECT (<{iri}> AS ?s) ?p ?o WHERE {{ <{iri}> ?p ?o }}")
    named = fetch_properties(engine, about.iris())
    return templating.render(
        "graph.html",
        names={**result.names, **named.all_names()},
        name=name,
        about={prop: about.objects(iri, prop) for prop, _ in about.predicate_objects(iri)},
        preview=result.preview,
        url=url_for("documents.graph", name=name),
        forms=_GRAPH_FORMS,
    )


@bp.get("/catalogue")
@bp.get("/.well-known/void")
def void() -> Response:
    """Redirect to the description of the data set, also from the well-known address (VoID, 7.2)."""
    response = context.respond("", "text/plain", 302)
    response.location = url_for("documents.document", name="dataset")
    return response


def _answer(name: str, media_type: str) -> Response:
    engine, services = context.queries(), context.services()
    if media_type != media_types.HTML:
        form = media_types.GRAPH_ALIASES.get(media_type, media_type)
        added = list(distributions(services.files)) if name == "dataset" else ()
        body = entity_triples.serialize_graph(
            engine, _GRAPHS[name], form, services.compaction, added
        )
        return context.respond(body, media_type)
    if name == "dataset":
        return _dataset()
    reference = terms.fetch_reference(engine, name)
    words, severity = (
        request.args.get("q", "").strip()[:_MAX_WORDS],
        request.args.get("severity", ""),
    )
    shown = reference.containing(words, severity)
    return templating.render(
        "reference.html",
        names=reference.names,
        reference=shown,
        whole=len(reference.terms) + len(reference.rules),
        severities=sorted({rule.severity for rule in reference.rules}),
        words=words,
        severity=severity,
        name=name,
        iri=BASE + name,
        forms=media_types.GRAPH_SUFFIXES,
    )


_PARTITIONS = ", ".join(
    f"<{_VOID}{name}>" for name in ("classPartition", "propertyPartition", "subset")
)
_ABOUT = f"""
SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPH}meta> {{
  {{ BIND(<{BASE}dataset> AS ?s) ?s ?p ?o FILTER(?p NOT IN ({_PARTITIONS})) }}
  UNION {{ <{BASE}dataset> <{_VOID}classPartition>|<{_VOID}propertyPartition> ?s . ?s ?p ?o }}
  UNION {{ <{BASE}dataset> <{_VOID}subset> ?s . ?s a <{_VOID}Linkset> ; ?p ?o }}
}} }}"""


def _dataset() -> Response:
    engine, iri, services = context.queries(), BASE + "dataset", context.services()
    downloads = {
        name.rpartition("/")[2]: record
        for name, record in sorted(services.files.items())
        if name.startswith("dump/")
    }
    statements = StatementIndex.select(engine, _ABOUT)
    named = statements | fetch_properties(engine, statements.iris())
    parts_of = {
        kind: sorted(
            (
                (of, number)
                for node in statements
                if node != iri
                and (of := statements.value(node, part))
                and (number := statements.value(node, count))
            ),
            key=lambda pair: (-int(pair[1].text), pair[0].text),
        )
        for kind, part, count in _PARTS
    }
    return templating.render(
        "dataset.html",
        names={term: names for term in named if (names := named.names(term))},
        about={
            prop: statements.objects(iri, prop)
            for prop, value in statements.predicate_objects(iri)
            if not value.text.startswith(iri + "#")
        },
        downloads=downloads,
        schema_org=page_metadata.dataset(
            services.description, services.version, downloads, _MEDIA_TYPES
        ),
        parts_of=parts_of,
        forms=media_types.GRAPH_SUFFIXES,
    )
