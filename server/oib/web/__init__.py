"""The web: one Flask app, one blueprint a subject."""

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from oib.errors import OibError
from oib.site import Site
from oib.turnover import Turnover
from oib.web import (
    body,
    desk,
    documents,
    entities,
    graphs,
    health,
    pages,
    problem,
    queries,
    sparql,
)
from oib.web.plain import ERROR, Plain

# What a page of another origin may send and see (the Fetch standard's CORS protocol).
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Location, Retry-After, X-Data-Version",
}
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def create_app(site: Site | Turnover) -> Flask:
    """Create the app that serves a site, or whichever is in place."""
    app = Flask(__name__)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    body.expect(app)
    turnover = Turnover(site) if isinstance(site, Site) else site
    app.extensions["turnover"] = turnover
    app.wsgi_app = Plain(app.wsgi_app, turnover, _marks)  # type: ignore[assignment]
    app.before_request(_raise)
    for door in (sparql, graphs, queries, entities, documents, pages, health):
        app.register_blueprint(door.bp)
    app.register_error_handler(OibError, problem.tell)
    app.register_error_handler(HTTPException, problem.tell_http)
    app.after_request(_mark)
    return app


def _mark(response: Response) -> Response:
    """Add what every response carries."""
    response.headers.update(_marks(desk.site().version))
    response.vary.add("Accept")
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT)
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
    return response


def _marks(version: str) -> list[tuple[str, str]]:
    return [
        ("X-Data-Version", version),
        ("X-Content-Type-Options", "nosniff"),
        *_CORS.items(),
    ]


def _raise() -> None:
    """Raise what went wrong before the app was asked."""
    if error := request.environ.get(ERROR):
        raise error
