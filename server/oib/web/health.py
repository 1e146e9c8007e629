"""``/health`` and ``/ready``: liveness and readiness probes."""

import json

from flask import Blueprint, Response

from oib.errors import OibError, Unavailable
from oib.web import context

bp = Blueprint("health", __name__)

_JSON = "application/json"


@bp.get("/health")
def health() -> Response:
    """Return 200 as long as the process runs."""
    return _json_response({"status": "alive"})


@bp.get("/ready")
def ready() -> Response:
    """Return 200 and the data version if the engine answers a query.

    Raises:
        Unavailable: the engine does not answer.
    """
    try:
        context.queries().query("ASK {}", "application/sparql-results+json")
    except OibError as error:
        raise Unavailable(f"the engine does not answer: {error}") from error
    return _json_response({"version": context.services().version})


def _json_response(members: dict[str, str]) -> Response:
    response = context.respond(json.dumps(members), _JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
