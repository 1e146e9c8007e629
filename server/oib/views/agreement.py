"""What other documents say about the statement of a claim: the same, or otherwise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import Term, fetch_rows, sparql_iri
from oib.namespaces import GRAPH, OIB, PREFIXES

#: How a claim of another document relates to a claim, in the order in which a page shows them. It
#: *agrees* if the document is independent and states the same, and is *finer* or *rougher* if it
#: gives a narrower or a wider date that fits. It *repeats* the claim if their documents are one
#: text, and adds no voice then. It *contradicts* the claim if both cannot hold, and *differs* if it
#: gives another value for another time, or for one that is not known.
RELATIONS: Final = ("finer", "rougher", "agrees", "repeats", "contradicts", "differs")
#: What states the claim as well: a wider date does not say the narrower one.
_STATING: Final = {"finer", "agrees"}

_ONE_TEXT: Final = "|".join(
    f"{direction}<{OIB}{name}>" for name in ("isReprintOf", "sharesTextWith") for direction in "^ "
).replace(" ", "")
_VALUE: Final = f"<{OIB}claimObject>|<{OIB}claimValue>"
# Every branch starts from the claims asked for; joined afterwards, it would be a scan of the store.
_QUERY: Final = f"""
PREFIX oib: <{OIB}>
PREFIX dcterms: <{PREFIXES["dcterms"]}>
SELECT ?claim ?relation ?other ?value ?document ?published ?hedge ?isHedged ?speaker
       ?oneText ?earliest ?ownLatest ?time ?ownTime
WHERE {{
  {{ SELECT DISTINCT ?claim ?relation ?other WHERE {{
    {{ VALUES ?claim {{ %(claims)s }}
      GRAPH <{GRAPH}agreement> {{ ?claim ?tie ?other }}
      BIND(IF(?tie = oib:agreesWith, "agrees", IF(?tie = oib:refines, "rougher", "contradicts"))
        AS ?relation) }}
    UNION {{ VALUES ?claim {{ %(claims)s }}
      GRAPH <{GRAPH}agreement> {{ ?other oib:refines ?claim }}
      BIND("finer" AS ?relation) }}
    UNION {{ VALUES ?claim {{ %(claims)s }}
      ?claim oib:isReportedIn/({_ONE_TEXT})+ ?copy ; oib:claimSubject ?subject ;
          oib:claimPredicate ?property ; {_VALUE} ?same .
      ?other oib:claimSubject ?subject ; oib:claimPredicate ?property ; {_VALUE} ?same ;
          oib:isReportedIn ?copy .
      FILTER(?other != ?claim)
      BIND("repeats" AS ?relation) }}
    UNION {{ VALUES ?claim {{ %(claims)s }}
      ?claim oib:claimPredicate ?property ; oib:claimSubject ?subject ; {_VALUE} ?own ;
          oib:isReportedIn ?text .
      ?property oib:isSingleValued true .
      ?other oib:claimSubject ?subject ; oib:claimPredicate ?property ; {_VALUE} ?another ;
          oib:isReportedIn ?second .
      FILTER(?second != ?text && !sameTerm(?another, ?own))
      BIND("differs" AS ?relation) }}
  }} }}
  ?other {_VALUE} ?value ; oib:isReportedIn ?document ; oib:hasRank/oib:yieldsDirectTriple true .
  OPTIONAL {{ ?other oib:hasHedge ?hedge .
    OPTIONAL {{ ?hedge oib:yieldsDirectTriple ?yields }}
    BIND(!COALESCE(?yields, false) AS ?isHedged) }}
  OPTIONAL {{ ?other oib:isAssertedBy ?speaker }}
  OPTIONAL {{ ?document oib:publishedOn ?published }}
  OPTIONAL {{ ?document oib:earliestDate ?earliest }}
  OPTIONAL {{ ?claim oib:isReportedIn/oib:latestDate ?ownLatest }}
  OPTIONAL {{ ?other oib:earliestEnd ?time }}
  OPTIONAL {{ ?claim oib:latestStart ?ownTime }}
  OPTIONAL {{ ?document ({_ONE_TEXT})+ ?oneText }}
}}"""


@dataclass(frozen=True)
class RelatedClaim:
    """A claim of another document, beside the claim that a page shows.

    ``relation`` is one of ``RELATIONS``. ``is_hedged`` is true if a hedge keeps it from being
    stated directly. ``is_later`` is true if the claim is known to come after the one shown: one
    that *differs* by the time for which its value holds, every other one by the day on which its
    document was published.
    """

    iri: str
    relation: str
    value: Term
    document: Term
    published: Term | None
    hedges: tuple[Term, ...]
    is_hedged: bool
    is_later: bool


@dataclass(frozen=True)
class Agreement:
    """What other documents say about the statement of one claim.

    ``voices`` counts the independent documents that state it without hedging, the one of the claim
    itself among them: documents that go back to one text, or in which one agent speaks, are one.
    """

    related: tuple[RelatedClaim, ...]
    voices: int

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return the documents, values and hedges, of which a page shows the names."""
        return tuple(
            term for each in self.related for term in (each.value, each.document, *each.hedges)
        )


def fetch_agreement(engine: Queryable, claims: Iterable[str]) -> Mapping[str, Agreement]:
    """Return by the IRI of each claim what other documents say about it; at most one query.

    Claims of which no other document says anything are left out, and so is what has the rank
    *deprecated*.
    """
    iris = sorted(set(claims))
    if not iris:
        return {}
    rows = fetch_rows(engine, _QUERY % {"claims": " ".join(map(sparql_iri, iris))})
    found: dict[str, list[dict[str, Term]]] = {}
    for row in rows:
        found.setdefault(row["claim"].text, []).append(row)
    return {claim: _agreement(rows_of_claim) for claim, rows_of_claim in found.items()}


def _agreement(rows: list[dict[str, Term]]) -> Agreement:
    by_claim: dict[str, list[dict[str, Term]]] = {}
    for row in rows:
        by_claim.setdefault(row["other"].text, []).append(row)
    related = [_related(of_claim) for of_claim in by_claim.values()]
    related.sort(key=lambda each: (RELATIONS.index(each.relation), each.iri))
    stating = [
        by_claim[each.iri]
        for each in related
        if each.relation in _STATING and not _is_hedged(by_claim[each.iri])
    ]
    return Agreement(tuple(related), 1 + _count_voices(stating))


def _is_hedged(rows: list[dict[str, Term]]) -> bool:
    return any(row["isHedged"].text == "true" for row in rows if "isHedged" in row)


def _related(rows: list[dict[str, Term]]) -> RelatedClaim:
    row = rows[0]
    relation = min((each["relation"].text for each in rows), key=RELATIONS.index)
    days = ("time", "ownTime") if relation == "differs" else ("earliest", "ownLatest")
    return RelatedClaim(
        iri=row["other"].text,
        relation=relation,
        value=row["value"],
        document=row["document"],
        published=row.get("published"),
        hedges=tuple(sorted({each["hedge"] for each in rows if "hedge" in each})),
        is_hedged=_is_hedged(rows),
        is_later=all(day in row for day in days) and row[days[0]].text > row[days[1]].text,
    )


def _count_voices(claims: list[list[dict[str, Term]]]) -> int:
    """Return how many voices state some claims, each given by its rows."""
    voices: list[set[str]] = []
    for rows in claims:
        voice = {
            row[name].text for row in rows for name in ("document", "oneText", "speaker")
            if name in row
        }  # fmt: skip
        apart = []
        for other in voices:
            if voice & other:
                voice |= other
            else:
                apart.append(other)
        voices = [*apart, voice]
    return len(voices)
