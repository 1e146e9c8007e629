"""The web: one Flask app, one blueprint a subject."""

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from oib.errors import BadQuery, OibError, Unavailable
from oib.site import Site
from oib.turnover import Turnover
from oib.web import body, desk, sparql
from oib.web.front import ERROR, Front

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
    body.expect(app)
    turnover = Turnover(site) if isinstance(site, Site) else site
    app.extensions["turnover"] = turnover
    app.wsgi_app = Front(app.wsgi_app, turnover, _marks)  # type: ignore[assignment]
    app.before_request(_raise)
    app.register_blueprint(sparql.bp)
    app.register_error_handler(OibError, _tell)
    app.register_error_handler(HTTPException, _tell_http)
    app.after_request(_mark)
    return app


def _tell(error: OibError) -> Response:
    place = (
        {"line": error.line, "column": error.column}
        if isinstance(error, BadQuery) and error.line
        else {}
    )
    response = desk.problem(error.status, str(error), **place)
    if isinstance(error, Unavailable) and error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _tell_http(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or (error.code or 500) < 400:
        return error
    response = desk.problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _mark(response: Response) -> Response:
    """Add what every response carries."""
    response.headers.update(_marks(desk.site().version))
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT)
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
    return response


def _marks(version: str) -> list[tuple[str, str]]:
    return [
        ("X-Data-Version", version),
        ("X-Content-Type-Options", "nosniff"),
        ("Vary", "Accept"),
        *_CORS.items(),
    ]


def _raise() -> None:
    """Raise what went wrong before the app was asked."""
    if error := request.environ.get(ERROR):
        raise error
