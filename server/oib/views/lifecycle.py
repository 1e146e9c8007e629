"""The standing of an IRI: known or not, withdrawn, or replaced by another one."""

from dataclasses import dataclass

from oib.engine.base import Queryable
from oib.engine.statements import rows
from oib.namespaces import OIB, PREFIXES
from oib.views import entity_queries

_TYPE = PREFIXES["rdf"] + "type"
_REPLACED = PREFIXES["dcterms"] + "isReplacedBy"


@dataclass(frozen=True)
class Standing:
    """Whether anything is said of an IRI, whether it was withdrawn, and what replaces it."""

    is_known: bool
    is_withdrawn: bool
    replacement: str | None


def find(engine: Queryable, iri: str) -> Standing:
    """Return the standing of an IRI.

    A thing is withdrawn when it is an ``oib:Withdrawn``, and replaced when it has a
    ``dcterms:isReplacedBy``.

    Raises:
        BadInput: the text is no IRI.
    """
    said = [(row["p"].text, row["o"].text) for row in rows(engine, entity_queries.own(iri))]
    replacements = sorted(value for prop, value in said if prop == _REPLACED)
    return Standing(
        is_known=bool(said),
        is_withdrawn=(_TYPE, OIB + "Withdrawn") in said,
        replacement=next(iter(replacements), None),
    )
