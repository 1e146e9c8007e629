"""The Flask app: pages and documents, one blueprint for each subject."""

import re
from http import HTTPStatus

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from oib import response_headers
from oib.errors import OibError
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

_ALTERNATIVES = re.compile(r"<any\(([^)]*)\):\w+>")


def create_app() -> Flask:
    """Return the Flask app; ``context.bind`` gives each request its services and its session."""
    app = Flask(__name__)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    app.config["MAX_CONTENT_LENGTH"] = response_headers.MAX_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = response_headers.MAX_BODY
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
    app.after_request(_explain_precondition)  # which runs first
    return app


def first_segments(app: Flask) -> set[str]:
    """Return how the paths that the app answers begin, up to the second slash.

    A first segment that is free, such as the name of a list, is left out.
    """
    segments = set[str]()
    for rule in app.url_map.iter_rules():
        segment = rule.rule[1:].partition("/")[0]
        if names := _ALTERNATIVES.match(segment):
            segments.update(name.strip() for name in names[1].split(","))
        elif not segment.startswith("<"):
            segments.add(segment)
    return segments


def _explain_precondition(response: Response) -> Response:
    """Return the reason for a status 412 in place of the file that werkzeug sends with it."""
    if response.status_code != HTTPStatus.PRECONDITION_FAILED:
        return response
    response.close()
    tag = response.headers.get("ETag", "")
    explained = problems.render_problem(
        problems.Problem(
            response.status_code, f"this has the entity tag {tag} now, not the one in If-Match"
        )
    )
    explained.headers["ETag"] = tag
    return explained


def _add_common_headers(response: Response) -> Response:
    """Add the headers that every response carries."""
    response.headers.update(response_headers.common(context.services().version))
    response.headers.setdefault("Content-Security-Policy", response_headers.SANDBOX)
    response.vary.add("Accept")
    if request.method == "OPTIONS":
        requested = request.headers.get("Access-Control-Request-Headers", "")
        allowed = response.headers.get("Allow", "")
        response.headers.update(response_headers.preflight(requested, allowed))
    return response
