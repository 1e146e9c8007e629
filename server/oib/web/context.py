"""The desk: what every door shares, the site behind it and the form of a reply."""

from typing import cast

from flask import Response, current_app, g, request

from oib import response_headers
from oib.engine.base import QuerySession
from oib.reload import Turnover
from oib.services import Site

PAGE = "text/html"


def site() -> Site:
    """Return the site that this app serves: one and the same throughout a request."""
    if "site" not in g:
        g.site = cast(Turnover, current_app.extensions["turnover"]).site
    return cast(Site, g.site)


def bind(session: QuerySession) -> None:
    """Make a session the one that ``queries`` returns for the rest of this request."""
    g.queries = session
    request.environ.get(response_headers.SESSIONS, []).append(session)


def queries() -> QuerySession:
    """Return the query session of this request: one deadline for all of its queries."""
    if "queries" not in g:
        bind(site().engine.session(request.remote_addr or ""))
    return cast(QuerySession, g.queries)


def accept() -> str:
    """Return the media types that the client accepts, as it wrote them."""
    return request.headers.get("Accept", "")


def reply(body: bytes | str, media_type: str, status: int = 200) -> Response:
    """Return a response; text types say that they are UTF-8."""
    return Response(body, status=status, mimetype=media_type)
