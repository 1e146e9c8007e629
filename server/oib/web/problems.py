"""Errors as responses: ``application/problem+json`` (RFC 9457) or an HTML page."""

from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

from oib import media_types, negotiation, problem_details
from oib.errors import NotAcceptable, OibError
from oib.web import context, templating


def render_error(error: OibError) -> Response:
    """Return the response for an error of this package."""
    response = _problem(error.status, str(error), **problem_details.members(error))
    response.headers.extend(problem_details.headers(error))
    return response


def render_http_error(error: HTTPException) -> Response | HTTPException:
    """Return the response for an error that Flask raised; redirects pass unchanged."""
    if error.response is not None or (error.code or 500) < 400:
        return error
    response = _problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name in ("Allow", "Content-Range"):
            response.headers[name] = value
    return response


def _problem(status: int, detail: str, **members: object) -> Response:
    title = HTTPStatus(status).phrase
    if _prefers_html():
        return templating.render("problem.html", status, status=status, phrase=title, detail=detail)
    problem = problem_details.encode(status, detail, **members)
    return context.respond(problem, problem_details.MEDIA_TYPE, status)


def _prefers_html() -> bool:
    offered = (media_types.PROBLEM, media_types.JSON, media_types.HTML)
    try:
        return negotiation.choose(offered, context.accept()) == media_types.HTML
    except NotAcceptable:
        return False
