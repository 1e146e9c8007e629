"""Errors as responses: ``application/problem+json`` (RFC 9457) or an HTML page."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

from flask import Response
from werkzeug.exceptions import HTTPException

from oib import media_types, negotiation, problem_details
from oib.errors import NotAcceptable, OibError
from oib.web import context, templating


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
    def title(self) -> str:
        """Return the status and its reason phrase."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def render_error(error: OibError) -> Response:
    """Return the response for an error of this package."""
    return add_headers(_render(Problem.from_error(error)), error)


def add_headers(response: Response, error: OibError) -> Response:
    """Add the headers that an error calls for, such as ``Retry-After``."""
    response.headers.extend(problem_details.headers(error))
    return response


def render_http_error(error: HTTPException) -> Response | HTTPException:
    """Return the response for an error that Flask raised; redirects pass unchanged."""
    if error.response is not None or (error.code or 500) < 400:
        return error
    response = _render(Problem(error.code or 500, error.description or ""))
    for name, value in error.get_headers():
        if name in ("Allow", "Content-Range"):
            response.headers[name] = value
    return response


def _render(problem: Problem) -> Response:
    if _prefers_html():
        return templating.render("problem.html", problem.status, problem=problem)
    body = problem_details.encode(problem.status, problem.detail, **problem.members)
    return context.respond(body, problem_details.MEDIA_TYPE, problem.status)


def _prefers_html() -> bool:
    offered = (media_types.PROBLEM, media_types.JSON, media_types.HTML)
    try:
        return negotiation.choose(offered, context.accept()) == media_types.HTML
    except NotAcceptable:
        return False
