"""The lists of a home: what each holds, what an address chooses, and the same as data."""

import csv
import io
import re
import shutil
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import Store

import live_server
from html_pages import Page
from http_client import Client
from oib.engine.embedded import Embedded
from oib.errors import BadInput
from oib.namespaces import ID, OIB
from oib.page_queries import PageQueries
from oib.saved_queries import Library
from oib.services import Services
from oib.views.entity import fetch_vocabulary
from oib.views.lists import Selection, fetch_list, select
from projects import ROOT, home_with_query

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LISTS = PageQueries.load(ROOT).lists
NAMES = [each.name for each in LISTS]
# What each list holds, counted by a query of its own.
COUNTED = {
    "bases": "?x a oib:OffshoreBase",
    "organizations": "?x a oib:Organization",
    "people": "?x a oib:Person",
    "places": "?x a oib:Place",
    "programmes": "?x a oib:Programme",
    "events": "?x a oib:Event",
    "sources": "?claim oib:citesSource ?x",
    "claims": "?x a oib:Claim",
    "documents": "?x oib:hasDocumentKind ?kind FILTER(!STRENDS(STR(?kind), 'cited-item'))",
}
A_LIST = """\
#+ title: {en: Towns, zh-Hans: 城镇}
#+ order: 1
#+ columns:
#+   town: {label: {en: Town, zh-Hans: 城镇}}
#+   sister: {label: {en: Sister, zh-Hans: 姊妹城}, facet: true}
SELECT ?town ?sister WHERE { ?town <http://example.org/sister> ?sister }
"""


def count(services, pattern):
    text = f"PREFIX oib: <{OIB}> SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}"
    return int(services.engine.query(text, "text/csv").split()[1])


def rows(client, url):
    return list(csv.DictReader(io.StringIO(client.get(url).text)))


def english(names, term):
    return names.get(term.text, {}).get("en", term.text)


def test_the_home_has_ten_lists_first_in_the_navigation(home_client):
    assert [
        *("bases", "centres", "organizations", "people", "places"),
        *("programmes", "events", "sources", "documents", "claims"),
    ] == NAMES
    links = Page(home_client.get("/", headers=BROWSER).text).links
    assert [link for link in links if link.startswith("/")][1:11] == [f"/{name}" for name in NAMES]


@pytest.mark.parametrize("name", COUNTED)
def test_a_list_holds_what_a_query_counts(home_client, services, name):
    expected = count(services, COUNTED[name])
    assert expected > 3
    assert len(rows(home_client, f"/{name}.csv")) == expected
    assert home_client.get(f"/{name}.json").json["total"] == expected
    assert f"{expected} in all" in Page(home_client.get(f"/{name}", headers=BROWSER).text).text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_list_has_a_page_in_both_languages(home_client, name, language):
    response = home_client.get(f"/{name}?lang={language}", headers=BROWSER)
    page = Page(response.text)
    definition = next(each for each in LISTS if each.name == name)
    assert page.lang == language
    assert definition.title[language] in page.text
    assert definition.lead[language].strip() in page.text
    assert len(page.links) + page.tags.count("select") + page.tags.count("input") <= 300


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_of_a_list_have_each_row_once(home_client, name):
    whole = rows(home_client, f"/{name}.csv")
    found, number = 0, 1
    while True:
        response = home_client.get(f"/{name}?page={number}", headers=BROWSER)
        found += response.text.count('<th scope="row">')
        if 'rel="next"' not in response.text:
            break
        number += 1
    assert found == len(whole)
    assert home_client.get(f"/{name}?page={number + 1}").status_code == 404


@pytest.mark.parametrize("definition", LISTS, ids=lambda each: each.name)
def test_a_list_is_the_same_in_whatever_order_the_data_were_read(turned_engines, definition):
    found = []
    for engine in turned_engines:
        table = fetch_list(engine, definition, fetch_vocabulary(engine))
        found.append(select(table, Selection(), partial(english, table.names)))
    assert found[0] == found[1]


@pytest.mark.parametrize("definition", LISTS, ids=lambda each: each.name)
def test_the_number_beside_a_choice_is_that_of_the_rows_it_leaves(home_client, definition):
    text = home_client.get(f"/{definition.name}", headers=BROWSER).text
    for column in definition.columns:
        select = re.search(rf'<select id="f-{column.name}".*?</select>', text, re.DOTALL)
        for key, number in re.findall(
            r'<option value="([^"]+)">[^<]*\((\d+)\)</option>', select[0] if select else ""
        )[:3]:
            key = key.replace("&#39;", "'").replace("&amp;", "&")
            chosen = home_client.get(
                f"/{definition.name}.json", query_string={column.name: key}
            ).json
            assert chosen["total"] == int(number), (column.name, key)


def test_an_address_chooses_by_value_words_and_order(home_client):
    suzhou = rows(home_client, "/bases.csv?place=id/place/suzhou")
    assert [row["base"] for row in suzhou] == [f"{ID}organization/suzhou-base"]
    assert len(rows(home_client, "/bases.csv?q=suzhou")) == len(
        rows(home_client, "/bases.csv?q=苏州")
    )
    assert len(rows(home_client, "/bases.csv?since=-")) < len(rows(home_client, "/bases.csv"))
    numbers = [int(row["claims"]) for row in rows(home_client, "/bases.csv?sort=-claims")]
    assert numbers == sorted(numbers, reverse=True)
    page = Page(home_client.get("/bases?place=id/place/suzhou", headers=BROWSER).text)
    assert f"1 of {len(numbers)}" in page.text
    assert "/bases" in page.links


