"""Claims as a table: grouped by the document that reports them, their sources numbered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from oib.engine.statements import Term
from oib.views.claim import Claim, Source

# Rows of a table that a page shows at once, the heading of each document included, and how many it
# may have beyond that before some are folded: two screens of 1280 by 900 pixels hold them.
_SHOWN_ROWS: Final = 16
_TOLERANCE: Final = 2


@dataclass(frozen=True)
class StatementGroup:
    """The claims that one document reports, or none if ``document`` is None.

    ``voice`` are the asserters of the claims that the document makes in its own voice, empty if
    these have different asserters.
    """

    document: Term | None
    claims: tuple[Claim, ...]
    voice: tuple[Term, ...]

    def is_own_voice(self, claim: Claim) -> bool:
        """Tell whether a claim of the group is asserted by the voice of the document."""
        return bool(self.voice) and not claim.is_relayed and claim.asserters == self.voice


@dataclass(frozen=True)
class StatementTable:
    """Claims in groups, one for each document that reports some.

    Attributes:
        groups: the claims that a page shows at once.
        folded: the other claims, in groups of the same form; empty for a short table.
    """

    groups: tuple[StatementGroup, ...]
    folded: tuple[StatementGroup, ...] = ()

    @property
    def folded_claims(self) -> int:
        """Return how many claims are folded."""
        return sum(len(group.claims) for group in self.folded)


@dataclass(frozen=True)
class NumberedSources:
    """Sources in the order of their numbers, which count from 1, and the number of each by IRI."""

    sources: tuple[Source, ...]
    numbers: Mapping[str, int]


def by_document(claims: Iterable[Claim]) -> StatementTable:
    """Return claims grouped by their first document; the document with most claims comes first.

    Of a long table a part is folded: the longest lists of claims with one document and property.
    Such a list is shown whole or folded whole, so that nobody takes the first founder for the only
    one; room goes to lists with a disputed claim first. Only a list that would fill the table alone
    is cut.
    """
    groups: dict[Term | None, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(next(iter(claim.documents), None), []).append(claim)
    ordered = sorted(
        groups.items(), key=lambda group: (-len(group[1]), group[0].text if group[0] else "")
    )
    return _fold(
        [
            StatementGroup(document, tuple(sorted(group, key=_order)), _voice(group))
            for document, group in ordered
        ]
    )


def number_sources(tables: Iterable[StatementTable]) -> NumberedSources:
    """Return the sources that the claims of tables cite, in the order in which they first occur."""
    sources: dict[str, Source] = {}
    for table in tables:
        for group in (*table.groups, *table.folded):
            for claim in group.claims:
                for source in claim.sources:
                    sources.setdefault(source.document.text, source)
    return NumberedSources(
        tuple(sources.values()), {iri: number for number, iri in enumerate(sources, 1)}
    )


def _fold(groups: Sequence[StatementGroup]) -> StatementTable:
    if sum(1 + len(group.claims) for group in groups) <= _SHOWN_ROWS + _TOLERANCE:
        return StatementTable(tuple(groups))
    lists = [
        (position, tuple(claims))
        for position, group in enumerate(groups)
        for _, claims in groupby(group.claims, key=lambda claim: claim.predicate)
    ]
    lists.sort(key=lambda each: (not any(claim.is_disputed for claim in each[1]), len(each[1])))
    shown: set[str] = set()
    headed: set[int] = set()
    for position, claims in lists:
        room = _SHOWN_ROWS - len(shown) - len(headed | {position})
        if 0 < room < len(claims) > _SHOWN_ROWS:
            claims = tuple(sorted(claims, key=lambda claim: not claim.is_disputed)[:room])
        if len(claims) <= room:
            shown.update(claim.iri for claim in claims)
            headed.add(position)
    return StatementTable(
        _select(groups, lambda claim: claim.iri in shown),
        _select(groups, lambda claim: claim.iri not in shown),
    )


def _select(
    groups: Iterable[StatementGroup], selects: Callable[[Claim], bool]
) -> tuple[StatementGroup, ...]:
    selected = (replace(group, claims=tuple(filter(selects, group.claims))) for group in groups)
    return tuple(group for group in selected if group.claims)


def _voice(claims: Iterable[Claim]) -> tuple[Term, ...]:
    voices = {claim.asserters for claim in claims if not claim.is_relayed}
    return voices.pop() if len(voices) == 1 else ()


def _order(claim: Claim) -> tuple[str, str]:
    return claim.predicate.text if claim.predicate else "", claim.iri
