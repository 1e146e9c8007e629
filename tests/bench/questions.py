"""The questions: fourteen shapes of queries over generated data, and small ones without end.

Every answer is one set whatever the engine: what is cut off by LIMIT is wholly ordered first.
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
class Question:
    """A query, how much of the data it walks through, and whether its answer is a graph."""

    name: str
    text: str
    heavy: bool = False
    graph: bool = False

    @property
    def slug(self) -> str:
        """Return the name as it stands in an address."""
        return self.name.replace(",", "").replace(" ", "-")

    @property
    def saved(self) -> str:
        """Return the text of a saved query that asks the same."""
        head, _, _ = self.text.partition("SELECT ")[2].partition(" WHERE")
        columns = ", ".join(re.findall(r"\?(\w+)(?![^(]*AS)", head))
        return (
            f"#+ question:\n#+   en: {self.name.capitalize()}?\n#+   zh-Hans: {self.name}?\n"
            f"#+ columns: [{columns}]\n\n{self.text}\n"
        )

    def anew(self, number: int) -> str:
        """Return the query in a text never sent before: same work, another first line."""
        return f"# asked {number}\n{self.text}"


def _question(name: str, body: str, heavy: bool = False, graph: bool = False) -> Question:
    for kind in ("organization", "programme", "person", "place", "document"):
        body = body.replace(f"<{kind}/", f"<{ID}{kind}/")
    return Question(name, _PREFIXES + body, heavy, graph)


QUESTIONS = (
    _question("entity", "SELECT ?p ?v WHERE { <organization/base-3> ?p ?v }"),
    _question(
        "labels",
        "SELECT ?e ?l WHERE { ?e a oib:OffshoreBase ; skos:prefLabel ?l "
        'FILTER(LANGMATCHES(LANG(?l), "zh")) } ORDER BY ?e LIMIT 50',
    ),
    _question(
        "claims",
        "SELECT ?c ?p ?o ?hedge ?name ?date WHERE { ?c oib:claimSubject <organization/base-11> ; "
        "oib:claimPredicate ?p ; oib:claimObject ?o ; oib:hasHedge ?hedge ; oib:citesSource ?s . "
        "?s oib:publisherName ?name ; oib:publishedOn ?date } ORDER BY STR(?date) ?c LIMIT 50",
    ),
    _question(
        "two hops",
        "SELECT DISTINCT ?b ?l WHERE { <organization/university-5> oib:worksWith ?a . "
        '?a oib:worksWith ?b . ?b skos:prefLabel ?l FILTER(LANG(?l) = "en") }',
    ),
    _question("path", "SELECT ?x WHERE { ?x oib:isPartOf+ <organization/body-1> }"),
    _question(
        "claims per base",
        "SELECT ?b (COUNT(?c) AS ?n) WHERE { ?c a oib:Claim ; oib:claimSubject ?b . "
        "?b a oib:OffshoreBase } GROUP BY ?b ORDER BY DESC(?n) ?b LIMIT 20",
        heavy=True,
    ),
    _question(
        "claims per year",
        "SELECT ?y (COUNT(*) AS ?n) WHERE { ?c a oib:Claim ; oib:curatedOn ?d "
        "BIND(SUBSTR(STR(?d), 1, 4) AS ?y) } GROUP BY ?y ORDER BY ?y",
        heavy=True,
    ),
    _question(
        "optional",
        "SELECT ?p ?l ?on ?n ?base ?alt WHERE { ?p a oib:Programme ; skos:prefLabel ?l ; "
        'oib:isRunBy <organization/base-3> FILTER(LANG(?l) = "en") '
        "OPTIONAL { ?p oib:launchedOn ?on } OPTIONAL { ?p oib:targetProjectCount ?n } "
        'OPTIONAL { ?p oib:isRunBy/skos:prefLabel ?base FILTER(LANGMATCHES(LANG(?base), "zh")) } '
        "OPTIONAL { ?p skos:altLabel ?alt } }",
    ),
    _question(
        "regex",
        'SELECT ?e ?l WHERE { ?e skos:prefLabel ?l FILTER(REGEX(STR(?l), "^kel.*base 1", "i")) } '
        "ORDER BY ?e LIMIT 100",
        heavy=True,
    ),
    _question(
        "union, minus",
        "SELECT ?x ?l WHERE { { ?x oib:isMemberOf <organization/body-2> } UNION "
        "{ ?x oib:isFoundedBy <organization/body-2> } UNION "
        "{ ?x oib:isPartOf <organization/body-2> } "
        '?x skos:prefLabel ?l FILTER(LANG(?l) = "en") MINUS { ?x a oib:Company } }',
    ),
    _question(
        "construct",
        "CONSTRUCT { <organization/base-3> ?p ?v . ?v skos:prefLabel ?l } WHERE "
        "{ <organization/base-3> ?p ?v OPTIONAL { ?v skos:prefLabel ?l } }",
        graph=True,
    ),
    _question("describe", "DESCRIBE <document/document-3>", graph=True),
    _question(
        "newest firm claims",
        "SELECT ?c ?d ?sl ?ol WHERE { ?c oib:claimSubject ?s ; oib:curatedOn ?d ; "
        "oib:claimObject ?o ; oib:hasHedge oibv:hedge-none . "
        "?s a oib:University ; skos:prefLabel ?sl . ?o skos:prefLabel ?ol "
        'FILTER(LANG(?sl) = "en" && LANGMATCHES(LANG(?ol), "zh")) } ORDER BY DESC(?d) ?c LIMIT 50',
        heavy=True,
    ),
    _question("count", "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", heavy=True),
)


def small(thing: str, number: object) -> str:
    """Return a small query about one thing; the number makes it unlike every other."""
    return f'SELECT ?p ?v WHERE {{ <{ID}{thing}> ?p ?v FILTER(?v != "asked {number}") }}'


def never_seen(
    asked: Callable[[str], bytes], things: Sequence[str], start: int = 0
) -> Iterator[bytes]:
    """Yield requests for small queries, no two of the same text, over all things in turn.

    ``asked`` makes the bytes of a request of a query; it is called once, so that the client
    spends nothing on escapes.
    """
    head, middle, tail = re.split(rb"THING|NUMBER", asked(small("THING", "NUMBER")))
    escaped = [quote(thing, safe="").encode("ascii") for thing in things]
    for number in count(start):
        yield b"%b%b%b%d%b" % (head, escaped[number % len(escaped)], middle, number, tail)
