"""``/check-report-1.json``: the schema of what ``oib check --format json`` prints."""

from flask import Blueprint, Response

from oib import media_types
from oib.validation.formats import SCHEMA
from oib.web import context, representations

bp = Blueprint("check_report", __name__)


@bp.get("/check-report-1.json")
def schema() -> Response:
    """Return the JSON Schema of reports; the number is that of its version, as in its ``$id``."""
    return representations.conditional_response(
        media_types.JSON_SCHEMA,
        lambda: context.respond(SCHEMA.read_bytes(), media_types.JSON_SCHEMA),
    )
