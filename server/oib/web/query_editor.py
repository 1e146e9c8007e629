"""The workbench: the page on which a query is written, and its answer shown beneath."""

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


def blank() -> Response:
    """Return the page with an example, ready to run."""
    return _page(_EXAMPLE, None, None)


def answer(text: str, dataset: Dataset) -> Response:
    """Answer a query for a browser: on the page, or in the form that its field ``as`` names."""
    engine, services = context.queries(), context.site().services
    is_table = guard.read(text, services).form in ("SELECT", "ASK")
    chosen = (representations.TABLES if is_table else representations.GRAPHS).get(
        request.values.get("as", "")
    )
    if chosen:
        return context.reply(engine.query(text, chosen, dataset), chosen)
    if is_table:
        return _page(text, result_table.ask(engine, text, dataset), None)
    return _page(text, None, engine.query(text, "text/turtle", dataset).decode())


def _page(text: str, answered: result_table.Answer | None, graph: str | None) -> Response:
    return templating.fill(
        "sparql.html",
        names=answered.names if answered else None,
        text=text,
        answer=answered,
        graph=graph,
        tables=representations.TABLES,
        graphs=representations.GRAPHS,
        longest=f"{guard.LONGEST:,}",
    )
