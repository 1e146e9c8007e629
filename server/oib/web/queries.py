"""``/queries/…``: the saved queries, each with its page, its text and its results."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from oib import media_types, negotiation, typed_links
from oib.errors import BadInput, NotAcceptable
from oib.namespaces import QUERIES
from oib.saved_queries import Parameter, SavedQuery
from oib.services import Services
from oib.sparql import guard, results
from oib.typed_links import Resource
from oib.views import entity_triples, named_things
from oib.web import citations, context, representations, result_table, signposting, templating
from oib.web.citations import Citation

bp = Blueprint("queries", __name__)


class Field(NamedTuple):
    """A field of the form of a query: its value, and what is offered instead, with comments."""

    parameter: Parameter
    value: str
    options: Mapping[str, str]


# What begins like an absolute IRI or a prefixed name; anything else may be the name of a thing.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
_MAX_NAME = 300  # characters
_TEXT = "application/sparql-query"
_LISTS = {**media_types.GRAPH_SUFFIXES, **media_types.PAGE_SUFFIXES}
_FORMS = {
    "rq": _TEXT,
    **media_types.TABLE_SUFFIXES,
    **media_types.GRAPH_SUFFIXES,
    **media_types.PAGE_SUFFIXES,
}
_CITATIONS = media_types.CITATION_SUFFIXES


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
    linkset = name.endswith(f".{typed_links.SUFFIX}")
    name, fixed = negotiation.split_suffix(
        name.removesuffix(f".{typed_links.SUFFIX}"), {**_FORMS, **_CITATIONS}
    )
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
        media_type = representations.negotiate((*offered, *_CITATIONS.values()), fixed, own)
    except NotAcceptable as error:
        raise representations.not_acceptable(error, url, forms) from error
    try:
        values = resolved_values(saved, values_of(saved))
        text = saved.bind(values)
    except BadInput as error:
        if media_type != media_types.HTML:
            raise
        return _form(saved, error)
    if media_type in _CITATIONS.values():
        return citations.conditional_response(lambda: _citation(saved, values), media_type)
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
    return templating.render(
        "queries.html",
        topics=topics,
        headings=services.library.headings,
        forms=media_types.GRAPH_SUFFIXES,
    )


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
    headings = context.services().library.headings
    result = result_table.fetch_linked(
        context.queries(), text, context.vocabulary(), headings.as_printed
    )
    citation = _citation(saved, values)
    return templating.render(
        "query.html",
        names=result.names,
        saved=saved,
        text=text,
        fields=form_fields(saved, values),
        values=values,
        error=None,
        preview=result.preview,
        things=result.things,
        headings=headings,
        iri=citation.url,
        citation=citation,
        citation_urls={suffix: _address(saved, suffix) for suffix in _CITATIONS},
        suffixes=media_types.TABLE_SUFFIXES if is_table else media_types.GRAPH_SUFFIXES,
        arguments=urlencode(_arguments(saved)),
    )


def _citation(saved: SavedQuery, values: Mapping[str, str]) -> Citation:
    locale = templating.locale()
    iri = saved.iri + (f"?{urlencode(values)}" if values else "")
    return Citation.of(locale.best_text(saved.question)[0], iri, locale)


def _address(saved: SavedQuery, suffix: str) -> str:
    """Return the address of a form of this answer, in the same language."""
    arguments = urlencode(list(request.args.items(multi=True)))
    url = url_for("queries.query", name=f"{saved.name}.{suffix}")
    return f"{url}?{arguments}" if arguments else url


def _form(saved: SavedQuery, error: BadInput) -> Response:
    """Return the page with the form alone, as it was filled in, and what is wrong with it."""
    response = templating.render(
        "query.html",
        400,
        saved=saved,
        fields=form_fields(saved, dict(request.args)),
        error=str(error),
        text=saved.text,
        preview=None,
        arguments="",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def form_fields(saved: SavedQuery, values: Mapping[str, str]) -> list[Field]:
    """Return the fields of the form: things by their names, as they can be typed."""
    locale = templating.locale()
    # A name is looked up as the data have it, so none is converted to Traditional Chinese.
    locale = replace(locale, language=locale.data_language)
    fields = []
    for parameter in saved.parameters:
        value = values.get(parameter.name, parameter.example)
        options: dict[str, str] = {}
        if parameter.kind == "iri":
            things = _options(parameter)
            names = {iri: locale.best_text(texts)[0] for iri, texts in things.items()}
            counted = Counter(names.values())
            # Of several things with one name, each is offered by its IRI.
            options = {
                name if counted[name] == 1 else iri: "" if counted[name] == 1 else name
                for iri, name in names.items()
            }
            name = names.get(_iri(parameter, value), "")
            value = name if counted[name] == 1 else value
        fields.append(Field(parameter, value, options))
    return fields


def _iri(parameter: Parameter, value: str) -> str:
    """Return a caller's text as an IRI, or as it is if it is none."""
    try:
        return str(parameter.term(value).value)
    except BadInput:
        return value


def _options(parameter: Parameter) -> Mapping[str, Mapping[str, str]]:
    services = context.services()
    if services.is_immutable:
        return _immutable_options(services, parameter.options, _iri(parameter, parameter.example))
    return _fetch_options(parameter.options, _iri(parameter, parameter.example))


@context.kept_with_services(128)
def _immutable_options(
    services: Services, query: str, example: str
) -> Mapping[str, Mapping[str, str]]:
    return _fetch_options(query, example)


def _fetch_options(query: str, example: str) -> Mapping[str, Mapping[str, str]]:
    engine = context.queries()
    if query:
        return named_things.fetch_selected_options(engine, query)
    return named_things.fetch_options(engine, example)


def resolved_values(saved: SavedQuery, values: dict[str, str]) -> dict[str, str]:
    """Return the values of parameters with the IRIs of the things that they name.

    Raises:
        BadInput: a name is that of no thing, or of several.
    """
    known = {parameter.name: parameter for parameter in saved.parameters}
    resolved = {}
    for name, value in values.items():
        if name in known and known[name].kind == "iri" and not _IRI.match(value) and value.strip():
            things = named_things.find_by_name(context.queries(), value.strip()[:_MAX_NAME])
            if len(things) > 1:
                shown = ", ".join(things[:5])
                raise BadInput(f"{value} is the name of several things; send one of {shown}")
            if not things:
                raise BadInput(
                    f"parameter {name}: nothing here is called {value[:_MAX_NAME]}; "
                    f"send a name as it is printed, or an IRI such as {known[name].example}"
                )
            value = things[0]
        resolved[name] = value
    return resolved


def _arguments(saved: SavedQuery) -> list[tuple[str, str]]:
    """Return the parameters of the URL except those that name the format of the response."""
    own = {parameter.name for parameter in saved.parameters}
    return [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name in own or name not in negotiation.FORMAT_PARAMETERS
    ]


def values_of(saved: SavedQuery) -> dict[str, str]:
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
