"""The home page says what is known in counted numbers; the pages that explain lead on."""

import csv
import io
import re

import pytest

import live_server
from html_pages import Page
from http_client import Client
from oib.errors import BadInput
from oib.namespaces import OIB
from oib.page_queries import PageQueries
from projects import home_with_query

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
GUIDE = ["/about", "/how-to-read", "/corrections"]
A_LINE = """\
#+ sentence: {en: "{towns} towns.", zh-Hans: "{towns} 个城镇。"}
SELECT (COUNT(?town) AS ?towns) WHERE { ?town <http://example.org/sister> ?sister }
"""
# Every number of the home page in its order, each counted by a pattern of its own.
COUNTED = [
    "?x oib:claimPredicate oib:baseCount",
    "?x a oib:OffshoreBase",
    "?x a oib:OffshoreBase . ?c oib:claimSubject ?x ; oib:claimPredicate oib:launchedOn",
    "?x a oib:Programme",
    "?x a oib:Organization",
    "?c oib:isReportedIn ?x",
    "?c oib:citesSource ?x",
    "?x a oib:Claim",
    "?x a oib:Claim ; oib:hasHedge ?h . ?h oib:yieldsDirectTriple false",
    "?a oib:assesses ?x ; oib:hasVerdict ?v . ?v oib:blocksDirectTriple true",
]


def count(services, pattern):
    text = f"PREFIX oib: <{OIB}> SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}"
    return services.engine.query(text, "text/csv").decode().split()[1]


def test_every_number_of_the_home_page_is_a_count(home_client, services):
    text = home_client.get("/").text
    known = text[text.index('<ul class="known">') : text.index("</ul>")]
    assert known.count("<li>") == 5
    numbers = re.findall(r"<strong[^>]*>([^<]*)</strong>", known)
    counts = list(csv.DictReader(io.StringIO(home_client.get("/queries/base/count.csv").text)))
    latest = [row for row in counts if row["asOf"] == max(each["asOf"] for each in counts)]
    told = [row for row in latest if row["rank"] == "preferred"] or latest
    assert numbers[:2] in [[row["bases"], row["asOf"]] for row in told]
    assert numbers[2:] == [count(services, pattern) for pattern in COUNTED]


def test_the_chinese_home_page_has_the_same_numbers(home_client):
    numbers = [
        sorted(re.findall(r"<strong>([^<]*)</strong>", home_client.get(f"/?lang={lang}").text))
        for lang in ("en", "zh-Hans")
    ]
    assert numbers[0] == numbers[1] != []


def test_the_home_page_has_one_search_box(home_client):
    text = home_client.get("/", headers=BROWSER).text
    assert text.count('type="search"') == 1
    assert 'action="/search"' in text
    assert 'action="/search"' in home_client.get("/about", headers=BROWSER).text


@pytest.mark.parametrize("url", GUIDE)
@pytest.mark.parametrize(("language", "words"), [("en", "claim"), ("zh-Hans", "主张")])
def test_a_page_that_explains_speaks_both_languages(home_client, url, language, words):
    page = Page(home_client.get(f"{url}?lang={language}", headers=BROWSER).text)
    assert page.lang == language
    assert words in page.text


def test_the_worked_claim_is_about_no_person_and_shows_hedge_and_sources(home_client):
    text = home_client.get("/how-to-read", headers=BROWSER).text
    card = text[text.index("<article") : text.index("</article>")]
    assert "Hedged" in card
    assert "Sources cited" in card
    assert "/doc/person/" not in card.partition("</h3>")[0]


def test_a_home_without_claims_explains_them_without_an_example(client):
    page = Page(client.get("/how-to-read", headers=BROWSER).text)
    assert "Its parts" in page.text
    assert page.tags.count("article") == 0


def test_another_home_has_other_lines(tmp_path):
    home = home_with_query(tmp_path, "home", A_LINE)
    text = Client(live_server.application(live_server.small_services(home))).get("/").text
    assert '<strong class="figure">1</strong> towns.' in text


@pytest.mark.parametrize(
    "text",
    [
        A_LINE.replace("{towns} towns", "{cities} towns"),
        A_LINE.replace("{towns} towns", "{towns towns"),
        A_LINE.replace("sentence", "phrase"),
    ],
)
def test_a_broken_line_is_named(tmp_path, text):
    with pytest.raises(BadInput, match=r"towns\.rq"):
        PageQueries.load(home_with_query(tmp_path, "home", text))
