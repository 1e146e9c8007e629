"""Fourteen shapes of queries over generated data, and small queries of which no two are alike.

Every answer is the same set in any engine: results cut off by LIMIT are totally ordered first.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import quote

from oib.namespaces import ID, OIB, OIBV

_PREFIXES = f"""PREFIX oib: <{OIB}>
PREFIX oibv: <{OIBV}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@dataclass(frozen=True)
class QueryShape:
    """A query; ``heavy`` if it reads much of the data, ``graph`` if its answer is RDF."""

    name: str
    text: str
    heavy: bool = False
    graph: bool = False

    @property
    def slug(self) -> str:
        """Return the name as it appears in a URL path."""
        return self.name.replace(",", "").replace(" ", "-")

    @property
    def as_saved_query(self) -> str:
        """Return the text of the same query as a file of saved queries."""
        head, _, _ = self.text.partition("SELECT ")[2].partition(" WHERE")
        columns = ", ".join(re.findall(r"\?(\w+)(?![^(]*AS)", head))
        return (
            f"#+ question:\n#+   en: {self.name.capitalize()}?\n#+   zh-Hans: {self.name}?\n"
            f"#+ columns: [{columns}]\n\n{self.text}\n"
        )

    def with_comment(self, number: int) -> str:
        """Return the same query in a new text: its first line is a numbered comment."""
        return f"# number {number}\n{self.text}"


def _shape(name: str, body: str, heavy: bool = False, graph: bool = False) -> QueryShape:
    for entity_type in ("organization", "programme", "person", "place", "document"):
        body = body.replace(f"<{entity_type}/", f"<{ID}{entity_type}/")
    return QueryShape(name, _PREFIXES + body, heavy, graph)


SHAPES = (
    _shape("entity", "SELECT ?p ?v WHERE { <organization/base-3> ?p ?v }"),
    _shape(
        "labels",
        "SELECT ?e ?l WHERE { ?e a oib:OffshoreBase ; skos:prefLabel ?l "
        'FILTER(LANGMATCHES(LANG(?l), "zh")) } ORDER BY ?e LIMIT 50',
    ),
    _shape(
        "claims",
        "SELECT ?c ?p ?o ?hedge ?name ?date WHERE { ?c oib:claimSubject <organization/base-11> ; "
        "oib:claimPredicate ?p ; oib:claimObject ?o ; oib:hasHedge ?hedge ; oib:citesSource ?s . "
        "?s oib:publisherName ?name ; oib:publishedOn ?date } ORDER BY STR(?date) ?c LIMIT 50",
    ),
    _shape(
        "two hops",
        "SELECT DISTINCT ?b ?l WHERE { <organization/university-5> oib:worksWith ?a . "
        '?a oib:worksWith ?b . ?b skos:prefLabel ?l FILTER(LANG(?l) = "en") }',
    ),
    _shape("path", "SELECT ?x WHERE { ?x oib:isPartOf+ <organization/body-1> }"),
    _shape(
        "claims per base",
        "SELECT ?b (COUNT(?c) AS ?n) WHERE { ?c a oib:Claim ; oib:claimSubject ?b . "
        "?b a oib:OffshoreBase } GROUP BY ?b ORDER BY DESC(?n) ?b LIMIT 20",
        heavy=True,
    ),
    _shape(
        "claims per year",
        "SELECT ?y (COUNT(*) AS ?n) WHERE { ?c a oib:Claim ; oib:curatedOn ?d "
        "BIND(SUBSTR(STR(?d), 1, 4) AS ?y) } GROUP BY ?y ORDER BY ?y",
        heavy=True,
    ),
    _shape(
        "optional",
        "SELECT ?p ?l ?on ?n ?base ?alt WHERE { ?p a oib:Programme ; skos:prefLabel ?l ; "
        'oib:isRunBy <organization/base-3> FILTER(LANG(?l) = "en") '
        "OPTIONAL { ?p oib:launchedOn ?on } OPTIONAL { ?p oib:targetProjectCount ?n } "
        'OPTIONAL { ?p oib:isRunBy/skos:prefLabel ?base FILTER(LANGMATCHES(LANG(?base), "zh")) } '
        "OPTIONAL { ?p skos:altLabel ?alt } }",
    ),
    _shape(
        "regex",
        'SELECT ?e ?l WHERE { ?e skos:prefLabel ?l FILTER(REGEX(STR(?l), "^kel.*base 1", "i")) } '
        "ORDER BY ?e LIMIT 100",
        heavy=True,
    ),
    _shape(
        "union, minus",
        "SELECT ?x ?l WHERE { { ?x oib:isMemberOf <organization/body-2> } UNION "
        "{ ?x oib:isFoundedBy <organization/body-2> } UNION "
        "{ ?x oib:isPartOf <organization/body-2> } "
        '?x skos:prefLabel ?l FILTER(LANG(?l) = "en") MINUS { ?x a oib:Company } }',
    ),
    _shape(
        "construct",
        "CONSTRUCT { <organization/base-3> ?p ?v . ?v skos:prefLabel ?l } WHERE "
        "{ <organization/base-3> ?p ?v OPTIONAL { ?v skos:prefLabel ?l } }",
        graph=True,
    ),
    _shape("describe", "DESCRIBE <document/document-3>", graph=True),
    _shape(
        "newest firm claims",
        "SELECT ?c ?d ?sl ?ol WHERE { ?c oib:claimSubject ?s ; oib:curatedOn ?d ; "
        "oib:claimObject ?o ; oib:hasHedge oibv:hedge-none . "
        "?s a oib:University ; skos:prefLabel ?sl . ?o skos:prefLabel ?ol "
        'FILTER(LANG(?sl) = "en" && LANGMATCHES(LANG(?ol), "zh")) } ORDER BY DESC(?d) ?c LIMIT 50',
        heavy=True,
    ),
    _shape("count", "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", heavy=True),
)


def bounded_query(thing: str, number: object) -> str:
    """Return a small query whose shape bounds its cost; the number makes its text unique.

    It has one triple pattern, whose subject is an IRI, and a comparison.
    """
    return f'SELECT ?p ?v WHERE {{ <{ID}{thing}> ?p ?v FILTER(?v != "asked {number}") }}'


def aggregate_query(thing: str, number: object) -> str:
    """Return a small query with an aggregate, so that a worker answers it; its text is unique."""
    return (
        f"SELECT ?p (COUNT(?v) AS ?n) WHERE {{ <{ID}{thing}> ?p ?v "
        f'FILTER(?v != "asked {number}") }} GROUP BY ?p'
    )


def never_seen(
    encode: Callable[[str], bytes],
    things: Sequence[str],
    start: int = 0,
    query: Callable[[str, object], str] = bounded_query,
) -> Iterator[bytes]:
    """Yield requests for small queries, no two of the same text, about all things in turn.

    ``encode`` makes the bytes of the request for a query; it is called once only, so that the
    client spends no time on percent-encoding.
    """
    head, middle, tail = re.split(rb"THING|NUMBER", encode(query("THING", "NUMBER")))
    escaped = [quote(thing, safe="").encode("ascii") for thing in things]
    for number in count(start):
        yield b"%b%b%b%d%b" % (head, escaped[number % len(escaped)], middle, number, tail)
