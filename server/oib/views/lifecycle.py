"""The lifecycle of an IRI: unknown, current, withdrawn, or replaced by another one."""

from collections.abc import Collection
from dataclasses import dataclass

from oib.engine.base import Queryable
from oib.engine.statements import Term, fetch_rows
from oib.namespaces import OIB, PREFIXES
from oib.views import entity_queries

_TYPE = PREFIXES["rdf"] + "type"
_REPLACED = PREFIXES["dcterms"] + "isReplacedBy"


@dataclass(frozen=True)
class Lifecycle:
    """Whether an IRI has triples, whether it was withdrawn, and which IRI replaces it.

    A thing is withdrawn when it is an ``oib:Withdrawn``, and replaced when it has a
    ``dcterms:isReplacedBy``.
    """

    is_known: bool
    is_withdrawn: bool
    replacement: str | None

    @classmethod
    def from_properties(cls, properties: Collection[tuple[str, Term]]) -> "Lifecycle":
        """Return the lifecycle of a thing, given its properties and their values."""
        replacements = sorted(value.text for name, value in properties if name == _REPLACED)
        return cls(
            is_known=bool(properties),
            is_withdrawn=(_TYPE, Term(OIB + "Withdrawn", "uri")) in properties,
            replacement=next(iter(replacements), None),
        )


def fetch_lifecycle(engine: Queryable, iri: str) -> Lifecycle:
    """Return the lifecycle of an IRI.

    Raises:
        BadInput: the text is no IRI.
    """
    rows = fetch_rows(engine, entity_queries.own_triples(iri))
    return Lifecycle.from_properties([(row["p"].text, row["o"]) for row in rows])
