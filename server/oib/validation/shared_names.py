"""Names that two things share, in whatever spelling, script or order of words (rule NAM-01)."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from oib.namespaces import ID, OIB, OIBS, PREFIXES
from oib.validation.lexical import to_simplified
from oib.validation.problems import Problem
from oib.validation.rules import format_term
from oib.validation.shape_graph import Term, iri_of

_NAMES: Final = {
    PREFIXES["skos"] + "prefLabel",
    PREFIXES["skos"] + "altLabel",
    PREFIXES["skos"] + "hiddenLabel",
    PREFIXES["foaf"] + "name",
}
# What a claim says of two things that share their name, and are known to be two.
_SUBJECT, _PREDICATE, _OBJECT = (
    OIB + name for name in ("claimSubject", "claimPredicate", "claimObject")
)
_CLAIMED: Final = {_SUBJECT, _PREDICATE, _OBJECT}
_SHARES: Final = OIB + "sharesNameWith"
_DEPRECATED: Final = PREFIXES["owl"] + "deprecated"
#: Shorter keys are abbreviations and family names, which many things share.
_SHORTEST: Final = 3


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """Return what is left of a name without case, marks, script of Chinese and order of words."""
    folded = unicodedata.normalize("NFKD", to_simplified(unicodedata.normalize("NFKC", name)))
    plain = "".join(
        c if c.isalnum() else " " for c in folded.casefold() if not unicodedata.combining(c)
    )
    words = plain.split()
    if any(_is_han(c) for c in plain):
        return "".join(words)
    return "".join(sorted(words))


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def shared_names(triples: Iterable[Triple], nodes: set[Term] | None = None) -> Iterator[Problem]:
    """Yield the names that a thing shares with another thing of its kind.

    Args:
        triples: the data.
        nodes: the things to look at; all when None.
    """
    bearers: dict[tuple[str, str], dict[Term, Triple]] = defaultdict(dict)
    retired: set[Term] = set()
    claims: dict[Term, dict[str, Term]] = defaultdict(dict)
    for triple in triples:
        predicate = triple.predicate.value
        if predicate == _DEPRECATED:
            retired.add(triple.subject)
        elif predicate in _CLAIMED:
            claims[triple.subject][predicate] = triple.object
        elif predicate in _NAMES and isinstance(triple.object, Literal):
            kind = iri_of(triple.subject).removeprefix(ID).partition("/")[0]
            key = name_key(triple.object.value)
            long = len(key) >= _SHORTEST or (len(key) > 1 and _is_han(key[0]))
            if kind and long:
                bearers[kind, key].setdefault(triple.subject, triple)
    known = {
        frozenset((claim.get(_SUBJECT), claim.get(_OBJECT)))
        for claim in claims.values()
        if iri_of(claim.get(_PREDICATE)) == _SHARES
    }
    for things in bearers.values():
        live = {thing: triple for thing, triple in things.items() if thing not in retired}
        if len(live) < 2:
            continue
        for thing, triple in live.items():
            if nodes is None or thing in nodes:
                others = [
                    other
                    for other in live
                    if other != thing and frozenset((thing, other)) not in known
                ]
                if others:
                    yield _problem(triple, sorted(map(format_term, others)))


def _problem(triple: Triple, others: list[str]) -> Problem:
    return Problem(
        OIBS + "NAM-01",
        focus=triple.subject,
        path=NamedNode(triple.predicate.value),
        value=triple.object,
        other=", ".join(others[:3]),
    )
