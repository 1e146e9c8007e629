"""What the pages of things of a class usually state."""

from collections.abc import Iterable
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import Term, fetch_rows, sparql_iri
from oib.namespaces import OIB
from oib.views.claim import Claim

# A property is usual for a class if this share of its things has a claim with it.
_USUAL: Final = 0.5


def fetch_usual(engine: Queryable, classes: Iterable[str]) -> dict[str, float]:
    """Return the properties that at least half of the things of a class have claims with.

    Args:
        engine: answers the query.
        classes: IRIs; the things are those of all of them together.

    Returns:
        the share of the things that have it, by property; empty for classes of less than three.
    """
    values = " ".join(map(sparql_iri, sorted(classes)))
    if not values:
        return {}
    query = f"""
SELECT ?property (COUNT(DISTINCT ?thing) AS ?with) ?all WHERE {{
  {{ SELECT (COUNT(DISTINCT ?any) AS ?all) WHERE {{ VALUES ?class {{ {values} }} ?any a ?class }} }}
  VALUES ?class {{ {values} }}
  ?thing a ?class . ?claim <{OIB}claimSubject> ?thing ; <{OIB}claimPredicate> ?property
}} GROUP BY ?property ?all"""
    shares = {
        row["property"].text: int(row["with"].text) / int(row["all"].text)
        for row in fetch_rows(engine, query)
        if "property" in row and int(row["all"].text) > 2
    }
    usual = {name: share for name, share in shares.items() if share >= _USUAL}
    return dict(sorted(usual.items(), key=lambda pair: (-pair[1], pair[0])))


def not_stated(usual: Iterable[str], claims: Iterable[Claim]) -> tuple[Term, ...]:
    """Return the usual properties that none of the claims has, the most usual first."""
    stated = {claim.predicate.text for claim in claims if claim.predicate}
    return tuple(Term(name, "uri") for name in usual if name not in stated)
