"""The reading: facts go in, a claim with its passages, sources and assessments comes out."""

from oib.engine.statements import Facts, Value
from oib.namespaces import OIB, PREFIXES
from oib.views.claim import Assessment, Claim, Passage, Source, Statement

_LIMITS = ("startsNotBefore", "startsNotAfter", "endsNotBefore", "endsNotAfter")
_TIMES = ("validTime", "asOf", *_LIMITS)
_WORDING = ("subjectAsNamed", "objectAsNamed", "roleAsNamed", "isLowerBound", "isPartialList")
_DCTERMS = PREFIXES["dcterms"]


def read_claim(facts: Facts, iri: str) -> Claim:
    """Read a claim out of the facts about it and around it."""

    def all_of(name: str) -> tuple[Value, ...]:
        return facts.all(iri, OIB + name)

    def pairs(names: tuple[str, ...]) -> tuple[Statement, ...]:
        return tuple((OIB + name, value) for name in names for value in all_of(name))

    hedge, extents = facts.one(iri, OIB + "hasHedge"), all_of("hasExtent")
    asserters, documents = all_of("isAssertedBy"), all_of("isReportedIn")
    judged = facts.pointing(OIB + "assesses", iri)
    voices = {voice for document in documents for voice in _voices(facts, document)}
    return Claim(
        iri=iri,
        subject=facts.one(iri, OIB + "claimSubject"),
        predicate=facts.one(iri, OIB + "claimPredicate"),
        object=facts.one(iri, OIB + "claimObject") or facts.one(iri, OIB + "claimValue"),
        asserters=asserters,
        documents=documents,
        passages=_passages(facts, iri),
        hedge=hedge,
        hedge_as_named=all_of("hedgeAsNamed"),
        extents=extents,
        rank=facts.one(iri, OIB + "hasRank"),
        times=pairs(_TIMES),
        wording=pairs(_WORDING),
        sources=tuple(_source(facts, document) for document in all_of("citesSource")),
        backing=all_of("hasBacking"),
        notes=all_of("curatorNote"),
        assessments=tuple(_assessment(facts, node) for node in judged),
        is_hedged=_says(facts, hedge, "yieldsDirectTriple", "false"),
        is_relayed=bool(asserters and voices and not voices & set(asserters)),
        is_partial=any(_says(facts, each, "yieldsDirectTriple", "false") for each in extents),
    )


def _assessment(facts: Facts, iri: str) -> Assessment:
    verdict = facts.one(iri, OIB + "hasVerdict")
    return Assessment(
        iri=iri,
        verdict=verdict,
        assessors=facts.all(iri, OIB + "isAssessedBy"),
        disputes=_says(facts, verdict, "blocksDirectTriple", "true"),
        passages=_passages(facts, iri),
        notes=facts.all(iri, OIB + "curatorNote"),
    )


def _passages(facts: Facts, iri: str) -> tuple[Passage, ...]:
    return tuple(_passage(facts, value.text) for value in facts.all(iri, OIB + "hasEvidence"))


def _passage(facts: Facts, iri: str) -> Passage:
    def text(subject: str, name: str) -> str:
        value = facts.one(subject, OIB + name)
        return value.text if value else ""

    return Passage(
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


def _says(facts: Facts, concept: Value | None, name: str, text: str) -> bool:
    value = facts.one(concept.text, OIB + name) if concept else None
    return value is not None and value.text == text
