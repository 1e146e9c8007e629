"""The Flask app: pages and documents, one blueprint for each subject."""

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from oib import response_headers
from oib.errors import OibError
from oib.reload import CurrentServices
from oib.services import Services
from oib.web import (
    check_report,
    collections,
    context,
    documents,
    entities,
    graph_store,
    guide,
    health,
    lists,
    pages,
    pictures,
    problems,
    queries,
    query_editor,
    reconciliation,
    releases,
    search,
    site_index,
)


def create_app(services: Services | CurrentServices) -> Flask:
    """Return the Flask app over one set of services, or over those that are current."""
    app = Flask(__name__)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    app.config["MAX_CONTENT_LENGTH"] = response_headers.MAX_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = response_headers.MAX_BODY
    if isinstance(services, Services):
        services = CurrentServices(services)
    app.extensions["services"] = services
    for module in (
        query_editor,
        graph_store,
        queries,
        collections,
        entities,
        documents,
        check_report,
        releases,
        pages,
        reconciliation,
        search,
        pictures,
        health,
        site_index,
        guide,
        lists,
    ):
        app.register_blueprint(module.bp)
    app.jinja_env.globals["picture_html"] = pictures.inline
    app.jinja_env.globals["picture_url"] = pictures.url_of_thing
    app.register_error_handler(OibError, problems.render_error)
    app.register_error_handler(HTTPException, problems.render_http_error)
    app.after_request(_add_common_headers)
    return app


def _add_common_headers(response: Response) -> Response:
    """Add the headers that every response carries."""
    response.headers.update(response_headers.common(context.services().version))
    # XML and SVG can hold scripts too: what is no page of ours runs nothing and loads nothing.
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; sandbox")
    response.vary.add("Accept")
    if request.method == "OPTIONS":
        requested = request.headers.get("Access-Control-Request-Headers", "")
        allowed = response.headers.get("Allow", "")
        response.headers.update(response_headers.preflight(requested, allowed))
    return response