def test_a_zone_that_is_treated_as_a_base_is_named_beside_it(home_client):
    (row,) = rows(home_client, "/bases.csv?place=id/place/suzhou")
    assert row["partner"] == ""
    assert row["zone"] == "Suzhou Industrial Park (implied)"


def test_a_hedged_value_is_marked_in_every_form(home_client):
    url = "/bases?q=Tianjin"
    (row,) = rows(home_client, url.replace("?", ".csv?"))
    assert "Tianjin (implied)" in row["place"]
    (row,) = home_client.get(url.replace("?", ".json?")).json["rows"]
    assert ["implied"] in [value.get("marks") for value in row["place"]]
    text = home_client.get(url, headers=BROWSER).text
    assert '<span class="small-mark">(' in text


def test_disputed_statements_are_those_of_the_assessments(home_client, services):
    assert "not disputed" in home_client.get("/claims", headers=BROWSER).text
    disputed = [row for row in rows(home_client, "/claims.csv") if row["verdict"]]
    pattern = "?a oib:assesses ?x ; oib:hasVerdict/oib:blocksDirectTriple true"
    assert len(disputed) == count(services, pattern) > 0
    assert any(row["name"].startswith("Sun Youshun") for row in disputed)


def test_people_are_in_the_order_of_their_names_and_lead_to_corrections(home_client):
    people = rows(home_client, "/people.csv")
    names = [row["name"].casefold() for row in people]
    assert names == sorted(names)
    assert not {"claims", "disputed", "score"} & set(people[0])
    assert "Ask for a correction" in Page(home_client.get("/people", headers=BROWSER).text).text


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("/bases?colour=red", 400, "no column colour"),
        ("/bases?sort=colour", 400, "no column colour"),
        ("/bases?page=2", 404, "one page"),
        ("/bases?page=x", 400, "counted from 1"),
        ("/bases.json?page=2", 404, "one page"),
        ("/bases.csv?page=2", 404, "one page"),
        ("/bases?q=" + "x" * 201, 400, "200 characters"),
        ("/nothing", 404, "bases"),
        ("/bases.docx", 404, "bases"),
        ("/bases?format=ttl", 406, "csv"),
    ],
)
def test_what_a_list_has_not_got_is_refused_with_a_reason(home_client, url, status, words):
    response = home_client.get(url)
    assert response.status_code == status
    assert words in response.json["detail"]


def test_a_list_without_rows_says_what_that_means(home_client):
    page = Page(home_client.get("/bases?q=Atlantis", headers=BROWSER).text)
    assert "Not stated is not no" in page.text
    assert home_client.get("/bases.json?q=Atlantis").json["rows"] == []


def test_a_list_names_its_forms_and_has_a_tag(home_client):
    response = home_client.get("/bases?place=id/place/suzhou", headers=BROWSER)
    links = response.headers.getlist("Link")
    targets = [re.match("<([^>]*)>", link)[1] for link in links if 'rel="alternate"' in link]
    assert {urlsplit(target).path for target in targets} == {
        "/bases.csv", "/bases.json", "/bases.html"
    }  # fmt: skip
    assert all(parse_qs(urlsplit(t).query) == {"place": ["id/place/suzhou"]} for t in targets)
    headers = {**BROWSER, "If-None-Match": response.headers["ETag"]}
    assert home_client.get("/bases?place=id/place/suzhou", headers=headers).status_code == 304


def test_another_home_has_other_lists(tmp_path):
    home = home_with_query(tmp_path, "list", A_LIST)
    client = Client(live_server.application(live_server.small_services(home)))
    assert [row["name"] for row in rows(client, "/towns.csv")] == ["Suzhou"]
    assert client.get("/bases").status_code == 404
    assert "/towns" in Page(client.get("/", headers=BROWSER).text).links


def test_a_home_without_lists_has_none(tmp_path):
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    (tmp_path / "queries").mkdir()
    services = Services(
        Embedded(Store()), "1", Library.load(tmp_path), pages=PageQueries.load(tmp_path)
    )
    client = Client(live_server.application(services))
    assert client.get("/bases").status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        A_LIST.replace("#+ order: 1\n", ""),
        A_LIST.replace("SELECT ?town ?sister", "ASK"),
        A_LIST.replace("#+ order: 1", "#+ order: 1\n#+ sort: colour"),
        A_LIST.replace("SELECT", "SELECTED"),
        A_LIST.replace("#+ columns:", "#+ columns: ["),
        A_LIST.replace("en: Town,", "en: Town, as named,"),
    ],
)
def test_a_broken_definition_is_named(tmp_path, text):
    with pytest.raises(BadInput, match=r"towns\.rq"):
        PageQueries.load(home_with_query(tmp_path, "list", text))


def test_the_linkset_that_a_list_announces_is_there(home_client):
    (url,) = [
        link.partition(">")[0][1:]
        for link in home_client.get("/bases").headers.getlist("Link")
        if 'rel="linkset"' in link
    ]
    response = home_client.get(url)
    assert response.mimetype == "application/linkset+json"
    forms = {link["href"].rpartition("/")[2] for link in response.json["linkset"][0]["alternate"]}
    assert forms == {"bases.csv", "bases.json", "bases.html"}
    assert home_client.get("/atlantis.linkset").status_code == 404
