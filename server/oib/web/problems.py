"""Errors as responses: ``application/problem+json`` (RFC 9457) or an HTML page."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Self

from flask import Response, request
from werkzeug.exceptions import HTTPException

from oib import media_types, negotiation, problem_details
from oib.errors import NotAcceptable, OibError
from oib.search.index import Hit
from oib.web import context, templating

_WORD: Final = re.compile(r"[^\W_]{2,}")
_MAX_WORDS: Final = 8
_MAX_NEAR: Final = 5


@dataclass(frozen=True)
class Problem:
    """What went wrong: the HTTP status, a sentence, and members for programs."""

    status: int
    detail: str
    members: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_error(cls, error: OibError) -> Self:
        """Return the problem that an error of this package is."""
        return cls(error.status, str(error), problem_details.members(error))

    @property
    def phrase(self) -> str:
        """Return the reason phrase of the status (RFC 9110, section 15)."""
        return HTTPStatus(self.status).phrase

    @property
    def title(self) -> str:
        """Return the status and its reason phrase."""
        return f"{self.status} {self.phrase}"


def render_error(error: OibError) -> Response:
    """Return the response for an error of this package."""
    return add_headers(render_problem(Problem.from_error(error)), error)


def add_headers(response: Response, error: OibError) -> Response:
    """Add the headers that an error calls for, such as ``Retry-After``."""
    response.headers.extend(problem_details.headers(error))
    return response


def render_http_error(error: HTTPException) -> Response | HTTPException:
    """Return the response for an error that Flask raised; redirects pass unchanged."""
    if error.response is not None or (error.code or 500) < 400:
        return error
    detail = error.description or ""
    if error.code == HTTPStatus.NOT_FOUND:  # werkzeug's text blames the spelling
        detail = f"nothing has the address {request.path[:200]}; / leads to what there is"
    response = render_problem(Problem(error.code or 500, detail))
    for name, value in error.get_headers():
        if name in ("Allow", "Content-Range"):
            response.headers[name] = value
    return response


def render_problem(problem: Problem) -> Response:
    """Return the response that describes a problem: a page for a browser, else problem details."""
    if _prefers_html():
        return templating.render(
            "problem.html",
            problem.status,
            problem=problem,
            explained=templating.locale().explained_statuses,
            near=_near() if problem.status == HTTPStatus.NOT_FOUND else (),
        )
    body = problem_details.encode(problem.status, problem.detail, **problem.members)
    return context.respond(body, media_types.PROBLEM, problem.status)


def _near() -> tuple[Hit, ...]:
    """Return some things, terms and questions that have words of the path of this request."""
    texts = context.services().texts
    if texts is None:
        return ()
    path = request.path.rstrip("/").rpartition("/")[2]
    words = " ".join(_WORD.findall(path)[:_MAX_WORDS])
    with suppress(OibError, OSError):  # the page is about another error
        if words:
            hits = texts.search(words, limit=2 * _MAX_NEAR).hits
            return tuple(hit for hit in hits if hit.kind != "rule")[:_MAX_NEAR]
    return ()


def _prefers_html() -> bool:
    offered = (media_types.PROBLEM, media_types.JSON, media_types.HTML)
    try:
        return negotiation.choose(offered, context.accept()) == media_types.HTML
    except NotAcceptable:
        return False
