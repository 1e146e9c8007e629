"""The web: one Flask app, one blueprint a subject."""

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from oib import response_headers
from oib.errors import OibError
from oib.reload import Turnover
from oib.services import Site
from oib.web import context, documents, entities, graphs, health, pages, problems, queries, sparql

# What a page of another origin may send (the Fetch standard's CORS protocol).
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def create_app(site: Site | Turnover) -> Flask:
    """Create the app that serves a site, or whichever is in place."""
    app = Flask(__name__)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    app.config["MAX_CONTENT_LENGTH"] = response_headers.MAX_BODY
    app.extensions["turnover"] = Turnover(site) if isinstance(site, Site) else site
    app.before_request(_raise)
    for door in (sparql, graphs, queries, entities, documents, pages, health):
        app.register_blueprint(door.bp)
    app.register_error_handler(OibError, problems.tell)
    app.register_error_handler(HTTPException, problems.tell_http)
    app.after_request(_mark)
    return app


def _mark(response: Response) -> Response:
    """Add what every response carries."""
    response.headers.update(response_headers.marks(context.site().version))
    response.vary.add("Accept")
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT)
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
    return response


def _raise() -> None:
    """Raise what went wrong before the app was asked."""
    if error := request.environ.get(response_headers.ERROR):
        raise error
