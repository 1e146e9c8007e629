"""``/health`` and ``/ready``: for those who operate the server."""

import json

from flask import Blueprint, Response

from oib.errors import OibError, Unavailable
from oib.web import context

bp = Blueprint("health", __name__)

_JSON = "application/json"


@bp.get("/health")
def health() -> Response:
    """Answer as long as the process lives."""
    return _tell({"status": "alive"})


@bp.get("/ready")
def ready() -> Response:
    """Answer with the data version once the engine answers.

    Raises:
        Unavailable: the engine does not answer.
    """
    try:
        context.queries().query("ASK {}", "application/sparql-results+json")
    except OibError as error:
        raise Unavailable(f"the engine does not answer: {error}") from error
    return _tell({"version": context.site().version})


def _tell(members: dict[str, str]) -> Response:
    response = context.reply(json.dumps(members), _JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
