"""Claims as a table: grouped by the document that reports them, their sources numbered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oib.engine.statements import Term
from oib.views.claim import Claim, Source


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
    """Claims in groups, one for each document that reports some."""

    groups: tuple[StatementGroup, ...]


@dataclass(frozen=True)
class NumberedSources:
    """Sources in the order of their numbers, which count from 1, and the number of each by IRI."""

    sources: tuple[Source, ...]
    numbers: Mapping[str, int]


def by_document(claims: Iterable[Claim]) -> StatementTable:
    """Return claims grouped by their first document; the document with most claims comes first."""
    groups: dict[Term | None, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(next(iter(claim.documents), None), []).append(claim)
    ordered = sorted(
        groups.items(), key=lambda group: (-len(group[1]), group[0].text if group[0] else "")
    )
    return StatementTable(
        tuple(
            StatementGroup(document, tuple(sorted(group, key=_order)), _voice(group))
            for document, group in ordered
        )
    )


def number_sources(tables: Iterable[StatementTable]) -> NumberedSources:
    """Return the sources that the claims of tables cite, in the order in which they first occur."""
    sources: dict[str, Source] = {}
    for table in tables:
        for group in table.groups:
            for claim in group.claims:
                for source in claim.sources:
                    sources.setdefault(source.document.text, source)
    return NumberedSources(
        tuple(sources.values()), {iri: number for number, iri in enumerate(sources, 1)}
    )


def _voice(claims: Iterable[Claim]) -> tuple[Term, ...]:
    voices = {claim.asserters for claim in claims if not claim.is_relayed}
    return voices.pop() if len(voices) == 1 else ()


def _order(claim: Claim) -> tuple[str, str]:
    return claim.predicate.text if claim.predicate else "", claim.iri
