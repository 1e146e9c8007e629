"""Claims as plain records for programs: what is claimed, how surely, and who says so where."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from oib.engine.base import Queryable
from oib.engine.statements import StatementIndex, Term, fetch_properties, sparql_iri
from oib.namespaces import BASE, ID, OIB
from oib.views import entity_queries
from oib.views.claim import Claim
from oib.views.claim_parser import parse_claim
from oib.views.entity import Vocabulary

Names = Mapping[str, Mapping[str, str]]

_PATTERN: Final = f"""
SELECT DISTINCT ?claim ?s ?p ?o WHERE {{
  {{ SELECT DISTINCT ?claim WHERE {{
    VALUES ?thing {{ %s }}
    {{ ?claim <{OIB}claimSubject> ?thing }} UNION {{ ?claim <{OIB}claimObject> ?thing }}
    UNION {{ ?thing <{OIB}claimPredicate> ?predicate BIND(?thing AS ?claim) }}
  }} ORDER BY ?claim LIMIT %d }}
  {{ ?claim ?p ?o BIND(?claim AS ?s) }}
  UNION {{ ?claim <{OIB}hasEvidence> ?s . ?s ?p ?o }}
  UNION {{ ?s <{OIB}assesses> ?claim . ?s ?p ?o }}
}}"""


def fetch_claims(
    engine: Queryable, iris: Iterable[str], vocabulary: Vocabulary, limit: int
) -> tuple[list[Claim], Names]:
    """Return the claims about things, or with an IRI themselves, and names of what they mention.

    Args:
        engine: answers two queries.
        iris: of things or claims.
        vocabulary: terms and concepts of the data.
        limit: the largest number of claims.
    """
    wanted = sorted(iri for iri in set(iris) if iri.startswith(BASE))
    if not wanted:
        return [], {}
    query = _PATTERN % (" ".join(map(sparql_iri, wanted)), limit)
    statements = StatementIndex.select(engine, query)
    known = {iri for index in (statements, vocabulary.statements) for iri in index}
    mentioned = {iri for iri in statements.iris() - known if iri.startswith("http")}
    context = fetch_properties(engine, mentioned, entity_queries.MENTION_PROPERTIES)
    whole = statements | context | vocabulary.statements
    claims = [
        parse_claim(whole, node)
        for node in sorted(statements)
        if statements.value(node, OIB + "claimPredicate") is not None
    ]
    return claims, {**vocabulary.names, **context.all_names()}


def record(claim: Claim, names: Names, language: str = "en") -> dict[str, Any]:
    """Return a claim as a record of texts, by the names of its parts.

    Args:
        claim: the claim.
        names: of what it mentions, by IRI and language tag.
        language: of the texts: ``en`` or ``zh-Hans``.
    """

    def text(term: Term | None) -> str:
        return "" if term is None else _text(term, names, language)

    def iri_and_name(term: Term) -> dict[str, str]:
        return {"iri": term.text, "name": text(term)} if term.is_iri else {"name": term.text}

    found: dict[str, Any] = {
        "claim": claim.iri,
        "subject": iri_and_name(claim.subject) if claim.subject else {},
        "property": text(claim.predicate),
        "value": iri_and_name(claim.object) if claim.object else {},
        "hedge": [text(hedge) for hedge in claim.hedges],
        "hedged": claim.is_hedged,
        "asserted_by": [iri_and_name(each) for each in claim.asserters],
        "reported_in": [iri_and_name(each) for each in claim.documents],
        "sources_cited": [iri_and_name(source.document) for source in claim.sources],
        "relayed": claim.is_relayed,
        "disputed": claim.is_disputed,
    }
    if claim.hedge_as_named:
        found["hedge_as_worded"] = [term.text for term in claim.hedge_as_named]
    if claim.is_partial:
        found["extent"] = [text(extent) for extent in claim.extents]
    if claim.times:
        found["time"] = {_local(name): value.text for name, value in claim.times}
    if claim.assessments:
        found["assessments"] = [
            {
                "verdict": text(assessment.verdict),
                "by": [text(each) for each in assessment.assessors],
                "disputes": assessment.disputes,
            }
            for assessment in claim.assessments
        ]
    if claim.is_deprecated:
        found["withdrawn"] = True
    return found


def _text(term: Term, names: Names, language: str) -> str:
    if not term.is_iri:
        return term.text
    own = names.get(term.text, {})
    for tag, name in own.items():
        if tag[:2].lower() == language[:2].lower():
            return name
    return next(iter(own.values()), term.text.removeprefix(ID))


def _local(iri: str) -> str:
    return iri.rpartition("#")[2]
