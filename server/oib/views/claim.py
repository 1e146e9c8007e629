"""Claims as a page shows them, with their evidence, sources and assessments."""

from dataclasses import dataclass

from oib.engine.statements import Value

PropertyValue = tuple[str, Value]


@dataclass(frozen=True)
class Locator:
    """The place of a passage: document, label of the unit, and code points from start to end."""

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
    """An assessment of a claim; ``disputes`` if its verdict calls the claim into question."""

    iri: str
    verdict: Value | None
    assessors: tuple[Value, ...]
    disputes: bool
    locators: tuple[Locator, ...]
    notes: tuple[Value, ...]


@dataclass(frozen=True)
class Claim:
    """A claim: one triple, who asserts it, where, how surely, and on which sources.

    ``times`` and ``wording`` are pairs of property and value. ``is_relayed`` is true if none of
    the asserters is a creator or publisher of a document that reports the claim.
    """

    iri: str
    subject: Value | None
    predicate: Value | None
    object: Value | None
    asserters: tuple[Value, ...]
    documents: tuple[Value, ...]
    locators: tuple[Locator, ...]
    hedge: Value | None
    hedge_as_named: tuple[Value, ...]
    extents: tuple[Value, ...]
    rank: Value | None
    times: tuple[PropertyValue, ...]
    wording: tuple[PropertyValue, ...]
    sources: tuple[Source, ...]
    backing: tuple[Value, ...]
    notes: tuple[Value, ...]
    assessments: tuple[Assessment, ...]
    is_hedged: bool
    is_relayed: bool
    is_partial: bool

    @property
    def is_disputed(self) -> bool:
        """Return whether an assessment calls the claim into question."""
        return any(assessment.disputes for assessment in self.assessments)

    @property
    def is_deprecated(self) -> bool:
        """Return whether the claim has the rank *deprecated*."""
        return self.rank is not None and self.rank.text.endswith("#rank-deprecated")
