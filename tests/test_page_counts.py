"""Every number on the pages of documents, in each language, is one that a query counts."""

import re

import pytest

from oib.namespaces import BASE, GRAPH, OIB, PREFIXES

BROWSER = {"Accept": "text/html"}
LANGUAGES = ["en", "zh-Hans", "zh-Hant"]
SPARQL_PREFIXES = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n"
    for name in ("oib", "owl", "rdfs", "sh", "skos", "void", "dcterms")
)
OURS = f'STRSTARTS(STR(?x), "{OIB}")'
PROPERTY = (
    f"VALUES ?kind {{ owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }} "
    f"GRAPH ?g {{ ?x a ?kind }} FILTER(STRSTARTS(STR(?g), '{GRAPH}ontology') && {OURS})"
)
#: A pattern for ?x by the heading, in English, that states how many there are.
COUNTED = {
    "/ontology": {
        "Classes": f"GRAPH ?g {{ ?x a owl:Class }} FILTER({OURS})",
        "Properties": PROPERTY,
    },
    "/shapes": {
        "Rules": "?x sh:severity|sh:message|sh:sparql ?any "
        "FILTER(REGEX(STR(?x), '#[A-Z]+-[0-9]+$'))",
    },
    "/dataset": {
        "Things by class": f"<{BASE}dataset> void:classPartition ?x . ?x void:entities ?n",
        "Statements by property": f"<{BASE}dataset> void:propertyPartition ?x",
        "Links to other registers": f"<{BASE}dataset> void:subset ?x . ?x a void:Linkset",
    },
    "/graph/": {"Named graphs": "GRAPH ?x { ?s ?p ?o }"},
}
HEADING = re.compile(r"<(h[1-3]|summary)[^>]*>(?:<[^>]*>)*([^<(（]+?) ?[(（](\d+)[)）]")  # noqa: RUF001


def rows(services, query):
    answer = services.engine.query(SPARQL_PREFIXES + query, "text/csv").decode()
    return [line.split(",") for line in answer.split("\r\n")[1:] if line]


def count(services, pattern):
    ((number,),) = rows(services, f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}")
    return int(number)


def page(client, path, language="en"):
    mark = "&" if "?" in path else "?"
    response = client.get(f"{path}{mark}lang={language}", headers=BROWSER)
    assert response.status_code == 200
    return response.text


@pytest.mark.parametrize("path", COUNTED)
def test_every_number_in_a_heading_is_a_count(home_client, services, path):
    text = page(home_client, path)
    found = {title.strip(): int(number) for _, title, number in HEADING.findall(text)}
    named = {title: found.pop(title) for title in COUNTED[path]}
    assert named == {title: count(services, pattern) for title, pattern in COUNTED[path].items()}
    for domain, number in found.items():  # the properties of a class
        pattern = f"{PROPERTY} ?x rdfs:domain ?class . ?class rdfs:label '{domain}'@en"
        if domain == "of things of any class":
            pattern = f"{PROPERTY} FILTER NOT EXISTS {{ ?x rdfs:domain ?class }}"
        assert (domain, number) == (domain, count(services, pattern))


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("path", [*COUNTED, "/doc/", "/doc/organization/suzhou-base"])
def test_the_numbers_are_the_same_in_every_language(home_client, path, language):
    one, other = (
        sorted(int(number) for _, _, number in HEADING.findall(page(home_client, path, each)))
        for each in ("en", language)
    )
    assert one == other != []


def test_the_uses_of_a_term_are_things_of_the_class_or_statements_with_the_property(
    home_client, services
):
    text = page(home_client, "/ontology")
    articles = re.findall(
        r'<article class="term" id="(\w+)">.*?<dt>[^<]*</dt><dd>(\d+)(?: · [^<]*)?</dd>\s*</dl>',
        text,
        re.DOTALL,
    )
    assert len(articles) > 200
    counted = {
        iri.removeprefix(OIB): int(number)
        for query in (
            "SELECT ?term (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a ?term } GROUP BY ?term",
            "SELECT ?term (COUNT(*) AS ?n) WHERE { ?s ?term ?o } GROUP BY ?term",
        )
        for iri, number in rows(services, query)
        if iri.startswith(OIB)
    }
    assert {term: int(uses) for term, uses in articles} == {
        term: counted.get(term, 0) for term, _ in articles
    }


def test_the_page_of_the_data_set_lists_what_a_query_counts(home_client, services):
    text = page(home_client, "/dataset")
    table = text[text.index("Things by class") : text.index("Statements by property")]
    listed = re.findall(r'<a href="/ontology[^"#]*#(\w+)">[^<]*</a></th><td><[^>]*>(\d+)<', table)
    assert len(listed) > 20
    for name, number in listed:
        assert (name, int(number)) == (name, count(services, f"?x a oib:{name}"))


@pytest.mark.parametrize("path", ["/", "/pictures/claim/how-surely"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shares_of_hedges_are_shares_of_what_a_query_counts(
    home_client, services, path, language
):
    stands = "?x a oib:Claim ; oib:hasHedge ?hedge ; oib:hasRank/oib:yieldsDirectTriple true"
    total = count(services, stands)
    query = f"SELECT ?hedge (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {stands} }} GROUP BY ?hedge"
    numbers = [int(number) for _, number in rows(services, query)]
    assert sum(numbers) > total  # some have two
    text = page(home_client, path, language)
    picture = text[text.index("<svg") : text.index("</svg>")]
    shares = re.findall(r"<title>[^<]*[:：] ?(\d+) ?[(（](\d+|&lt;1)%[)）]</title>", picture)  # noqa: RUF001
    assert sorted((int(number), share) for number, share in shares) == sorted(
        (number, f"{100 * number / total:.0f}" if number * 200 >= total else "&lt;1")
        for number in numbers
    )
    assert re.search(rf"\b{total}\b", picture)
