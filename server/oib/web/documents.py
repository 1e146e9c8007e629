"""``/ontology``, ``/vocab``, ``/shapes``, ``/dataset``: each named graph as the document it is."""

from flask import Blueprint, Response, send_from_directory, url_for

from oib import __version__
from oib.engine.statements import Facts, bracket, rows, tell
from oib.errors import NotFound
from oib.namespaces import BASE, GRAPH, PREFIXES
from oib.sparql import results
from oib.views import entity_views, terms
from oib.web import context, representations, templating

bp = Blueprint("documents", __name__)

_FORMS = {**representations.GRAPHS, **representations.PAGES}
_GRAPHS = {"ontology": "ontology", "vocab": "vocab", "shapes": "shapes", "dataset": "meta"}
_VOID = PREFIXES["void"]
# What VoID counts, and as what: things of a class, statements with a property, links of a linkset.
_PARTS = (
    (_VOID + "class", _VOID + "entities"),
    (_VOID + "property", _VOID + "triples"),
    (PREFIXES["dcterms"] + "title", _VOID + "triples"),
)
_DUMPS = {
    "nq.gz": "application/gzip",
    "ttl": "text/turtle; version=1.2",
    "jsonld": "application/ld+json",
}
_ENDINGS = f"any({','.join(_FORMS)})"


@bp.get("/<any(ontology,vocab,shapes,dataset):name>")
@bp.get(f"/<any(ontology,vocab,shapes,dataset):name>.<{_ENDINGS}:ending>")
def document(name: str, ending: str | None = None) -> Response:
    """Return one of the documents that are published as a whole: a page for people, or RDF."""
    media_type = representations.choose((*results.GRAPHS, context.PAGE), _FORMS.get(ending or ""))
    response = representations.tagged(media_type, lambda: _answer(name, media_type))
    representations.link(response, url_for("documents.document", name=name), _FORMS, BASE + name)
    return response


@bp.get("/<any(ontology,vocab,shapes):name>/<version>")
def release(name: str, version: str) -> Response:
    """Return the document that ``owl:versionIRI`` names: this server keeps the present one."""
    if version != __version__:
        raise NotFound(f"version {version} is not kept here; {BASE}{name} is at {__version__}")
    return document(name)


@bp.get("/dump/<name>")
def dump(name: str) -> Response:
    """Return a file of the snapshot for downloading."""
    folder = context.site().dumps
    if folder is None or not (folder / name).is_file():
        raise NotFound(f"there is no dump {name}; {BASE}dataset names them all")
    return send_from_directory(folder, name, mimetype=_DUMPS.get(name.partition(".")[2]))


@bp.get("/graph/<path:name>")
def graph(name: str) -> Response:
    """Return any named graph, in RDF."""
    engine, media_type = context.queries(), representations.choose(tuple(results.GRAPHS))
    if not rows(engine, f"SELECT * {{ GRAPH {bracket(GRAPH + name)} {{ ?s ?p ?o }} }} LIMIT 1"):
        raise NotFound(f"no graph is called {GRAPH}{name}")
    return context.reply(entity_views.write_graph(engine, name, media_type), media_type)


@bp.get("/.well-known/void")
def void() -> Response:
    """Lead from the well-known address to the description of the data set (VoID, section 7.2)."""
    response = context.reply("", "text/plain", 302)
    response.location = url_for("documents.document", name="dataset")
    return response


def _answer(name: str, media_type: str) -> Response:
    engine = context.queries()
    if media_type != context.PAGE:
        return context.reply(
            entity_views.write_graph(engine, _GRAPHS[name], media_type), media_type
        )
    if name == "dataset":
        return _dataset()
    told = terms.read(engine, name)
    return templating.fill(
        "reference.html", names=told.names, told=told, name=name, forms=representations.GRAPHS
    )


def _dataset() -> Response:
    engine, iri = context.queries(), BASE + "dataset"
    query = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPH}meta> {{ ?s ?p ?o }} }}"
    facts = Facts.select(engine, query)
    named = facts | tell(engine, facts.iris())
    parts = [
        (of, number)
        for node in facts
        if node != iri
        for what, count in _PARTS
        if (of := facts.one(node, what)) and (number := facts.one(node, count))
    ]
    return templating.fill(
        "dataset.html",
        names={each: names for each in named if (names := named.names(each))},
        about={
            prop: facts.all(iri, prop)
            for prop, value in facts.about(iri)
            if not value.text.startswith(iri + "#")
        },
        parts_of=sorted(parts, key=lambda part: (-int(part[1].text), part[0].text)),
        forms=representations.GRAPHS,
    )
