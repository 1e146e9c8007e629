"""``/bases`` and the like: the lists that the home defines, as pages, CSV and JSON."""

import csv
import io
import json
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request

from oib import media_types, negotiation, typed_links
from oib.engine.statements import Term
from oib.errors import BadInput
from oib.page_queries import Column, ListDefinition
from oib.services import Services
from oib.typed_links import Resource
from oib.views import lists, paging
from oib.views.lists import ListTable, Row, SelectedRows, Selection
from oib.web import citations, context, representations, signposting, templating
from oib.web.citations import Citation
from oib.web.localization import Locale

bp = Blueprint("lists", __name__)

PAGE_SIZE: Final = 50  # rows
_FORMS: Final = {"csv": media_types.CSV, "json": media_types.JSON, **media_types.PAGE_SUFFIXES}
_CITATIONS: Final = media_types.CITATION_SUFFIXES
_SUFFIXES: Final = {**_FORMS, **_CITATIONS}
_OFFERED: Final = (media_types.HTML, media_types.JSON, media_types.CSV, *_CITATIONS.values())
_RESERVED: Final = ("lang", "page", "q", "sort", *negotiation.FORMAT_PARAMETERS)
_MAX_WORDS: Final = 200  # characters


@bp.get("/<name>")
@bp.get(f"/<name>.<any({','.join((*_SUFFIXES, typed_links.SUFFIX))}):suffix>")
def show(name: str, suffix: str | None = None) -> Response:
    """Return a list: what ``?q=``, ``?<column>=`` and ``?sort=`` choose of it.

    A page holds ``PAGE_SIZE`` rows; the data forms have all that are chosen.
    """
    definition = context.services().pages.list(name)
    url = f"{request.script_root}/{quote(name)}"
    resource = Resource(
        url, definition.iri, _FORMS, (typed_links.COLLECTION_PAGE,), query=_query(page=None)
    )
    if suffix == typed_links.SUFFIX:
        return signposting.linkset(resource)
    media_type = representations.negotiate(_OFFERED, _SUFFIXES.get(suffix or ""))
    if media_type in _CITATIONS.values():
        return citations.conditional_response(lambda: _citation(definition), media_type)
    locale = templating.locale()
    response = representations.conditional_response(
        media_type,
        lambda: _answer(definition, media_type, locale),
        f"{request.full_path} {locale.language}",
    )
    signposting.add_links(response, resource)
    return response


