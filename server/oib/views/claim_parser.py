"""Builds claims from statements about them and about the nodes that they refer to."""

from oib.engine.statements import StatementIndex, Term
from oib.namespaces import OIB, PREFIXES
from oib.views.claim import Assessment, Claim, Locator, PropertyValue, Source

_LIMITS = ("startsNotBefore", "startsNotAfter", "endsNotBefore", "endsNotAfter")
_TIMES = ("validTime", "asOf", *_LIMITS)
_WORDING = ("subjectAsNamed", "objectAsNamed", "roleAsNamed", "isLowerBound", "isPartialList")
_DCTERMS = PREFIXES["dcterms"]


def parse_claim(facts: StatementIndex, iri: str) -> Claim:
    """Return the claim with an IRI, built from the statements about it and its context."""

    def all_of(name: str) -> tuple[Term, ...]:
        return facts.objects(iri, OIB + name)

    def pairs(names: tuple[str, ...]) -> tuple[PropertyValue, ...]:
        return tuple((OIB + name, value) for name in names for value in all_of(name))

    hedge, extents = facts.value(iri, OIB + "hasHedge"), all_of("hasExtent")
    asserters, documents = all_of("isAssertedBy"), all_of("isReportedIn")
    assessments = facts.subjects(OIB + "assesses", iri)
    voices = {voice for document in documents for voice in _voices(facts, document)}
    return Claim(
        iri=iri,
        subject=facts.value(iri, OIB + "claimSubject"),
        predicate=facts.value(iri, OIB + "claimPredicate"),
        object=facts.value(iri, OIB + "claimObject") or facts.value(iri, OIB + "claimValue"),
        asserters=asserters,
        documents=documents,
        locators=_locators(facts, iri),
        hedge=hedge,
        hedge_as_named=all_of("hedgeAsNamed"),
        extents=extents,
        rank=facts.value(iri, OIB + "hasRank"),
        times=pairs(_TIMES),
        wording=pairs(_WORDING),
        sources=tuple(_source(facts, document) for document in all_of("citesSource")),
        backing=all_of("hasBacking"),
        notes=all_of("curatorNote"),
        assessments=tuple(_assessment(facts, node) for node in assessments),
        is_hedged=_has_value(facts, hedge, "yieldsDirectTriple", "false"),
        is_relayed=bool(asserters and voices and not voices & set(asserters)),
        is_partial=any(
            _has_value(facts, extent, "yieldsDirectTriple", "false") for extent in extents
        ),
    )


def _assessment(facts: StatementIndex, iri: str) -> Assessment:
    verdict = facts.value(iri, OIB + "hasVerdict")
    return Assessment(
        iri=iri,
        verdict=verdict,
        assessors=facts.objects(iri, OIB + "isAssessedBy"),
        disputes=_has_value(facts, verdict, "blocksDirectTriple", "true"),
        locators=_locators(facts, iri),
        notes=facts.objects(iri, OIB + "curatorNote"),
    )


def _locators(facts: StatementIndex, iri: str) -> tuple[Locator, ...]:
    return tuple(_locator(facts, value.text) for value in facts.objects(iri, OIB + "hasEvidence"))


def _locator(facts: StatementIndex, iri: str) -> Locator:
    def text(subject: str, name: str) -> str:
        value = facts.value(subject, OIB + name)
        return value.text if value else ""

    return Locator(
        iri=iri,
        document=facts.value(iri, OIB + "inDocument"),
        unit=text(text(iri, "inUnit"), "unitLabel"),
        start=text(iri, "startCharacter"),
        end=text(iri, "endCharacter"),
    )


def _source(facts: StatementIndex, document: Term) -> Source:
    names = ("publisherName", "dateAsPrinted", "publishedOn", "accessedOn", "hasYearBasis")
    return Source(document, *(facts.value(document.text, OIB + name) for name in names))


def _voices(facts: StatementIndex, document: Term) -> tuple[Term, ...]:
    creators = facts.objects(document.text, _DCTERMS + "creator")
    return creators + facts.objects(document.text, _DCTERMS + "publisher")


def _has_value(facts: StatementIndex, concept: Term | None, name: str, text: str) -> bool:
    value = facts.value(concept.text, OIB + name) if concept else None
    return value is not None and value.text == text
