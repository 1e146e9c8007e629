"""The problem: what went wrong, as RFC 9457 ``application/problem+json`` or as a page."""

import json
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

from oib import negotiation
from oib.errors import BadQuery, NotAcceptable, OibError, Unavailable
from oib.web import context, templating

PROBLEM = "application/problem+json"


def tell(error: OibError) -> Response:
    """Tell an error of ours."""
    place = (
        {"line": error.line, "column": error.column}
        if isinstance(error, BadQuery) and error.line
        else {}
    )
    response = _problem(error.status, str(error), **place)
    if isinstance(error, Unavailable) and error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def tell_http(error: HTTPException) -> Response | HTTPException:
    """Tell an error that the framework raised; what is no error passes."""
    if error.response is not None or (error.code or 500) < 400:
        return error
    response = _problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _problem(status: int, detail: str, **members: object) -> Response:
    title = HTTPStatus(status).phrase
    if _likes_page():
        return templating.fill("problem.html", status, status=status, phrase=title, detail=detail)
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return context.reply(json.dumps(told, ensure_ascii=False), PROBLEM, status)


def _likes_page() -> bool:
    offered = (PROBLEM, "application/json", context.PAGE)
    try:
        return negotiation.pick(offered, context.accept()) == context.PAGE
    except NotAcceptable:
        return False
