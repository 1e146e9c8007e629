"""``/queries/…``: the library of saved queries, each with its page, its text and its answer."""

from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from oib.errors import BadInput
from oib.saved_queries import SavedQuery
from oib.sparql import guard, results
from oib.views import entity_views
from oib.web import context, representations, result_table, templating

bp = Blueprint("queries", __name__)

_TEXT = "application/sparql-query"
_LISTS = {**representations.GRAPHS, **representations.PAGES}
_FORMS = {"rq": _TEXT, **representations.TABLES, **representations.GRAPHS, **representations.PAGES}


@bp.get("/queries/")
def library() -> Response:
    """List all saved queries: a page by topic, or their description in RDF."""
    media_type = representations.choose((*results.GRAPHS, context.PAGE))
    return representations.tagged(media_type, lambda: _list(media_type))


@bp.get("/queries/<path:name>")
def query(name: str) -> Response:
    """Run a saved query with the parameters of the address, or show its text or its page."""
    name, fixed = representations.split(name, _FORMS)
    saved = context.site().library[name]
    form = guard.read(saved.text).form
    offered = (*results.offered(form), context.PAGE, _TEXT)
    if form in ("SELECT", "ASK"):
        offered += tuple(results.GRAPHS)  # of the query itself, in place of its answer
    media_type = representations.choose(offered, fixed)
    values = _values(saved)
    text = saved.bind(values)
    response = representations.tagged(media_type, lambda: _answer(saved, text, values, media_type))
    endings = {end: each for end, each in _FORMS.items() if each in offered}
    url = url_for("queries.query", name=name) + (f"?{urlencode(values)}" if values else "")
    representations.link(response, url, endings, saved.iri)
    return response


def _list(media_type: str) -> Response:
    site = context.site()
    if media_type != context.PAGE:
        body = entity_views.write_graph(context.queries(), "queries", media_type)
        return context.reply(body, media_type)
    ordered = sorted(site.library, key=lambda saved: saved.name)
    topics = [(topic, list(some)) for topic, some in groupby(ordered, lambda saved: saved.topic)]
    return templating.fill("queries.html", topics=topics, forms=representations.GRAPHS)


def _answer(saved: SavedQuery, text: str, values: dict[str, str], media_type: str) -> Response:
    engine = context.queries()
    form = guard.read(text).form
    if media_type == _TEXT:
        return context.reply(text, _TEXT)
    if media_type == context.PAGE:
        return _page(saved, text, values)
    if media_type not in results.offered(form):
        return context.reply(entity_views.write_only(engine, saved.iri, media_type), media_type)
    return context.reply(engine.query(text, media_type), media_type)


def _page(saved: SavedQuery, text: str, values: dict[str, str]) -> Response:
    engine, form = context.queries(), guard.read(text).form
    is_table = form in ("SELECT", "ASK")
    answer = result_table.ask(engine, text) if is_table else None
    return templating.fill(
        "query.html",
        names=answer.names if answer else None,
        saved=saved,
        text=text,
        values=values,
        answer=answer,
        graph=None if is_table else engine.query(text, "text/turtle").decode(),
        endings=representations.TABLES if is_table else representations.GRAPHS,
        asked=request.query_string.decode("ascii", "replace"),
    )


def _values(saved: SavedQuery) -> dict[str, str]:
    """Return the parameters of the address, each once; ``lang`` is that of the page."""
    own = {parameter.name for parameter in saved.parameters}
    values: dict[str, str] = {}
    for name, value in request.args.items(multi=True):
        if name == "lang" and name not in own:
            continue
        if name in values:
            raise BadInput(f"send the parameter {name} once; a query runs with one value of each")
        values[name] = value
    return values
