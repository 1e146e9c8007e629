"""Search: names, texts, sources and questions, in both languages, at ``/search``."""

import html
import re
import xml.etree.ElementTree as ElementTree

import pytest

from http_client import Client
from live_server import small_app
from oib.namespaces import BASE
from oib.search.collection import KINDS, SCHEMA_KINDS, Form, Record
from oib.search.index import MAX_COUNTED, SearchIndex
from oib.search.index_writer import encode_index

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(scope="module")
def index(services):
    return services.texts


@pytest.fixture(scope="module")
def client(home_client):
    return home_client


def found(index, text, **parts):
    return [hit.iri.removeprefix(BASE) for hit in index.search(text, **parts).hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Suzhou Industrial Park", "id/organization/suzhou-industrial-park"),
        ("suzhou", "id/place/suzhou"),
        ("苏州", "id/place/suzhou"),
        ("蘇州", "id/place/suzhou"),
        ("科协", "id/organization/cast"),
        ("侨", "id/organization/acfroc"),
        ("haizhi", "id/programme/haizhi-plan"),
        ("weitz hub", "id/organization/harvard-weitz-innovation-hub"),
        ("developpement industriel chengdu", "id/organization/chengdu-high-tech-zone"),
        ("2500sz.com", "id/document/iwb-s21-2500sz-com"),
        ("which claims carry a hedge", "queries/claim/by-hedge"),
        ("哪些主张", "queries/claim/by-hedge"),
        ("CLM-09", "shapes#CLM-09"),
        ("offshore innovation base", "ontology#OffshoreBase"),
        ("left out bracket 2011", "id/claim/innovation-without-borders/p13-04"),
        ("throughout the PRC", "id/claim/innovation-without-borders/p15-14"),
        ("aims to", "id/claim/shanghai-base-in-israel/p02-06"),
    ],
)
def test_things_terms_sources_and_questions_are_found(index, text, expected):
    assert expected in found(index, text, limit=500)


@pytest.mark.parametrize("text", ["offshore innovation base", "hedge", "agree", "label"])
def test_terms_concepts_and_rules_come_after_all_others(index, text):
    results = index.search(text, limit=500)
    schema = [hit.kind in SCHEMA_KINDS for hit in results.hits]
    assert schema == sorted(schema)
    assert sum(schema) == results.schema_total > 0


def test_terms_and_rules_are_folded_and_linked_where_they_begin_on_another_page(client):
    def page(query):
        return client.get(f"/search?{query}", headers={"Accept": "text/html"}).text

    folded = page("q=relayed")
    assert re.search(r"<details><summary>Terms, concepts and rules[^<]*\(\d+\)</summary>", folded)
    first = page("q=base")
    link = re.search(r'<a href="(/search[^"]*)">Terms, concepts and rules', first)[1]
    there = page(html.unescape(link).partition("?")[2])
    assert "<h3>Terms, concepts" in there or "<summary>Terms, concepts" in there
    assert re.search(r"<h3>Terms, concepts and rules", page("q=CLM-09"))


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-Hans", "zh-hans")])
def test_the_message_of_a_rule_is_in_the_language_of_the_page(index, language, tag):
    for text in ("oib:isAssertedBy", "skos:prefLabel", "EDTF"):
        hits = index.search(text, kind="rule", limit=500, language=language).hits
        shown = {hit.form.language for hit in hits if hit.form and hit.form.role == "message"}
        assert shown == {tag}, text


def test_a_pilot_finds_the_trial_bases(index):
    assert "id/programme/trial-bases" in found(index, "pilot")
    assert "id/programme/trial-bases" in found(index, "pilot bases")


def test_a_name_that_is_the_whole_text_comes_first(index):
    [hit, *others] = index.search("MIT").hits
    assert (hit.iri, hit.is_exact) == (BASE + "id/organization/mit", True)
    assert not any(other.is_exact for other in others)


def test_the_last_word_may_be_begun(index):
    assert "id/organization/nanjing-ast" in found(index, "nanjing assoc")


def test_the_form_that_fits_is_shown_with_what_it_is(index):
    [hit] = [each for each in index.search("海智计划").hits if "haizhi-plan" in each.iri]
    assert hit.form == Form("海智计划", "zh-hans", "preferred")
    assert BASE + "id/document/innovation-without-borders" in hit.documents


def test_some_of_the_words_are_found_if_no_record_has_all(index):
    assert index.search("suzhou park").is_complete
    results = index.search("suzhou zzzz")
    assert results.hits
    assert not results.is_complete


def test_a_kind_narrows(index):
    assert {hit.kind for hit in index.search("hedge", kind="concept").hits} == {"concept"}
    counted = sum(index.search("hedge", kind=kind).total for kind in KINDS)
    assert counted == index.search("hedge").total