def _answer(definition: ListDefinition, media_type: str, locale: Locale) -> Response:
    table = _table(definition)

    def text_of(term: Term) -> str:
        return locale.name(term.text, table.names)[0] if term.is_iri else term.text

    selected = lists.select(table, _selection(definition), text_of)
    number = representations.page_number()
    if media_type != media_types.HTML:
        paging.check(number, 1)
    if media_type == media_types.CSV:
        return context.respond(_csv(definition, selected, locale, table), media_type)
    if media_type == media_types.JSON:
        return context.respond(_json(definition, selected, locale, table), media_type)
    pages = max(1, -(-len(selected.rows) // PAGE_SIZE))
    paging.check(number, pages)
    response = _page(table, selected, number, pages)
    representations.add_page_links(response, number, pages)
    return response


def _page(table: ListTable, selected: SelectedRows, number: int, pages: int) -> Response:
    definition, selection = table.definition, _selection(table.definition)
    start = (number - 1) * PAGE_SIZE
    return templating.render(
        "list.html",
        names=table.names,
        definition=definition,
        columns=[
            column
            for column in definition.columns
            if not column.is_hidden and any(column.name in row.cells for row in table.rows)
        ],
        rows=selected.rows[start : start + PAGE_SIZE],
        start=start,
        total=len(selected.rows),
        whole=len(table.rows),
        facets=[
            (column, selected.facets[column.name])
            for column in definition.columns
            if column.is_facet
        ],
        selection=selection,
        sort=selection.sort or definition.sort,
        chosen=_chosen(table, selection),
        without={name: _address("", page=None, **{name: None}) for name in selection.values},
        sorted_by={column.name: _address(sort=_next_sort(column, selection, definition), page=None)
                   for column in definition.columns},
        forms={suffix: _address(f".{suffix}", page=None) for suffix in ("csv", "json")},
        pages=representations.page_urls(number, pages),
        citation=_citation(definition),
        citation_urls={suffix: _address(f".{suffix}", page=None) for suffix in _CITATIONS},
        number=number,
        last=pages,
        not_stated=lists.NOT_STATED,
    )  # fmt: skip


def _citation(definition: ListDefinition) -> Citation:
    locale, query = templating.locale(), _query(lang=None, page=None)
    iri = definition.iri + (f"?{query}" if query else "")
    return Citation.of(locale.best_text(definition.title)[0], iri, locale)


def _table(definition: ListDefinition) -> ListTable:
    """Return a list as a whole; immutable data are asked for it once."""
    services = context.services()
    if services.is_immutable:
        return _immutable_table(services, definition.name)
    return lists.fetch_list(context.queries(), definition, context.vocabulary())


@context.kept_with_services(64)
def _immutable_table(services: Services, name: str) -> ListTable:
    definition = services.pages.list(name)
    return lists.fetch_list(context.queries(), definition, context.vocabulary())


def _selection(definition: ListDefinition) -> Selection:
    """Return what the address chooses.

    Raises:
        BadInput: it chooses by nothing that the list has.
    """
    values: dict[str, list[str]] = {}
    own = {column.name for column in definition.columns}
    for name, value in request.args.items(multi=True):
        if (name in own or name not in _RESERVED) and value:
            values.setdefault(name, []).append(value)
    words = request.args.get("q", "").strip()
    if len(words) > _MAX_WORDS:
        raise BadInput(f"q= has more than {_MAX_WORDS} characters; a few words are enough")
    return Selection(words, values, request.args.get("sort", ""))


def _chosen(table: ListTable, selection: Selection) -> list[tuple[Column, str, Term | None]]:
    """Return column, key and term of each value that is chosen."""
    terms = {
        (name, lists.address_key(value.term)): value.term
        for row in table.rows
        for name in selection.values
        for value in row.cells.get(name, ())
    }
    return [
        (column, key, terms.get((column.name, key)))
        for column in table.definition.columns
        for key in selection.values.get(column.name, ())
    ]


def _next_sort(column: Column, selection: Selection, definition: ListDefinition) -> str:
    """Return the order that a click on the heading of a column brings: the other way around."""
    current = selection.sort or definition.sort
    return f"-{column.name}" if current == column.name else column.name


def _address(suffix: str = "", **changes: str | None) -> str:
    """Return the address of this list with some of its parameters changed or left out."""
    stem, fixed = negotiation.split_suffix(request.path, _SUFFIXES)
    query = _query(**changes)
    path = quote(request.script_root + (stem if fixed else request.path), safe="/")
    return f"{path}{suffix}" + (f"?{query}" if query else "")


def _query(**changes: str | None) -> str:
    pairs = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if value and name not in changes and name not in negotiation.FORMAT_PARAMETERS
    ]
    pairs += [(name, value) for name, value in changes.items() if value is not None]
    return urlencode(pairs, safe="/#:")


def _csv(
    definition: ListDefinition, selected: SelectedRows, locale: Locale, table: ListTable
) -> str:
    """Return rows as CSV (RFC 4180): IRI and name of the thing, then the values of each column.

    Several values of a cell are separated by “; ”, each followed by its marks in brackets.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    columns = [column.name for column in definition.columns]
    writer.writerow([columns[0], "name", *columns[1:]])
    for row in selected.rows:
        members = _members(row, columns, locale, table)
        cells = ["; ".join(map(_cell, members[name])) for name in columns[1:]]
        writer.writerow([row.thing.text, members["name"], *cells])
    return out.getvalue()


def _cell(value: dict[str, Any]) -> str:
    marks = f" ({', '.join(value['marks'])})" if "marks" in value else ""
    return f"{value.get('name', value.get('value', ''))}{marks}"


def _json(
    definition: ListDefinition, selected: SelectedRows, locale: Locale, table: ListTable
) -> str:
    columns = [column.name for column in definition.columns]
    members = {
        "list": definition.iri,
        "title": locale.best_text(definition.title)[0],
        "version": context.services().version,
        "total": len(selected.rows),
        "rows": [_members(row, columns, locale, table) for row in selected.rows],
    }
    return json.dumps(members, ensure_ascii=False, indent=1)


def _members(row: Row, columns: list[str], locale: Locale, table: ListTable) -> dict[str, Any]:
    def name(term: Term) -> str:
        return locale.name(term.text, table.names)[0]

    members: dict[str, Any] = {"iri": row.thing.text, "name": name(row.thing)}
    for column in columns[1:]:
        members[column] = [
            ({"iri": value.term.text, "name": name(value.term)} if value.term.is_iri
             else {"value": value.term.text})
            | ({"marks": [name(mark) for mark in value.marks]} if value.marks else {})
            for value in row.cells.get(column, ())
        ]  # fmt: skip
    return members
