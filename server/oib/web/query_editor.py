"""The query editor: a page with a form for a query and, below it, the result.

It is what ``/sparql`` gives to clients that prefer HTML; all others are answered without Flask.
"""

from flask import Blueprint, Response, request

from oib import media_types
from oib.engine.differences import DIFFERENCES
from oib.errors import Forbidden, OibError
from oib.sparql import guard
from oib.sparql.dataset import Dataset
from oib.sparql.request import READ_ONLY, read_request
from oib.web import context, problems, representations, result_table, templating
from oib.web.problems import Problem
from oib.web.result_table import ResultTable

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
        return _page(context.services().description.query)
    text, dataset = operation.text, operation.dataset
    try:
        is_volatile = guard.parse(text).is_volatile
        if request.method == "POST":  # the address does not determine the answer
            return _result_page(text, dataset)
        return representations.conditional_response(
            media_types.HTML, lambda: _result_page(text, dataset), is_volatile=is_volatile
        )
    except OibError as error:
        problem = Problem.from_error(error)
        return problems.add_headers(_page(text, problem=problem), error)


def _result_page(text: str, dataset: Dataset) -> Response:
    result = result_table.fetch(context.queries(), text, context.vocabulary(), dataset)
    return _page(text, result)


def _page(text: str, result: ResultTable | None = None, problem: Problem | None = None) -> Response:
    return templating.render(
        "sparql.html",
        problem.status if problem else 200,
        names=result.names if result else None,
        text=text[: guard.MAX_QUERY_LENGTH],
        preview=result.preview if result else None,
        problem=problem,
        tables=media_types.TABLE_SUFFIXES,
        graphs=media_types.GRAPH_SUFFIXES,
        differences=DIFFERENCES,
        longest=f"{guard.MAX_QUERY_LENGTH:,}",
    )
