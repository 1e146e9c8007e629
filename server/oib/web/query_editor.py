"""The query editor: a page with a form for a query and, below it, the result.

It is what ``/sparql`` gives to clients that prefer HTML; all others are answered without Flask.
"""

from flask import Blueprint, Response, request

from oib import media_types
from oib.errors import Forbidden
from oib.sparql import guard
from oib.sparql.dataset import Dataset
from oib.sparql.request import READ_ONLY, read_request
from oib.web import context, representations, result_table, templating

bp = Blueprint("query_editor", __name__)


@bp.route("/sparql", methods=["GET", "POST"])
@bp.route("/sparql/", methods=["GET", "POST"])
def editor() -> Response:
    """Return the page with an example query, or with a query and its result."""
    operation = read_request(
        request.method,
        request.query_string,
        request.headers.get("Content-Type", ""),
        request.headers.get("Content-Encoding", ""),
        request.get_data(),
    )
    if operation.kind == "update":
        raise Forbidden(READ_ONLY)
    if operation.kind == "describe-service":
        return _page(context.services().description.query, None, None)
    text, dataset = operation.text, operation.dataset
    if request.method == "POST":  # the address does not determine the answer
        return _answer_page(text, dataset)
    return representations.conditional_response(
        media_types.HTML,
        lambda: _answer_page(text, dataset),
        is_volatile=guard.parse(text).is_volatile,
    )


def _answer_page(text: str, dataset: Dataset) -> Response:
    engine = context.queries()
    if guard.parse(text).form in ("SELECT", "ASK"):
        return _page(text, result_table.fetch(engine, text, dataset), None)
    return _page(text, None, engine.query(text, "text/turtle", dataset).decode())


def _page(text: str, answer: result_table.ResultTable | None, graph: str | None) -> Response:
    return templating.render(
        "sparql.html",
        names=answer.names if answer else None,
        text=text,
        answer=answer,
        graph=graph,
        tables=media_types.TABLE_SUFFIXES,
        graphs=media_types.GRAPH_SUFFIXES,
        longest=f"{guard.MAX_QUERY_LENGTH:,}",
    )
