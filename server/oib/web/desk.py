"""The desk: what every door shares, the site behind it and the form of a reply."""

import json
from http import HTTPStatus
from typing import cast

from flask import Response, current_app, g, request
from markupsafe import Markup

from oib import answers
from oib.errors import NotAcceptable
from oib.site import Site
from oib.turnover import Turnover

PAGE = "text/html"
PROBLEM = "application/problem+json"


def site() -> Site:
    """Return the site that this app serves: one and the same throughout a request."""
    if "site" not in g:
        g.site = cast(Turnover, current_app.extensions["turnover"]).site
    return cast(Site, g.site)


def accept() -> str:
    """Return the media types that the client accepts, as it wrote them."""
    return request.headers.get("Accept", "")


def reply(body: bytes | str, media_type: str, status: int = 200) -> Response:
    """Return a response; text types say that they are UTF-8."""
    return Response(body, status=status, mimetype=media_type)


def problem(status: int, detail: str, **members: object) -> Response:
    """Tell what went wrong: as RFC 9457 ``application/problem+json``, or a page for a browser."""
    title = HTTPStatus(status).phrase
    if _likes_page():
        return reply(page(f"{status} {title}", detail), PAGE, status)
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return reply(json.dumps(told, ensure_ascii=False), PROBLEM, status)


def page(title: str, text: str) -> str:
    """Return a plain HTML page of a heading and a paragraph."""
    template = Markup(
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        "<title>{title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n</html>\n"
    )
    return template.format(title=title, text=text)


def _likes_page() -> bool:
    try:
        return answers.pick((PROBLEM, "application/json", PAGE), accept()) == PAGE
    except NotAcceptable:
        return False
