"""Builds claims from statements about them and about the nodes that they refer to."""

from oib.engine.statements import Facts, Value
from oib.namespaces import OIB, PREFIXES
from oib.views.claim import Assessment, Claim, Locator, PropertyValue, Source

_LIMITS = ("startsNotBefore", "startsNotAfter", "endsNotBefore", "endsNotAfter")
_TIMES = ("validTime", "asOf", *_LIMITS)
_WORDING = ("subjectAsNamed", "objectAsNamed", "roleAsNamed", "isLowerBound", "isPartialList")
_DCTERMS = PREFIXES["dcterms"]


def parse_claim(facts: Facts, iri: str) -> Claim:
    """Return the claim with an IRI, built from the statements about it and its context."""

    def all_of(name: str) -> tuple[Value, ...]:
        return facts.all(iri, OIB + name)

    def pairs(names: tuple[str, ...]) -> tuple[PropertyValue, ...]:
        return tuple((OIB + name, value) for name in names for value in all_of(name))

    hedge, extents = facts.one(iri, OIB + "hasHedge"), all_of("hasExtent")
    asserters, documents = all_of("isAssertedBy"), all_of("isReportedIn")
    assessments = facts.pointing(OIB + "assesses", iri)
    voices = {voice for document in documents for voice in _voices(facts, document)}
    return Claim(
        iri=iri,
        subject=facts.one(iri, OIB + "claimSubject"),
        predicate=facts.one(iri, OIB + "claimPredicate"),
        object=facts.one(iri, OIB + "claimObject") or facts.one(iri, OIB + "claimValue"),
        asserters=asserters,
        documents=documents,
        locators=_locators(facts, iri),
        hedge=hedge,
        hedge_as_named=all_of("hedgeAsNamed"),
        extents=extents,
        rank=facts.one(iri, OIB + "hasRank"),
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


def _assessment(facts: Facts, iri: str) -> Assessment:
    verdict = facts.one(iri, OIB + "hasVerdict")
    return Assessment(
        iri=iri,
        verdict=verdict,
        assessors=facts.all(iri, OIB + "isAssessedBy"),
        disputes=_has_value(facts, verdict, "blocksDirectTriple", "true"),
        locators=_locators(facts, iri),
        notes=facts.all(iri, OIB + "curatorNote"),
    )


def _locators(facts: Facts, iri: str) -> tuple[Locator, ...]:
    return tuple(_locator(facts, value.text) for value in facts.all(iri, OIB + "hasEvidence"))


def _locator(facts: Facts, iri: str) -> Locator:
    def text(subject: str, name: str) -> str:
        value = facts.one(subject, OIB + name)
        return value.text if value else ""

    return Locator(
        iri=iri,
        document=facts.one(iri, OIB + "inDocument"),
        unit=text(text(iri, "inUnit"), "unitLabel"),
        start=text(iri, "startCharacter"),
        end=text(iri, "endCharacter"),
    )


def _source(facts: Facts, document: Value) -> Source:
    names = ("publisherName", "dateAsPrinted", "publishedOn", "accessedOn", "hasYearBasis")
    return Source(document, *(facts.one(document.text, OIB + name) for name in names))


def _voices(facts: Facts, document: Value) -> tuple[Value, ...]:
    creators = facts.all(document.text, _DCTERMS + "creator")
    return creators + facts.all(document.text, _DCTERMS + "publisher")


def _has_value(facts: Facts, concept: Value | None, name: str, text: str) -> bool:
    value = facts.one(concept.text, OIB + name) if concept else None
    return value is not None and value.text == text
