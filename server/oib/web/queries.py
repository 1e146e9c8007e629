"""``/queries/…``: the library of saved queries, each with its page, its text and its answer."""

from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from oib import answers, description, guard
from oib.errors import BadInput
from oib.library import SavedQuery
from oib.web import desk, forms, results, sheet

bp = Blueprint("queries", __name__)

_TEXT = "application/sparql-query"
_LISTS = {**forms.GRAPHS, **forms.PAGES}
_FORMS = {"rq": _TEXT, **forms.TABLES, **forms.GRAPHS, **forms.PAGES}


@bp.get("/queries/")
def library() -> Response:
    """List all saved queries: a page by topic, or their description in RDF."""
    media_type = forms.choose((*answers.GRAPHS, desk.PAGE))
    return forms.tagged(media_type, lambda: _list(media_type))


@bp.get("/queries/<path:name>")
def query(name: str) -> Response:
    """Run a saved query with the parameters of the address, or show its text or its page."""
    name, fixed = forms.split(name, _FORMS)
    saved = desk.site().library[name]
    form = guard.read(saved.text).form
    offered = (*answers.offered(form), desk.PAGE, _TEXT)
    if form in ("SELECT", "ASK"):
        offered += tuple(answers.GRAPHS)  # of the query itself, in place of its answer
    media_type = forms.choose(offered, fixed)
    values = _values(saved)
    text = saved.bind(values)
    response = forms.tagged(media_type, lambda: _answer(saved, text, values, media_type))
    endings = {end: each for end, each in _FORMS.items() if each in offered}
    url = url_for("queries.query", name=name) + (f"?{urlencode(values)}" if values else "")
    forms.link(response, url, endings, saved.iri)
    return response


def _list(media_type: str) -> Response:
    site = desk.site()
    if media_type != desk.PAGE:
        body = description.write_graph(site.engine, "queries", media_type)
        return desk.reply(body, media_type)
    ordered = sorted(site.library, key=lambda saved: saved.name)
    topics = [(topic, list(some)) for topic, some in groupby(ordered, lambda saved: saved.topic)]
    return sheet.fill("queries.html", topics=topics, forms=forms.GRAPHS)


def _answer(saved: SavedQuery, text: str, values: dict[str, str], media_type: str) -> Response:
    engine = desk.site().engine
    form = guard.read(text).form
    if media_type == _TEXT:
        return desk.reply(text, _TEXT)
    if media_type == desk.PAGE:
        return _page(saved, text, values)
    if media_type not in answers.offered(form):
        return desk.reply(description.write_only(engine, saved.iri, media_type), media_type)
    return desk.reply(engine.query(text, media_type), media_type)


def _page(saved: SavedQuery, text: str, values: dict[str, str]) -> Response:
    engine, form = desk.site().engine, guard.read(text).form
    is_table = form in ("SELECT", "ASK")
    answer = results.ask(engine, text) if is_table else None
    return sheet.fill(
        "query.html",
        names=answer.names if answer else None,
        saved=saved,
        text=text,
        values=values,
        answer=answer,
        graph=None if is_table else engine.query(text, "text/turtle").decode(),
        endings=forms.TABLES if is_table else forms.GRAPHS,
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
