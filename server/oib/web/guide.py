"""``/about``, ``/how-to-read`` and ``/corrections``: the pages that explain the others."""

from flask import Blueprint, Response

from oib import media_types
from oib.engine.statements import fetch_rows
from oib.namespaces import ID, OIB
from oib.services import Services
from oib.views import entity
from oib.views.entity import EntityDescription
from oib.web import context, representations, templating

bp = Blueprint("guide", __name__)

# A claim that has much of what a claim can have: a hedge, an assessment, sources. None about a
# person: nobody is made an example of.
_EXAMPLE = f"""
SELECT ?claim (COUNT(DISTINCT ?source) AS ?sources) (COUNT(DISTINCT ?assessment) AS ?disputes)
  (COUNT(DISTINCT ?hedge) AS ?hedges)
WHERE {{
  ?claim <{OIB}claimSubject> ?subject ; <{OIB}hasEvidence> ?evidence .
  FILTER(!STRSTARTS(STR(?subject), "{ID}person/"))
  OPTIONAL {{ ?claim <{OIB}hasHedge> ?hedge . ?hedge <{OIB}yieldsDirectTriple> false }}
  OPTIONAL {{ ?claim <{OIB}citesSource> ?source }}
  OPTIONAL {{
    ?assessment <{OIB}assesses> ?claim ; <{OIB}hasVerdict> ?verdict .
    ?verdict <{OIB}blocksDirectTriple> true
  }}
}} GROUP BY ?claim ORDER BY DESC(?disputes) DESC(?hedges) DESC(?sources) ?claim LIMIT 1"""


@bp.get("/about")
def about() -> Response:
    """Return the page on what the data set is, how it is made, and its licence."""
    return representations.conditional_response(
        media_types.HTML, lambda: templating.render("about.html")
    )


@bp.get("/corrections")
def corrections() -> Response:
    """Return the page on how to have something corrected."""
    return representations.conditional_response(
        media_types.HTML, lambda: templating.render("corrections.html")
    )


@bp.get("/how-to-read")
def how_to_read() -> Response:
    """Return the page that explains each part of a claim, with one of the data beside it."""
    return representations.conditional_response(media_types.HTML, _how_to_read)


def _how_to_read() -> Response:
    services = context.services()
    example = _immutable_example(services) if services.is_immutable else _example()
    return templating.render(
        "how_to_read.html",
        names=example.names if example else None,
        claim=next(iter(example.claims), None) if example else None,
    )


@context.kept_with_services(1)
def _immutable_example(services: Services) -> EntityDescription | None:
    return _example()


def _example() -> EntityDescription | None:
    """Return the description of the claim that serves as an example; None without claims."""
    rows = fetch_rows(context.queries(), _EXAMPLE)
    claims = [row["claim"].text for row in rows if "claim" in row]
    if not claims:
        return None
    statements = entity.fetch_entity(context.queries(), claims[0])
    return entity.describe(context.queries(), statements, context.vocabulary())
