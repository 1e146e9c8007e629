"""The query editor: a page with a form for a query and, below it, the result.

It is what ``/sparql`` gives to clients that prefer HTML; all others are answered without Flask.
The form works without script; with it (``editor/``) the editor highlights, completes and runs
the query in place. This is the only page with a script.
"""

import json
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from oib import media_types
from oib.engine.differences import DIFFERENCES
from oib.errors import Forbidden, OibError
from oib.namespaces import PREFIXES
from oib.sparql import guard
from oib.sparql.dataset import Dataset
from oib.sparql.request import READ_ONLY, read_request
from oib.views import completion
from oib.web import context, problems, representations, result_table, templating
from oib.web.problems import Problem
from oib.web.result_table import ResultTable

bp = Blueprint("query_editor", __name__)

#: What the editor may do beyond a page: run its own script, and query this server.
CONTENT_SECURITY_POLICY: Final = (
    f"{templating.CONTENT_SECURITY_POLICY}; script-src 'self'; connect-src 'self'"
)

# A longer query has no link: servers and proxies on the way refuse its address.
_MAX_LINKED: Final = 6_000  # characters
_MESSAGES: Final = ("running", "done", "failed", "cancelled", "unreachable", "copied")
# What CodeMirror says, by the messages of the interface.
_PHRASES: Final = {"Completions": "editor_completions", "Diagnostics": "editor_diagnostics"}


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


@bp.get("/sparql/terms.json")
def terms() -> Response:
    """Return what the editor completes, as JSON: prefixes, terms with names, keywords."""

    def respond() -> Response:
        names, locale = context.vocabulary().names, templating.locale()
        found: dict[str, Any] = {
            "prefixes": PREFIXES,
            "keywords": completion.KEYWORDS,
            "terms": [
                {
                    "name": term.name,
                    "kind": term.kind,
                    "label": locale.best_text(names.get(term.iri, {}))[0],
                }
                for term in completion.fetch_terms(context.queries())
            ],
        }
        return context.respond(json.dumps(found, ensure_ascii=False), media_types.JSON)

    key = f"{request.full_path} {templating.locale().language}"
    response = representations.conditional_response(media_types.JSON, respond, key)
    response.vary.add("Accept-Language")
    return response


def _result_page(text: str, dataset: Dataset) -> Response:
    result = result_table.fetch(context.queries(), text, context.vocabulary(), dataset)
    return _page(text, result)


def _page(text: str, result: ResultTable | None = None, problem: Problem | None = None) -> Response:
    locale = templating.locale()
    library = context.services().library
    language = [("lang", locale.language)] if locale.is_explicit else []
    response = templating.render(
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
        examples=sorted(library, key=lambda saved: saved.name),
        address=urlencode([("query", text)]) if len(text) <= _MAX_LINKED else "",
        terms_address=f"?{urlencode(language)}" if language else "",
        messages=_messages(),
    )
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _messages() -> dict[str, Any]:
    """Return what the editor says, in the language of the page."""
    message = templating.locale().message
    found: dict[str, Any] = {name: message(f"editor_{name}") for name in _MESSAGES}
    phrases = {phrase: message(key) for phrase, key in _PHRASES.items()}
    return {**found, "query": message("your_query"), "phrases": phrases}
