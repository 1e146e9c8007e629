"""``/``: the home page, with five things to try and the classes of the data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response

from oib import media_types
from oib.engine.statements import StatementIndex, fetch_properties, fetch_rows
from oib.namespaces import BASE, GRAPH, OIB, PREFIXES
from oib.page_queries import HomeLine
from oib.services import Services
from oib.web import context, representations, templating

bp = Blueprint("pages", __name__)

_MOST_DESCRIBED = f"""
SELECT ?thing (COUNT(?claim) AS ?n) WHERE {{ ?claim <{OIB}claimSubject> ?thing }}
GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT 1"""
_DISPUTED = f"""
SELECT ?thing WHERE {{
  ?concept <{OIB}blocksDirectTriple> true . ?assessment <{OIB}hasVerdict> ?concept .
  ?assessment <{OIB}assesses> ?claim . ?claim <{OIB}claimSubject> ?thing
}} ORDER BY ?thing LIMIT 1"""
_VOID = PREFIXES["void"]
_META = f"""
SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPH}meta> {{
  {{ BIND(<{BASE}dataset> AS ?s) ?s ?p ?o FILTER(?p = <{PREFIXES["dcterms"]}title>) }}
  UNION {{ <{BASE}dataset> <{_VOID}classPartition> ?s . ?s ?p ?o }}
}} }}"""
# Classes of the model itself, which are not what the data are about.
_MACHINERY = {OIB + name for name in ("DocumentUnit", "EvidenceLocator", "IdentityLink")}


@dataclass(frozen=True)
class HomePage:
    """The data of the home page.

    ``most_described`` is the thing that most claims have as their subject, ``disputed`` one with a
    disputed claim; ``lines`` are those of the home with the first row of each query; ``titles`` are
    by language tag; ``classes`` are class IRI, number of instances and the query that lists them.
    """

    most_described: str | None
    disputed: str | None
    lines: tuple[tuple[HomeLine, Mapping[str, str]], ...]
    titles: Mapping[str, str]
    classes: tuple[tuple[str, int, str], ...]
    names: Mapping[str, Mapping[str, str]]


@bp.get("/")
def home() -> Response:
    """Return the home page."""
    return representations.conditional_response(media_types.HTML, _home)


def _home() -> Response:
    services = context.services()
    page = _home_page(services)
    questions = sorted(services.library, key=lambda saved: (not saved.parameters, saved.name))
    question = questions[0] if questions else None
    return templating.render("home.html", names=page.names, page=page, question=question, base=BASE)


@context.kept_with_services(1)
def _home_page(services: Services) -> HomePage:
    """Return the data of the home page, computed once for each version of the data."""
    meta = StatementIndex.select(context.queries(), _META)
    counts = {
        kind.text: int(count.text)
        for node in meta
        for kind in meta.objects(node, _VOID + "class")
        for count in meta.objects(node, _VOID + "entities")
        if kind.text.startswith(OIB) and kind.text not in _MACHINERY
    }
    most_described, disputed = _first(services, _MOST_DESCRIBED), _first(services, _DISPUTED)
    statements = fetch_properties(
        context.queries(), {iri for iri in (most_described, disputed, *counts) if iri}
    )
    titles = meta.objects(BASE + "dataset", PREFIXES["dcterms"] + "title")
    return HomePage(
        most_described=most_described,
        disputed=disputed,
        lines=tuple(_lines(services)),
        titles={value.language: value.text for value in titles},
        classes=tuple(
            (iri, count, _instances_query(iri))
            for iri, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        names={iri: names for iri in statements if (names := statements.names(iri))},
    )


def _lines(services: Services) -> Iterator[tuple[HomeLine, Mapping[str, str]]]:
    """Yield each line whose query has an answer, with the values that fill it."""
    for line in services.pages.lines:
        for row in fetch_rows(context.queries(), line.text)[:1]:
            yield line, {name: term.text for name, term in row.items()}


def _first(services: Services, query: str) -> str | None:
    return next(
        (row["thing"].text for row in fetch_rows(context.queries(), query) if "thing" in row), None
    )


def _instances_query(kind: str) -> str:
    """Return a query for the instances of a class, to be edited by the reader."""
    return f"SELECT ?thing WHERE {{\n  ?thing a <{kind}>\n}}\nORDER BY ?thing"
