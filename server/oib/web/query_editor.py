"""The query editor: a page with a form for a query and, below it, the result."""

from flask import Response, request

from oib.sparql import guard
from oib.sparql.dataset import Dataset
from oib.web import context, representations, result_table, templating

_EXAMPLE = """\
PREFIX oib: <https://w3id.org/oib/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# What is claimed, by whom, and how surely?
SELECT ?claim ?subject ?predicate ?object ?asserter ?hedge
WHERE {
  ?claim oib:claimSubject ?subject ;
      oib:claimPredicate ?predicate ;
      oib:claimObject ?object ;
      oib:isAssertedBy ?asserter ;
      oib:hasHedge ?hedge .
}
ORDER BY ?claim
LIMIT 20
"""


def empty_page() -> Response:
    """Return the page with an example query."""
    return _page(_EXAMPLE, None, None)


def answer_page(text: str, dataset: Dataset) -> Response:
    """Return the result of a query on the page, or in the format that the field ``as`` names."""
    engine = context.queries()
    is_table = guard.parse(text).form in ("SELECT", "ASK")
    media_type = (representations.TABLES if is_table else representations.GRAPHS).get(
        request.values.get("as", "")
    )
    if media_type:
        return context.respond(engine.query(text, media_type, dataset), media_type)
    if is_table:
        return _page(text, result_table.fetch(engine, text, dataset), None)
    return _page(text, None, engine.query(text, "text/turtle", dataset).decode())


def _page(text: str, answer: result_table.ResultTable | None, graph: str | None) -> Response:
    return templating.render(
        "sparql.html",
        names=answer.names if answer else None,
        text=text,
        answer=answer,
        graph=graph,
        tables=representations.TABLES,
        graphs=representations.GRAPHS,
        longest=f"{guard.MAX_QUERY_LENGTH:,}",
    )
