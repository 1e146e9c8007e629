"""Problem details for HTTP APIs (RFC 9457): what went wrong, for programs."""

import json
from http import HTTPStatus
from typing import Final

from oib.errors import BadQuery, OibError, Unavailable

MEDIA_TYPE: Final = "application/problem+json"


def encode(status: int, detail: str, **members: object) -> bytes:
    """Return a problem as JSON; ``detail`` is a sentence that says what to do."""
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return json.dumps({**problem, "detail": detail, **members}, ensure_ascii=False).encode()


def members(error: OibError) -> dict[str, object]:
    """Return what is known of an error beside its sentence: the place in a query."""
    if isinstance(error, BadQuery) and error.line:
        return {"line": error.line, "column": error.column}
    return {}


def headers(error: OibError) -> list[tuple[str, str]]:
    """Return the headers that an error calls for: when to ask again."""
    if isinstance(error, Unavailable) and error.retry_after:
        return [("Retry-After", str(error.retry_after))]
    return []
