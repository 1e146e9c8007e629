"""``/search``: a page, JSON, and the description of it for browsers (OpenSearch 1.1)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from oib import media_types
from oib.errors import BadInput, Unavailable
from oib.search.collection import KINDS, SCHEMA_KINDS
from oib.search.index import MAX_COUNTED, MAX_LENGTH, Hit, Results, SearchIndex
from oib.views import paging
from oib.web import context, representations, templating

bp = Blueprint("search", __name__)

_PER_PAGE: Final = 20
_OPENSEARCH: Final = "application/opensearchdescription+xml"


@bp.get("/search")
def search() -> Response:
    """Return what is found for ``q``: a page, or JSON."""
    media_type = representations.negotiate((media_types.HTML, media_types.JSON))
    text, kind, number = _arguments()
    create = _page if media_type == media_types.HTML else _data

    language = templating.locale().language

    def respond() -> Response:
        start = (number - 1) * _PER_PAGE
        results = _index().search(text, kind, _PER_PAGE, start, language) if text else None
        if results is not None:
            paging.check(number, _pages(results))
        return create(text, kind, number, results)

    key = f"{request.full_path} {request.script_root} {language}"
    response = representations.conditional_response(
        media_type, respond, key, names_host=media_type != media_types.HTML
    )
    response.vary.add("Accept-Language")
    return response


@bp.get("/search/description.xml")
def description() -> Response:
    """Return the OpenSearch description, by which browsers add the search to their own."""
    root = (request.host_url + request.script_root.lstrip("/")).rstrip("/")
    title = templating.locale().best_text(context.services().description.title)[0] or "oib"

    def respond() -> Response:
        body = render_template("opensearch.xml", root=root, title=title)
        return context.respond(body, _OPENSEARCH)

    response = representations.conditional_response(
        _OPENSEARCH, respond, f"{root} {title}", names_host=True
    )
    response.vary.add("Accept-Language")
    return response


def _arguments() -> tuple[str, str, int]:
    """Return the text, the kind and the number of the page.

    Raises:
        BadInput: one of them is no such thing.
    """
    text = request.args.get("q", "").strip()
    if len(text) > MAX_LENGTH:
        raise BadInput(f"search for {MAX_LENGTH} characters at most; this text is longer")
    if any(not character.isprintable() for character in text):
        raise BadInput("the text holds control characters; take them out")
    kind = request.args.get("kind", "")
    if kind and kind not in KINDS:
        raise BadInput(f"there is no kind {kind[:40]!a}; the kinds are {', '.join(KINDS)}")
    return text, kind, representations.page_number()


def _pages(results: Results) -> int:
    return max(1, -(-results.total // _PER_PAGE))


def _index() -> SearchIndex:
    texts = context.services().texts
    if texts is None:
        raise Unavailable("these data have no search index; run oib build to make one", None)
    return texts


def _page(text: str, kind: str, number: int, results: Results | None) -> Response:
    names = _names(results)
    last = _pages(results) if results is not None else 1
    return templating.render(
        "search.html",
        names=names,
        text=text,
        kind=kind,
        kinds=KINDS,
        results=results,
        groups=_groups(results, text, kind, number),
        number=number,
        last=last,
        pages=representations.page_urls(number, last),
        is_cut=results is not None and results.total >= MAX_COUNTED,
    )


@dataclass(frozen=True)
class _Group:
    """Results on a page under one heading.

    Attributes:
        is_schema: whether they are terms, concepts and rules.
        hits: the results.
        start: the number of the first among all results.
        is_folded: whether the page shows them only when asked.
        url: where they begin, if this is another page.
    """

    is_schema: bool
    hits: tuple[Hit, ...]
    start: int
    is_folded: bool = False
    url: str = ""


def _groups(results: Results | None, text: str, kind: str, number: int) -> list[_Group]:
    """Return the results on a page: those about the subject, then terms, concepts and rules."""
    if results is None:
        return []
    start = (number - 1) * _PER_PAGE + 1
    schema = tuple(hit for hit in results.hits if hit.kind in SCHEMA_KINDS)
    others = results.hits[: len(results.hits) - len(schema)]
    groups = [_Group(False, others, start)] if others else []
    if schema:
        groups.append(_Group(True, schema, start + len(others), bool(others)))
    elif results.schema_total and not kind:
        first = (results.total - results.schema_total) // _PER_PAGE + 1
        groups.append(
            _Group(
                True, (), 0, False, templating.locale().local_url("search", q=text, page=str(first))
            )
        )
    return groups


def _data(text: str, kind: str, number: int, results: Results | None) -> Response:
    if results is None:
        raise BadInput("write what to search for: /search?q=…")
    root = (request.host_url + request.script_root.lstrip("/")).rstrip("/")
    names = _names(results)
    found: dict[str, Any] = {
        "query": text,
        "total": results.total,
        "isTotalExact": results.total < MAX_COUNTED,
        "hasAllWords": results.is_complete,
        "page": number,
        "itemsPerPage": _PER_PAGE,
        "results": [_item(hit, names) for hit in results.hits],
    }
    if following := representations.page_urls(number, _pages(results)).get("next"):
        found["next"] = root + following
    return context.respond(json.dumps(found, ensure_ascii=False), media_types.JSON)


def _item(hit: Hit, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    item: dict[str, Any] = {
        "iri": hit.iri,
        "kind": hit.kind,
        "label": {"en": hit.labels["en"], "zh-Hans": hit.labels["zh"]},
        "types": [{"iri": iri, "label": dict(names.get(iri, {}))} for iri in hit.types],
        "isExact": hit.is_exact,
        "documents": [{"iri": iri, "label": dict(names.get(iri, {}))} for iri in hit.documents],
    }
    if hit.form is not None:
        item["matched"] = {
            "text": hit.form.text,
            "language": hit.form.language,
            "role": hit.form.role,
        }
    return item


def _names(results: Results | None) -> dict[str, Mapping[str, str]]:
    """Return the names of the classes and documents of the results, by IRI and language."""
    if results is None:
        return {}
    names: dict[str, Mapping[str, str]] = {}
    index = context.services().names
    if index is None:
        return names
    for term in index.schema_terms:
        names[term.iri] = term.labels
    for hit in results.hits:
        for iri in hit.documents:
            entity = index.find(iri)
            if entity is not None:
                names[iri] = {"en": entity.labels["en"], "zh-Hans": entity.labels["zh"]}
    return names
