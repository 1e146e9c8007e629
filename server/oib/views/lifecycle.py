"""The lifecycle of an IRI: unknown, current, withdrawn, or replaced by another one."""

from dataclasses import dataclass

from oib.engine.base import Queryable
from oib.engine.statements import fetch_rows
from oib.namespaces import OIB, PREFIXES
from oib.views import entity_queries

_TYPE = PREFIXES["rdf"] + "type"
_REPLACED = PREFIXES["dcterms"] + "isReplacedBy"


@dataclass(frozen=True)
class Lifecycle:
    """Whether an IRI has triples, whether it was withdrawn, and which IRI replaces it."""

    is_known: bool
    is_withdrawn: bool
    replacement: str | None


def find_lifecycle(engine: Queryable, iri: str) -> Lifecycle:
    """Return the lifecycle of an IRI.

    A thing is withdrawn when it is an ``oib:Withdrawn``, and replaced when it has a
    ``dcterms:isReplacedBy``.

    Raises:
        BadInput: the text is no IRI.
    """
    pairs = [
        (row["p"].text, row["o"].text)
        for row in fetch_rows(engine, entity_queries.own_triples(iri))
    ]
    replacements = sorted(value for prop, value in pairs if prop == _REPLACED)
    return Lifecycle(
        is_known=bool(pairs),
        is_withdrawn=(_TYPE, OIB + "Withdrawn") in pairs,
        replacement=next(iter(replacements), None),
    )
