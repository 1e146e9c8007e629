"""``/sparql``: the query operation of the SPARQL 1.1 Protocol."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from oib import negotiation, response_headers
from oib.errors import BadInput, Forbidden, UnsupportedMedia
from oib.sparql import guard, results
from oib.sparql.dataset import UNION, Dataset
from oib.web import context, query_editor, representations, service_description

bp = Blueprint("sparql", __name__)

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_MOST_PARAMETERS = 1000
_READ_ONLY = "this endpoint answers queries only; the data change through their source files"


@dataclass(frozen=True)
class Operation:
    """What a request asks of the endpoint."""

    queries: tuple[str, ...]
    dataset: Dataset
    updates: tuple[str, ...] = ()
    using: Dataset = UNION


@bp.route("/sparql", methods=["GET", "POST"])
@bp.route("/sparql/", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query, or describe the service to a GET without one."""
    operation = _read_operation()
    if operation.updates:
        return _update(operation)
    if not operation.queries and request.method != "POST":
        return _describe()
    if len(operation.queries) != 1:
        raise BadInput(f"send one parameter 'query', not {len(operation.queries)}")
    text, site = operation.queries[0], context.services()
    offered = results.offered(guard.parse(text).form)
    media_type = negotiation.choose((*offered, context.HTML), context.accept())
    if media_type == context.HTML:
        return _page(text, operation.dataset)
    if site.writable:  # what is true now need not be true at the next request
        return context.respond(
            context.queries().query(text, media_type, operation.dataset), media_type
        )
    return representations.conditional_response(
        media_type,
        lambda: context.respond(
            context.queries().query(text, media_type, operation.dataset), media_type
        ),
        response_headers.asked(text, operation.dataset.default, operation.dataset.named),
    )


def _page(text: str, dataset: Dataset) -> Response:
    if (
        request.method == "POST" or context.services().writable
    ):  # the address does not settle the answer
        return query_editor.answer_page(text, dataset)
    return representations.conditional_response(
        context.HTML, lambda: query_editor.answer_page(text, dataset)
    )


def _update(operation: Operation) -> Response:
    """Carry out an update, where that is allowed (Protocol, section 2.2)."""
    engine = context.services().writable
    if engine is None:
        raise Forbidden(_READ_ONLY)
    if len(operation.updates) != 1 or operation.queries:
        raise BadInput("send one parameter 'update', and no query with it")
    engine.update(operation.updates[0], operation.using)
    return context.respond(b"", "text/plain", 204)


def _describe() -> Response:
    media_type = negotiation.choose((*results.GRAPHS, context.HTML), context.accept())
    if media_type == context.HTML:
        return query_editor.empty_page()
    return context.respond(
        service_description.describe(request.base_url, media_type, context.services().limits),
        media_type,
    )


def _read_operation() -> Operation:
    """Read a request as section 2.1 of the protocol lays down.

    Raises:
        BadInput: a parameter or the body is not UTF-8.
        Forbidden: the request is an update.
        UnsupportedMedia: the body is neither a form nor a query, not in UTF-8, or compressed.
    """
    fields = _fields(request.query_string)
    if request.method == "POST":
        if request.mimetype == _UPDATE and not context.services().writable:
            raise Forbidden(_READ_ONLY)
        if request.mimetype not in (_FORM, _QUERY, _UPDATE):
            raise UnsupportedMedia(
                f"the body is {request.mimetype or 'of no media type'}; "
                f"send Content-Type: {_QUERY} with the query, or {_FORM} with query=…"
            )
        if coding := request.headers.get("Content-Encoding"):
            raise UnsupportedMedia(f"the body is compressed ({coding}); send it as it is")
        if request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
            raise UnsupportedMedia("the body is not in UTF-8; send it so, without a charset")
        if request.mimetype == _FORM:
            fields += _fields(request.get_data())
        else:
            name = "update" if request.mimetype == _UPDATE else "query"
            fields.append((name, _text(request.get_data())))
    updates = _values(fields, "update")
    if updates and not (context.services().writable and request.method == "POST"):
        raise Forbidden(_READ_ONLY)
    using = Dataset(_values(fields, "using-graph-uri"), _values(fields, "using-named-graph-uri"))
    dataset = Dataset(_values(fields, "default-graph-uri"), _values(fields, "named-graph-uri"))
    return Operation(_values(fields, "query"), dataset, updates, using)


def _fields(raw: bytes) -> list[tuple[str, str]]:
    # Not request.args: it keeps bytes that are no UTF-8 as percent signs instead of saying so.
    try:
        return parse_qsl(
            _text(raw), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except UnicodeDecodeError as error:
        raise BadInput("a parameter is not in UTF-8") from error
    except ValueError as error:
        raise BadInput(f"more than {_MOST_PARAMETERS} parameters") from error


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"the request is not in UTF-8: byte {error.start}") from error


def _values(fields: list[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple(value for field, value in fields if field == name)
