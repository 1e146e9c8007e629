"""The forms of a document: suffix or negotiation chooses one, links name them all, a tag each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from flask import Response, request

from oib import negotiation, response_headers
from oib.errors import NotAcceptable
from oib.web import context, templating

#: Endings of an address and the media types that they stand for.
PAGES: Final = {"html": context.PAGE}
GRAPHS: Final = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
TABLES: Final = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
}

LICENSE: Final = "https://creativecommons.org/licenses/by/4.0/"


def split(path: str, forms: Mapping[str, str]) -> tuple[str, str | None]:
    """Return a path without its ending and the media type of that, or all of it and None."""
    stem, _, ending = path.rpartition(".")
    return (stem, forms[ending]) if stem and ending in forms else (path, None)


def choose(offered: Sequence[str], fixed: str | None = None) -> str:
    """Return the media type to answer in: the one that the address fixes, else by ``Accept``.

    Raises:
        NotAcceptable: the address fixes a form that is not offered, or the client excludes all.
    """
    if fixed is None:
        return negotiation.pick(offered, context.accept())
    if fixed not in offered:
        raise NotAcceptable(f"this has no form {fixed}; ask for {', '.join(offered)}")
    return fixed


def tagged(media_type: str, make: Callable[[], Response], asked: str | None = None) -> Response:
    """Answer with a strong entity tag, or with 304 if these bytes are known already.

    Data version, what is ``asked`` (else the address), media type and language settle the bytes
    (RFC 9110, section 8.8.3). Known they are to the client, or kept by the layer before the app.
    """
    where = [request.full_path, request.script_root] if asked is None else [asked]
    parts = [*where, media_type]
    if media_type == context.PAGE:
        parts.append(templating.reader().language)
    tag = response_headers.tag(context.site().version, *parts)
    kept = request.environ.get(response_headers.KEPT, ())
    has_it = request.method != "POST" and request.if_none_match.contains_weak(tag)
    known = has_it or f'"{tag}"' in kept
    response = context.reply(b"", media_type, 304) if known else make()
    response.set_etag(tag)
    response.headers["Cache-Control"] = response_headers.KEEP
    if media_type == context.PAGE:
        response.vary.add("Accept-Language")
    return response


def link(response: Response, url: str, forms: Mapping[str, str], iri: str) -> None:
    """Name all forms of the document at a URL, its licence, and the IRI to cite (RFC 8574)."""
    path, mark, asked = url.partition("?")
    for ending, media_type in forms.items():
        response.headers.add("Link", _to(f"{path}.{ending}{mark}{asked}", "alternate", media_type))
    if "ttl" in forms:
        response.headers.add("Link", _to(f"{path}.ttl", "describedby", forms["ttl"]))
    response.headers.add("Link", _to(quote(iri, safe="/:#%"), "cite-as"))
    response.headers.add("Link", _to(LICENSE, "license"))


def _to(url: str, relation: str, media_type: str | None = None) -> str:
    return f'<{url}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else "")
