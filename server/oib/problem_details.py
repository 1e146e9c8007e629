"""Problem details for HTTP APIs (RFC 9457): what went wrong, for programs."""

import json
from http import HTTPStatus

from oib import response_headers
from oib.errors import BadQuery, OibError, Unavailable


def encode(status: int, detail: str, **members: object) -> bytes:
    """Return a problem as JSON; ``detail`` is a sentence that says what to do."""
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return json.dumps({**problem, "detail": detail, **members}, ensure_ascii=False).encode()


def members(error: OibError) -> dict[str, object]:
    """Return what is known of an error beside its sentence: the place in a query, or links."""
    if isinstance(error, BadQuery) and error.line:
        return {"line": error.line, "column": error.column}
    if error.links:
        names = ("href", "rel", "type")
        found = [dict(zip(names, link, strict=True)) for link in error.links]
        return {"links": [{name: text for name, text in each.items() if text} for each in found]}
    return {}


def headers(error: OibError) -> list[tuple[str, str]]:
    """Return the headers that an error calls for: when to ask again, what there is instead."""
    if isinstance(error, Unavailable) and error.retry_after:
        return [("Retry-After", str(error.retry_after))]
    return [("Link", response_headers.link(*link)) for link in error.links]
