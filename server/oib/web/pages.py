"""``/``: what this is, five things to try, and what is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response

from oib.engine.statements import Facts, rows, tell
from oib.namespaces import BASE, GRAPH, OIB, PREFIXES
from oib.services import Site
from oib.web import context, representations, templating

bp = Blueprint("pages", __name__)

_MOST_TOLD = f"""
SELECT ?thing (COUNT(?claim) AS ?n) WHERE {{ ?claim <{OIB}claimSubject> ?thing }}
GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT 1"""
_DISPUTED = f"""
SELECT ?thing WHERE {{
  ?concept <{OIB}blocksDirectTriple> true . ?assessment <{OIB}hasVerdict> ?concept .
  ?assessment <{OIB}assesses> ?claim . ?claim <{OIB}claimSubject> ?thing
}} ORDER BY ?thing LIMIT 1"""
_META = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPH}meta> {{ ?s ?p ?o }} }}"
_VOID = PREFIXES["void"]
# What the model is made of, not what the data are about.
_MACHINERY = {OIB + name for name in ("DocumentUnit", "EvidenceLocator", "IdentityLink")}


@dataclass(frozen=True)
class Front:
    """What the page tells of the data.

    The thing of which most is claimed, a disputed one, the titles by language tag, and for each
    class the number of its things and a query that lists them.
    """

    told: str | None
    disputed: str | None
    titles: Mapping[str, str]
    kinds: tuple[tuple[str, int, str], ...]
    names: Mapping[str, Mapping[str, str]]


@bp.get("/")
def home() -> Response:
    """Welcome."""
    return representations.tagged(context.PAGE, _home)


def _home() -> Response:
    site = context.site()
    front = _front(site)
    questions = sorted(site.library, key=lambda saved: (not saved.parameters, saved.name))
    question = questions[0] if questions else None
    return templating.fill(
        "home.html", names=front.names, front=front, question=question, base=BASE
    )


@lru_cache(maxsize=4)
def _front(site: Site) -> Front:
    """Gather what the page tells, once for each version of the data."""
    meta = Facts.select(context.queries(), _META)
    counts = {
        kind.text: int(count.text)
        for node in meta
        for kind in meta.all(node, _VOID + "class")
        for count in meta.all(node, _VOID + "entities")
        if kind.text.startswith(OIB) and kind.text not in _MACHINERY
    }
    told, disputed = _first(site, _MOST_TOLD), _first(site, _DISPUTED)
    facts = tell(context.queries(), {iri for iri in (told, disputed, *counts) if iri})
    titles = meta.all(BASE + "dataset", PREFIXES["dcterms"] + "title")
    return Front(
        told=told,
        disputed=disputed,
        titles={value.language: value.text for value in titles},
        kinds=tuple(
            (iri, count, _list_of(iri))
            for iri, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        names={iri: names for iri in facts if (names := facts.names(iri))},
    )


def _first(site: Site, query: str) -> str | None:
    return next(
        (row["thing"].text for row in rows(context.queries(), query) if "thing" in row), None
    )


def _list_of(kind: str) -> str:
    """Return a query for the things of a class, to be shown and changed."""
    return f"SELECT ?thing WHERE {{\n  ?thing a <{kind}>\n}}\nORDER BY ?thing"
