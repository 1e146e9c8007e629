"""``/queries/…``: the saved queries, each with its page, its text and its results."""

from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from oib import media_types
from oib.errors import BadInput, NotAcceptable
from oib.namespaces import QUERIES
from oib.saved_queries import SavedQuery
from oib.sparql import guard, results
from oib.views import entity_triples
from oib.web import context, representations, result_table, signposting, templating
from oib.web.signposting import Resource

bp = Blueprint("queries", __name__)

_TEXT = "application/sparql-query"
_LISTS = {**media_types.GRAPH_SUFFIXES, **media_types.PAGE_SUFFIXES}
_FORMS = {
    "rq": _TEXT,
    **media_types.TABLE_SUFFIXES,
    **media_types.GRAPH_SUFFIXES,
    **media_types.PAGE_SUFFIXES,
}


@bp.get("/queries/")
def library() -> Response:
    """Return the list of saved queries: a page by topic, or their description in RDF."""
    media_type = representations.negotiate((*results.GRAPHS, media_types.HTML))
    response = representations.conditional_response(media_type, lambda: _list(media_type))
    url = url_for("queries.library")
    signposting.add_links(response, Resource(url, QUERIES, _LISTS))
    return response


@bp.get("/queries/<path:name>")
def query(name: str) -> Response:
    """Return the results, the text, the page or the description of a saved query."""
    linkset = name.endswith(f".{signposting.SUFFIX}")
    name, fixed = representations.split_suffix(name.removesuffix(f".{signposting.SUFFIX}"), _FORMS)
    saved = context.services().library[name]
    parsed = guard.parse(saved.text)
    form = parsed.form
    offered = (*results.offered(form), media_types.HTML, _TEXT)
    if form in ("SELECT", "ASK"):
        offered += tuple(results.GRAPHS)  # of the query itself, in place of its answer
    own = {parameter.name for parameter in saved.parameters}
    url = url_for("queries.query", name=name)
    forms = {suffix: form for suffix, form in _FORMS.items() if form in offered}
    if linkset:
        return signposting.linkset(Resource(url, saved.iri, forms))
    try:
        media_type = representations.negotiate(offered, fixed, own)
    except NotAcceptable as error:
        raise representations.not_acceptable(error, url, forms) from error
    values = _values(saved)
    text = saved.bind(values)
    response = representations.conditional_response(
        media_type, lambda: _answer(saved, text, values, media_type), is_volatile=parsed.is_volatile
    )
    signposting.add_links(response, Resource(url, saved.iri, forms, query=urlencode(values)))
    return response


def _list(media_type: str) -> Response:
    services = context.services()
    if media_type != media_types.HTML:
        body = entity_triples.serialize_graph(
            context.queries(), "queries", media_type, context.services().compaction
        )
        return context.respond(body, media_type)
    ordered = sorted(services.library, key=lambda saved: saved.name)
    topics = [(topic, list(group)) for topic, group in groupby(ordered, lambda saved: saved.topic)]
    return templating.render("queries.html", topics=topics, forms=media_types.GRAPH_SUFFIXES)


def _answer(saved: SavedQuery, text: str, values: dict[str, str], media_type: str) -> Response:
    engine = context.queries()
    form = guard.parse(text).form
    if media_type == _TEXT:
        return context.respond(text, _TEXT)
    if media_type == media_types.HTML:
        return _page(saved, text, values)
    if media_type not in results.offered(form):
        return context.respond(
            entity_triples.serialize_own_triples(
                engine, saved.iri, media_type, context.services().compaction
            ),
            media_type,
        )
    return context.respond(engine.query(text, media_type), media_type)


def _page(saved: SavedQuery, text: str, values: dict[str, str]) -> Response:
    is_table = guard.parse(text).form in ("SELECT", "ASK")
    result = result_table.fetch(context.queries(), text, context.vocabulary())
    return templating.render(
        "query.html",
        names=result.names,
        saved=saved,
        text=text,
        values=values,
        preview=result.preview,
        suffixes=media_types.TABLE_SUFFIXES if is_table else media_types.GRAPH_SUFFIXES,
        arguments=urlencode(_arguments(saved)),
    )


def _arguments(saved: SavedQuery) -> list[tuple[str, str]]:
    """Return the parameters of the URL except those that name the format of the response."""
    own = {parameter.name for parameter in saved.parameters}
    return [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name in own or name not in representations.FORMAT_PARAMETERS
    ]


def _values(saved: SavedQuery) -> dict[str, str]:
    """Return the values of the query's parameters; language and format belong to the response."""
    own = {parameter.name for parameter in saved.parameters}
    values: dict[str, str] = {}
    for name, value in _arguments(saved):
        if name == "lang" and name not in own:
            continue
        if name in values:
            raise BadInput(f"send the parameter {name} once; a query runs with one value of each")
        values[name] = value
    return values
