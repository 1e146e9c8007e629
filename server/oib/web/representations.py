"""Representations of a resource: content negotiation, entity tags, pages of lists."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from flask import Response, request

from oib import media_types, negotiation, response_headers
from oib.errors import BadInput, NotAcceptable
from oib.views import paging
from oib.web import context, templating

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,6}")


def negotiate(
    offered: Sequence[str], fixed: str | None = None, own_parameters: Collection[str] = ()
) -> str:
    """Return the media type of the response.

    The suffix of the URL decides, then its parameter ``as``, ``format`` or ``output``, then the
    header ``Accept``. Quads are for clients that name no format of triples beside them.

    Args:
        offered: the media types to choose from, the preferred one first.
        fixed: the media type of the suffix, None if the URL has none.
        own_parameters: query parameters that mean something else to the resource.

    Raises:
        NotAcceptable: the URL names a type that is not offered, or the client accepts none.
    """
    if fixed is None:
        parameters = list(request.args.items(multi=True))
        name = negotiation.format_name(parameters, own_parameters)
        return negotiation.choose_document(offered, context.accept(), name)
    if fixed not in offered:
        raise NotAcceptable(f"this has no form {fixed}; ask for {', '.join(offered)}")
    return fixed


def conditional_response(
    media_type: str,
    create: Callable[[], Response],
    key: str | None = None,
    is_volatile: bool = False,
    names_host: bool = False,
) -> Response:
    """Return what ``create`` returns with a strong entity tag.

    If the client has that response it is 304 instead; likewise if the response cache has it, which
    then answers: browsers differ in their ``Accept`` and ``Accept-Language``, not in what they get.

    The tag (RFC 9110, section 8.8.3) is a digest of everything that determines the bytes: data
    version, ``key`` (by default the URL), media type and, for pages, the language. What these do
    not determine, ``is_volatile`` or data that may change, has no tag and is not to be stored.
    ``names_host`` says that the response holds the address under which the request came here.
    """
    if is_volatile or not context.services().is_immutable:
        response = create()
        response.headers["Cache-Control"] = "no-store"
        return response
    resource = (request.full_path, request.script_root) if key is None else (key,)
    parts = [*resource, media_type]
    if media_type == media_types.HTML:
        parts.append(templating.locale().language)
    if names_host:
        parts.append(request.host_url)
    tag = response_headers.entity_tag(context.services().version, *parts)
    is_known = request.method != "POST" and (
        request.if_none_match.contains_weak(tag) or context.is_cached(tag)
    )
    response = context.respond(b"", media_type, 304) if is_known else create()
    if response.status_code not in (200, 304):
        return response
    response.set_etag(tag)
    response.headers["Cache-Control"] = response_headers.REVALIDATE
    if media_type == media_types.HTML:
        response.vary.add("Accept-Language")
    if names_host:
        response.vary.add("Host")
    return response


def page_number() -> int:
    """Return the number of the page that the address names with ``?page=``, 1 without.

    Raises:
        BadInput: it is no number from 1.
    """
    text = request.args.get("page", "1")
    if not _PAGE_NUMBER.fullmatch(text):
        raise BadInput(f"page={text[:20]} is no number of a page; pages are counted from 1")
    return int(text)


def page_urls(number: int, pages: int) -> dict[str, str]:
    """Return the addresses of the other pages by relation: first, previous, next, last.

    Only the number differs from the address of this request. A list of one page has none.
    """
    path = request.script_root + request.path
    return paging.urls(path, request.args.items(multi=True), number, pages)


def add_page_links(response: Response, number: int, pages: int) -> None:
    """Add ``Link`` headers to the other pages of a list (RFC 8288)."""
    for url, relation in paging.links(page_urls(number, pages)):
        response.headers.add("Link", response_headers.link(url, relation))


def not_acceptable(error: NotAcceptable, url: str, forms: Mapping[str, str]) -> NotAcceptable:
    """Return an error that links to the forms of a resource, by their suffixes."""
    links = [(f"{url}.{name}", "alternate", form) for name, form in forms.items()]
    return NotAcceptable(str(error), links)