def test_pages_follow_one_another_without_gap_or_repetition(index):
    whole = found(index, "base", limit=60)
    parts = [each for at in range(0, 60, 20) for each in found(index, "base", limit=20, offset=at)]
    assert parts == whole
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize(
    "text", ['"', "a* OR b", 'names:"x"', "NEAR(a b)", "苏*", "-suzhou", "(((", "x AND", "' ; --"]
)
def test_no_text_is_an_expression_of_the_engine(client, text):
    response = client.get("/search", query_string={"q": text, "format": "json"})
    assert response.status_code in (200, 400)
    assert response.mimetype in ("application/json", "application/problem+json")


def test_the_json_says_how_many_there_are_and_where_the_next_page_is(client):
    first = client.get("/search?q=suzhou&format=json").json
    assert first["total"] > first["itemsPerPage"] == len(first["results"])
    assert first["isTotalExact"] is True
    second = client.get(first["next"].removeprefix("http://localhost")).json
    assert second["page"] == 2
    assert "next" not in second
    assert len(first["results"]) + len(second["results"]) == first["total"]
    place = next(each for each in first["results"] if each["iri"] == BASE + "id/place/suzhou")
    assert place["label"] == {"en": "Suzhou", "zh-Hans": "苏州"}
    assert place["matched"] == {"text": "Suzhou", "language": "en", "role": "preferred"}
    assert place["types"][0]["label"]["zh-hans"] == "城市"


def test_the_page_has_results_in_both_languages(client):
    english = client.get("/search?q=苏州", headers={"Accept": "text/html"})
    assert '<a href="/doc/place/suzhou">Suzhou</a>' in english.text
    chinese = client.get("/search?q=Suzhou&lang=zh", headers={"Accept": "text/html"})
    assert '<a href="/doc/place/suzhou?lang=zh-Hans">苏州</a>' in chinese.text
    assert "条结果" in chinese.text


def test_every_page_has_the_box_and_names_the_description(client):
    for path in ("/", "/queries/", "/search", "/doc/place/suzhou"):
        page = client.get(path, headers={"Accept": "text/html"}).text
        assert re.search(r'<form class="search[^>]* method="get" action="/search">', page), path
        assert '<input name="q" type="search"' in page, path
        assert 'rel="search" type="application/opensearchdescription+xml"' in page, path


def test_the_description_of_the_search_leads_to_it(client):
    response = client.get("/search/description.xml")
    assert response.mimetype == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(response.text)
    urls = {url.get("type"): url.get("template") for url in root.iter(f"{OPENSEARCH}Url")}
    page = urls["text/html"].removeprefix("http://localhost").replace("{searchTerms}", "suzhou")
    assert client.get(page, headers={"Accept": "text/html"}).status_code == 200
    assert len(root.find(f"{OPENSEARCH}ShortName").text) <= 16


def test_an_answer_has_an_entity_tag_of_its_language(client):
    address = "/search?q=suzhou"
    tags = {
        client.get(address, headers={"Accept": "text/html", "Accept-Language": tag}).headers["ETag"]
        for tag in ("en", "zh")
    }
    assert len(tags) == 2


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/search?q=" + "x" * 201, 400),
        ("/search?q=a%00b", 400),
        ("/search?q=!!", 400),
        ("/search?q=suzhou&kind=dragon", 400),
        ("/search?q=suzhou&page=0", 400),
        ("/search?q=suzhou&page=x", 400),
        ("/search?q=suzhou&page=400", 404),
        ("/search", 400),
    ],
)
def test_a_bad_search_is_a_problem(client, address, status):
    response = client.get(address, headers={"Accept": "application/json"})
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"


def test_data_without_an_index_say_so():
    response = Client(small_app()).get("/search?q=suzhou&format=json")
    assert response.status_code == 503
    assert "oib build" in response.json["detail"]


def test_more_results_than_are_counted_are_said_to_be_more(tmp_path):
    names = (Form("Institute of Everything", "en", "preferred"),)
    records = [
        Record(f"{BASE}id/x/{number}", "entity", {"en": "x", "zh": "x"}, (), names, ())
        for number in range(MAX_COUNTED + 5)
    ]
    path = tmp_path / "search.sqlite"
    path.write_bytes(encode_index(records))
    results = SearchIndex.open(path).search("everything")
    assert results.total == MAX_COUNTED
    assert len(results.hits) == 20


def test_a_phrase_does_not_reach_from_one_text_into_the_next(tmp_path):
    names = (Form("大学", "zh-Hans", "preferred"), Form("学科", "zh-Hans", "alternative"))
    record = Record(BASE + "id/x/1", "entity", {"en": "x", "zh": "x"}, (), names, ())
    path = tmp_path / "search.sqlite"
    path.write_bytes(encode_index([record]))
    assert SearchIndex.open(path).search("大学").total == 1
    assert SearchIndex.open(path).search("大学学科").total == 0


def test_a_page_in_simplified_chinese_names_documents_in_its_characters(home_client):
    text = home_client.get("/search?q=Suzhou&lang=zh-Hans", headers={"Accept": "text/html"}).text
    assert "南京获批国家海外人才离岸双创基地" in text
    assert "南京獲批" not in text
    # Who reads it as it is printed finds it so.
    data = home_client.get("/search?q=南京獲批", headers={"Accept": "application/json"})
    assert data.json["total"] > 0
