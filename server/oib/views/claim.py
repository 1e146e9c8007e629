"""Claims as a page shows them, with their evidence, sources and assessments."""

from dataclasses import dataclass

from oib.engine.statements import Term
from oib.namespaces import OIB

PropertyValue = tuple[str, Term]


@dataclass(frozen=True)
class Locator:
    """The place of a passage: document, label of the unit, and code points from start to end."""

    iri: str
    document: Term | None
    unit: str
    start: str
    end: str


@dataclass(frozen=True)
class Source:
    """A cited document, with publisher and dates as the citation gives them."""

    document: Term
    publisher: Term | None
    printed: Term | None
    published: Term | None
    accessed: Term | None
    year_basis: Term | None


@dataclass(frozen=True)
class Assessment:
    """An assessment of a claim; ``disputes`` if its verdict calls the claim into question.

    ``meaning`` is the definition of the verdict, a literal a language; ``is_of_own_document`` is
    true if an assessor is a creator or publisher of a document that reports the claim.
    """

    iri: str
    verdict: Term | None
    assessors: tuple[Term, ...]
    disputes: bool
    locators: tuple[Locator, ...]
    notes: tuple[Term, ...]
    meaning: tuple[Term, ...] = ()
    is_of_own_document: bool = False


@dataclass(frozen=True)
class Claim:
    """A claim: one triple, who asserts it, where, how surely, and on which sources.

    A claim may have several ``hedges``. ``times`` and ``wording`` are pairs of property and value.
    ``is_relayed`` is true if none of the asserters is a creator or publisher of a document that
    reports the claim.
    """

    iri: str
    subject: Term | None
    predicate: Term | None
    object: Term | None
    asserters: tuple[Term, ...]
    documents: tuple[Term, ...]
    locators: tuple[Locator, ...]
    hedges: tuple[Term, ...]
    hedge_as_named: tuple[Term, ...]
    extents: tuple[Term, ...]
    rank: Term | None
    times: tuple[PropertyValue, ...]
    wording: tuple[PropertyValue, ...]
    sources: tuple[Source, ...]
    backing: tuple[Term, ...]
    notes: tuple[Term, ...]
    assessments: tuple[Assessment, ...]
    is_hedged: bool
    is_relayed: bool
    is_partial: bool

    @property
    def counted(self) -> tuple[Term, ...]:
        """Return of what the value is the number, if it is a count of something."""
        return tuple(value for name, value in self.wording if name == OIB + "isCountOf")

    @property
    def is_disputed(self) -> bool:
        """Return whether an assessment calls the claim into question."""
        return any(assessment.disputes for assessment in self.assessments)

    @property
    def is_deprecated(self) -> bool:
        """Return whether the claim has the rank *deprecated*."""
        return self.rank is not None and self.rank.text.endswith("#rank-deprecated")
