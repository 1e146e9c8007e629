"""The claim: who says it, where, how surely, since when, on which sources, and who disputes it."""

from dataclasses import dataclass

from oib.engine.statements import Value

Statement = tuple[str, Value]


@dataclass(frozen=True)
class Passage:
    """Where a passage stands: document, label of the unit, code points from start to end."""

    iri: str
    document: Value | None
    unit: str
    start: str
    end: str


@dataclass(frozen=True)
class Source:
    """A cited document, with publisher and dates as the citation gives them."""

    document: Value
    publisher: Value | None
    printed: Value | None
    published: Value | None
    accessed: Value | None
    year_basis: Value | None


@dataclass(frozen=True)
class Assessment:
    """What somebody judges of a claim; ``disputes`` when the verdict calls it into question."""

    iri: str
    verdict: Value | None
    assessors: tuple[Value, ...]
    disputes: bool
    passages: tuple[Passage, ...]
    notes: tuple[Value, ...]


@dataclass(frozen=True)
class Claim:
    """One triple with all that is known of how it came to be said.

    ``times`` and ``wording`` are pairs of property and value; ``is_relayed`` tells that none of
    those who assert it is creator or publisher of the document that reports it.
    """

    iri: str
    subject: Value | None
    predicate: Value | None
    object: Value | None
    asserters: tuple[Value, ...]
    documents: tuple[Value, ...]
    passages: tuple[Passage, ...]
    hedge: Value | None
    hedge_as_named: tuple[Value, ...]
    extents: tuple[Value, ...]
    rank: Value | None
    times: tuple[Statement, ...]
    wording: tuple[Statement, ...]
    sources: tuple[Source, ...]
    backing: tuple[Value, ...]
    notes: tuple[Value, ...]
    assessments: tuple[Assessment, ...]
    is_hedged: bool
    is_relayed: bool
    is_partial: bool

    @property
    def is_disputed(self) -> bool:
        """Tell whether an assessment calls the claim into question."""
        return any(assessment.disputes for assessment in self.assessments)

    @property
    def is_deprecated(self) -> bool:
        """Tell whether the curators no longer stand by the record."""
        return self.rank is not None and self.rank.text.endswith("#rank-deprecated")
