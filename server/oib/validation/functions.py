"""Functions that the check adds to those of SPARQL: lexical spaces, days of EDTF dates, digests."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal, NamedNode

from oib.edtf import Bounds, parse_edtf
from oib.errors import BadInput
from oib.namespaces import PREFIXES
from oib.validation.constraints import FUNCTIONS, WELL_FORMED
from oib.validation.lexical import is_well_formed
from oib.validation.passages import digest, normalize
from oib.validation.shape_graph import Term, text_of

_BOOLEAN: Final = NamedNode(PREFIXES["xsd"] + "boolean")
_DATE: Final = NamedNode(PREFIXES["xsd"] + "date")


def _well_formed(term: Term) -> Literal:
    return Literal("true" if is_well_formed(term) else "false", datatype=_BOOLEAN)


def _first_day(term: Term) -> Literal | None:
    bounds = _bounds(text_of(term))
    return _day(bounds.earliest) if bounds else None


def _last_day(term: Term) -> Literal | None:
    bounds = _bounds(text_of(term))
    return _day(bounds.latest) if bounds else None


def _digest(term: Term) -> Literal:
    return Literal(digest(normalize(text_of(term))))


@lru_cache(maxsize=4096)
def _bounds(text: str) -> Bounds | None:
    try:
        return parse_edtf(text).bounds
    except BadInput:
        return None  # reported by LEX-01


def _day(day: date | None) -> Literal | None:
    return Literal(day.isoformat(), datatype=_DATE) if day else None


CUSTOM_FUNCTIONS: Final[dict[NamedNode, Callable[..., Term | None]]] = {
    NamedNode(WELL_FORMED): _well_formed,
    NamedNode(FUNCTIONS + "first-day"): _first_day,
    NamedNode(FUNCTIONS + "last-day"): _last_day,
    NamedNode(FUNCTIONS + "digest"): _digest,
}
