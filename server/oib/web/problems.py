"""Errors as responses: ``application/problem+json`` (RFC 9457) or an HTML page."""

import json
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

from oib import negotiation
from oib.errors import BadQuery, NotAcceptable, OibError, Unavailable
from oib.web import context, templating

PROBLEM_JSON = "application/problem+json"


def render_error(error: OibError) -> Response:
    """Return the response for an error of this package."""
    position = (
        {"line": error.line, "column": error.column}
        if isinstance(error, BadQuery) and error.line
        else {}
    )
    response = _problem(error.status, str(error), **position)
    if isinstance(error, Unavailable) and error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def render_http_error(error: HTTPException) -> Response | HTTPException:
    """Return the response for an error that Flask raised; redirects pass unchanged."""
    if error.response is not None or (error.code or 500) < 400:
        return error
    response = _problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _problem(status: int, detail: str, **members: object) -> Response:
    title = HTTPStatus(status).phrase
    if _prefers_html():
        return templating.render("problem.html", status, status=status, phrase=title, detail=detail)
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return context.respond(json.dumps(problem, ensure_ascii=False), PROBLEM_JSON, status)


def _prefers_html() -> bool:
    offered = (PROBLEM_JSON, "application/json", context.HTML)
    try:
        return negotiation.choose(offered, context.accept()) == context.HTML
    except NotAcceptable:
        return False
