"""Builds claims from statements about them and about the nodes that they refer to."""

from collections.abc import Collection

from oib.engine.statements import StatementIndex, Term
from oib.namespaces import OIB, PREFIXES
from oib.views.claim import Assessment, Claim, Locator, PropertyValue, Source

_LIMITS = ("startsNotBefore", "startsNotAfter", "endsNotBefore", "endsNotAfter")
_TIMES = ("validTime", "asOf", *_LIMITS, "assertedOn", "isMadeIn")
_WORDING = (
    *("subjectAsNamed", "objectAsNamed", "roleAsNamed", "qualifierAsNamed", "isCountOf"),
    *("inCurrency", "isApproximate", "isLowerBound", "isPartialList"),
)
_DCTERMS = PREFIXES["dcterms"]
_DEFINITION = PREFIXES["skos"] + "definition"


def parse_claim(statements: StatementIndex, iri: str) -> Claim:
    """Return the claim with an IRI, built from the statements about it and its context."""

    def all_of(name: str) -> tuple[Term, ...]:
        return statements.objects(iri, OIB + name)

    def pairs(names: tuple[str, ...]) -> tuple[PropertyValue, ...]:
        return tuple((OIB + name, value) for name in names for value in all_of(name))

    hedges, extents = all_of("hasHedge"), all_of("hasExtent")
    asserters, documents = all_of("isAssertedBy"), all_of("isReportedIn")
    assessments = statements.subjects(OIB + "assesses", iri)
    voices = {voice for document in documents for voice in _voices(statements, document)}
    return Claim(
        iri=iri,
        subject=statements.value(iri, OIB + "claimSubject"),
        predicate=statements.value(iri, OIB + "claimPredicate"),
        object=statements.value(iri, OIB + "claimObject")
        or statements.value(iri, OIB + "claimValue"),
        asserters=asserters,
        documents=documents,
        locators=_locators(statements, iri),
        hedges=hedges,
        hedge_as_named=all_of("hedgeAsNamed"),
        extents=extents,
        rank=statements.value(iri, OIB + "hasRank"),
        times=pairs(_TIMES),
        wording=pairs(_WORDING),
        sources=tuple(_source(statements, document) for document in all_of("citesSource")),
        backing=all_of("hasBacking"),
        notes=all_of("curatorNote"),
        assessments=tuple(_assessment(statements, node, voices) for node in assessments),
        is_hedged=any(
            _has_value(statements, hedge, "yieldsDirectTriple", "false") for hedge in hedges
        ),
        is_relayed=bool(asserters and voices and not voices & set(asserters)),
        is_partial=any(
            _has_value(statements, extent, "yieldsDirectTriple", "false") for extent in extents
        ),
    )


def _assessment(statements: StatementIndex, iri: str, voices: Collection[Term]) -> Assessment:
    verdict = statements.value(iri, OIB + "hasVerdict")
    assessors = statements.objects(iri, OIB + "isAssessedBy")
    return Assessment(
        iri=iri,
        verdict=verdict,
        assessors=assessors,
        disputes=_has_value(statements, verdict, "blocksDirectTriple", "true"),
        locators=_locators(statements, iri),
        notes=statements.objects(iri, OIB + "curatorNote"),
        meaning=statements.objects(verdict.text, _DEFINITION) if verdict else (),
        is_of_own_document=any(assessor in voices for assessor in assessors),
    )


def _locators(statements: StatementIndex, iri: str) -> tuple[Locator, ...]:
    return tuple(
        _locator(statements, value.text) for value in statements.objects(iri, OIB + "hasEvidence")
    )


def _locator(statements: StatementIndex, iri: str) -> Locator:
    def text(subject: str, name: str) -> str:
        value = statements.value(subject, OIB + name)
        return value.text if value else ""

    return Locator(
        iri=iri,
        document=statements.value(iri, OIB + "inDocument"),
        unit=text(text(iri, "inUnit"), "unitLabel"),
        start=text(iri, "startCharacter"),
        end=text(iri, "endCharacter"),
    )


def _source(statements: StatementIndex, document: Term) -> Source:
    names = ("publisherName", "dateAsPrinted", "publishedOn", "accessedOn", "hasYearBasis")
    return Source(document, *(statements.value(document.text, OIB + name) for name in names))


def _voices(statements: StatementIndex, document: Term) -> tuple[Term, ...]:
    creators = statements.objects(document.text, _DCTERMS + "creator")
    return creators + statements.objects(document.text, _DCTERMS + "publisher")


def _has_value(statements: StatementIndex, concept: Term | None, name: str, text: str) -> bool:
    value = statements.value(concept.text, OIB + name) if concept else None
    return value is not None and value.text == text
