"""Saved queries over HTTP: each runs, with values that stay values, in every form."""

import csv
import html
import io
import json
import re

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

import live_server
from html_pages import Page
from http_client import Client
from oib.engine.embedded import Embedded
from oib.errors import BadInput
from oib.namespaces import ID, OIB, QUERIES
from oib.saved_queries import Library, SavedQuery
from oib.services import Services
from oib.sparql import guard
from projects import ROOT

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LIBRARY = Library.load(ROOT)
SAVED = list(LIBRARY)
SHACL = "http://www.w3.org/ns/shacl#"
TWO = """\
#+ question: {en: Two names}
#+ parameters:
#+   one: {type: string, example: a}
#+   two: {type: string, example: b}
SELECT ?one ?two WHERE { VALUES ?one { "a" } VALUES ?two { "b" } }
"""


# Queries that may find nothing, as long as no two documents contradict each other.
WITHOUT_ROWS = {"agreement/contradictions"}


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: saved.name)
def test_a_saved_query_runs_with_its_examples(home_client, saved):
    response = home_client.get(f"/queries/{saved.name}", headers={"Accept": "text/csv"})
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    rows = list(csv.reader(io.StringIO(response.text)))[1:]
    assert rows or saved.name in WITHOUT_ROWS
    values = {parameter.name: parameter.example for parameter in saved.parameters}
    assert home_client.get(f"/queries/{saved.name}.csv", query_string=values).text == response.text


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: saved.name)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_saved_query_has_a_page(home_client, saved, language):
    response = home_client.get(f"/queries/{saved.name}?lang={language}", headers=BROWSER)
    page = Page(response.text)
    assert saved.question[language] in page.text
    assert [f"p-{parameter.name}" for parameter in saved.parameters] == [
        identifier for identifier in page.ids if identifier.startswith("p-")
    ]
    assert {f"/queries/{saved.name}.csv?lang={language}"} <= set(page.links)


def test_the_library_lists_every_question(home_client):
    page = Page(home_client.get("/queries/", headers=BROWSER).text)
    for saved in LIBRARY:
        assert f"/queries/{saved.name}" in page.links
        assert saved.question["en"] in page.text


def test_the_library_is_described_in_rdf(home_client):
    body = home_client.get("/queries/", headers={"Accept": "text/turtle"}).data
    quads = list(parse(body, RdfFormat.TURTLE))
    executable = NamedNode(SHACL + "SPARQLExecutable")
    told = {quad.subject.value for quad in quads if quad.object == executable}
    assert told == {QUERIES + saved.name for saved in LIBRARY}


def test_a_saved_query_is_described_in_rdf(home_client):
    body = home_client.get("/queries/base/count", headers={"Accept": "text/turtle"}).text
    assert "SPARQLSelectExecutable" in body


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: saved.name)
def test_the_text_of_a_query_can_be_had(home_client, saved):
    response = home_client.get(f"/queries/{saved.name}.rq")
    assert (response.mimetype, response.text) == ("application/sparql-query", saved.text)


def test_a_value_changes_the_answer(home_client):
    url = "/queries/person/academies.json"
    weitz = home_client.get(url).json["results"]["bindings"]
    value = {"person": "https://w3id.org/oib/id/person/daniela-rus"}
    rus = home_client.get(url, query_string=value).json["results"]["bindings"]
    assert weitz != rus
    short = home_client.get("/queries/claim/by-hedge.json?hedge=oibv:hedge-implied").json
    assert short["results"]["bindings"]


def test_a_page_names_and_links_what_it_finds(home_client):
    value = {"thing": "https://w3id.org/oib/id/person/daniela-rus"}
    page = Page(home_client.get("/queries/claim/about", query_string=value, headers=BROWSER).text)
    assert "/doc/claim/innovation-without-borders/p08-09" in page.links


@pytest.mark.parametrize(
    "query", ["person=x:y&colour=red", "person=a:b&person=c:d", "person=", "x="]
)
def test_a_parameter_that_is_none_is_refused(home_client, query):
    response = home_client.get(f"/queries/person/academies?{query}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "value",
    [
        "x:y> } UNION { ?s ?p ?o } #",
        'x:y" } #',
        "x:y\n} #",
        "x:\\u003e } #",
        "no iri",
        "oibv:hedge likely",
        "x:{y}",
    ],
)
def test_an_iri_that_would_change_the_query_is_refused(home_client, value):
    response = home_client.get("/queries/claim/by-hedge", query_string={"hedge": value})
    assert response.status_code == 400
    page = home_client.get(
        "/queries/claim/by-hedge", query_string={"hedge": value}, headers=BROWSER
    )
    assert page.status_code == 400
    Page(page.text)


@pytest.mark.parametrize(
    "value",
    [
        '" } UNION { ?s ?p ?o } #',
        "\\u0022 } #",
        "line\nbreak",
        "VALUES ?two { x }",
        "}",
        "\\",
        "苏州",
    ],
)
def test_a_string_stays_a_string(services, tmp_path, value):
    path = tmp_path / "two.rq"
    path.write_text(TWO, "utf-8")
    saved = SavedQuery.load(path, tmp_path)
    for values in ({"one": value}, {"one": value, "two": '" } #'}, {"two": value, "one": "c"}):
        text = saved.bind(values)
        assert guard.parse(text).form == "SELECT"
        answer = json.loads(services.engine.query(text, "application/json"))["results"]["bindings"]
        assert [{name: term["value"] for name, term in row.items()} for row in answer] == [
            {"one": "a", "two": "b", **values}
        ]


def test_an_unknown_query_is_not_found(home_client):
    assert home_client.get("/queries/base/nothing").status_code == 404
    assert home_client.get("/queries/derive/direct").status_code == 404


def test_a_query_has_a_tag_and_names_its_forms(home_client):
    response = home_client.get("/queries/base/count", headers={"Accept": "text/csv"})
    headers = {"Accept": "text/csv", "If-None-Match": response.headers["ETag"]}
    assert home_client.get("/queries/base/count", headers=headers).status_code == 304
    links = " ".join(response.headers.getlist("Link"))
    for ending in ("rq", "csv", "tsv", "json", "xml", "html"):
        assert f"</queries/base/count.{ending}>" in links
    assert f'<{QUERIES}base/count>; rel="cite-as"' in links


def test_a_form_that_an_answer_cannot_take_is_not_acceptable(home_client):
    response = home_client.get("/queries/base/count", headers={"Accept": "image/png"})
    assert response.status_code == 406


@pytest.mark.parametrize(
    ("arguments", "media_type"),
    [
        ("format=csv", "text/csv"),
        ("as=json", "application/sparql-results+json"),
        ("output=xml", "application/sparql-results+xml"),
        ("format=html", "text/html"),
        ("format=ttl", "text/turtle"),
        ("format=", "text/html"),
    ],
)
def test_the_address_of_a_query_may_name_the_format(home_client, arguments, media_type):
    response = home_client.get(f"/queries/claim/by-hedge?{arguments}", headers=BROWSER)
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert (
        home_client.get("/queries/claim/by-hedge?format=docx", headers=BROWSER).status_code == 406
    )


def test_a_parameter_that_is_called_as_is_not_the_format(tmp_path, home_client):
    header = "#+ question: {en: What}\n#+ parameters:\n#+   as: {type: string, example: csv}\n"
    (tmp_path / "queries").mkdir()
    text = header + 'SELECT ?as WHERE { VALUES ?as { "csv" } }\n'
    (tmp_path / "queries" / "one.rq").write_text(text, "utf-8")
    services = Services(Embedded(Store()), "1", Library.load(tmp_path))
    client = Client(live_server.application(services))
    response = client.get("/queries/one?as=tsv", headers={"Accept": "text/csv"})
    assert (response.mimetype, response.text.split()) == ("text/csv", ["as", "tsv"])


def test_what_a_saved_query_does_not_settle_is_not_cached(tmp_path):
    (tmp_path / "queries").mkdir()
    text = "#+ question: {en: When}\nSELECT (NOW() AS ?now) (RAND() AS ?number) WHERE {}\n"
    (tmp_path / "queries" / "now.rq").write_text(text, "utf-8")
    services = Services(Embedded(Store()), "1", Library.load(tmp_path))
    client = Client(live_server.application(services))
    for accept in ("text/csv", BROWSER["Accept"]):
        one, two = (client.get("/queries/now", headers={"Accept": accept}) for _ in range(2))
        assert one.headers["Cache-Control"] == "no-store"
        assert "ETag" not in one.headers
        assert one.data != two.data


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: saved.name)
def test_an_answer_has_headings_in_words_of_both_languages(saved):
    headings = LIBRARY.headings
    for texts in (headings.topics[saved.topic], *(headings.columns[c] for c in saved.columns)):
        assert set(texts) == {"en", "zh-Hans"}


def test_the_names_in_an_answer_are_links_and_speak_the_language_of_the_page(home_client):
    url = "/queries/base/partners?lang=zh-Hans"
    page = Page(home_client.get(url, headers=BROWSER).text)
    assert "/doc/organization/tianjin-base?lang=zh-Hans" in page.links
    assert "合作方" in page.text
    assert "天津离岸创新创业基地" in page.text


def test_an_uncertain_date_and_a_unit_are_explained_where_they_appear(home_client):
    text = home_client.get("/queries/base/counts", headers=BROWSER).text
    assert re.search(r'<abbr class="literal date" title="[^"]*uncertain[^"]*">2023\?-05-05<', text)
    assert 'href="/how-to-read#where" title="A unit of the text' in text
    assert "as uncertain (EDTF)" in Page(text).text
    assert 'id="where"' in home_client.get("/how-to-read", headers=BROWSER).text
    certain = home_client.get("/queries/base/pilots", headers=BROWSER).text
    assert "uncertain" not in certain


def test_a_day_is_found_with_and_without_the_mark_of_an_uncertain_part(home_client):
    answers = {
        home_client.get(f"/queries/source/consulted-on.csv?day={day}").text
        for day in ("2024-11-26", "2024%3F-11-26")
    }
    assert len(answers) == 1
    assert answers.pop().count("\n") == 6
    page = home_client.get("/queries/source/consulted-on", headers=BROWSER).text
    assert "The day, as 2024-11-26" in page or "the day, as 2024-11-26" in page


def test_a_count_leads_to_its_claim(home_client):
    for name in ("count", "counts"):
        links = Page(home_client.get(f"/queries/base/{name}", headers=BROWSER).text).links
        assert "/doc/claim/innovation-without-borders/p02-06" in links


def test_words_as_a_document_prints_them_stay_as_they_are(home_client):
    url = "/queries/united-front/partners-of-a-base?lang=en"
    text = home_client.get(url, headers=BROWSER).text
    names = {row[1] for row in csv.reader(io.StringIO(home_client.get(
        "/queries/united-front/partners-of-a-base.csv").text))} - {"chineseName", ""}  # fmt: skip
    assert names
    for name in names:
        assert f'lang="zh-hans">{name}</span>' in text.replace("zh-Hans", "zh-hans")


def test_two_things_with_one_name_are_not_taken_for_each_other(home_client):
    text = home_client.get("/queries/person/namesakes", headers=BROWSER).text
    answer = text[text.index('id="result"') :]
    assert "Sun Youshun" in answer


@pytest.mark.parametrize("name", ["offshore innovation base in Tianjin", "天津离岸创新创业基地"])
def test_a_value_may_be_a_name(home_client, name):
    url, iri = "/queries/united-front/partners-of-a-base", f"{ID}organization/tianjin-base"
    for form, headers in ((".csv", {}), ("", BROWSER)):
        named = home_client.get(url + form, query_string={"base": name}, headers=headers)
        by_iri = home_client.get(url + form, query_string={"base": iri}, headers=headers)
        assert named.status_code == 200
        if form:
            assert named.data == by_iri.data
        else:
            assert Page(named.text).text == Page(by_iri.text).text


def test_the_form_offers_the_names_of_things(home_client):
    text = home_client.get("/queries/claim/by-hedge", headers=BROWSER).text
    options = text[text.index("<datalist") : text.index("</datalist>")]
    assert options.count("<option") > 5
    assert "implied" in options


@pytest.mark.parametrize("value", ["Atlantis", "x:{y}", " "])
def test_a_mistake_is_shown_in_the_form_with_what_was_typed(home_client, value):
    response = home_client.get(
        "/queries/person/academies", query_string={"person": value}, headers=BROWSER
    )
    assert response.status_code == 400
    assert f'name="person" type="text" value="{value}"' in response.text
    assert 'role="alert"' in response.text
    program = home_client.get("/queries/person/academies", query_string={"person": value})
    assert (program.status_code, program.mimetype) == (400, "application/problem+json")


def test_an_answer_without_rows_says_what_that_means(home_client):
    url = "/queries/claim/about?thing=https%3A%2F%2Fw3id.org%2Foib%2Fid%2Fplace%2Fnowhere"
    assert "not stated, which is not no" in home_client.get(url, headers=BROWSER).text
    chinese = home_client.get(f"{url}&lang=zh-Hans", headers=BROWSER).text
    assert "并不等于“否”" in chinese


def offered(client, url):
    text = client.get(url, headers=BROWSER).text
    return [html.unescape(name) for name in re.findall(r'<option value="([^"]*)"', text)]


@pytest.mark.parametrize(("name", "query"), [
    ("united-front/partners-of-a-base", "SELECT ?x { ?x a oib:OffshoreBase }"),
    ("source/claims-of-a-source", "SELECT DISTINCT ?x { ?c oib:citesSource ?x }"),
    ("institution/acquisition",
     "SELECT DISTINCT ?x { ?c oib:claimSubject ?x ; oib:claimPredicate oib:isAcquiredBy }"),
    ("document/adds", "SELECT DISTINCT ?x { ?c oib:isReportedIn ?x }"),
    ("network/around", "SELECT ?x { ?x a oib:Agent }"),
])  # fmt: skip
def test_a_form_offers_only_the_things_that_the_question_can_be_about(
    home_client, services, name, query
):
    answer = services.engine.query(f"PREFIX oib: <{OIB}> {query}", "text/csv").decode()
    expected = answer.split()[1:]
    assert 0 < len(offered(home_client, f"/queries/{name}")) == len(set(expected))


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: saved.name)
def test_the_example_of_a_parameter_is_among_what_its_form_offers(services, saved):
    for parameter in saved.parameters:
        if parameter.options:
            found = json.loads(services.engine.query(parameter.options, "application/json"))
            values = {row[parameter.name]["value"] for row in found["results"]["bindings"]}
            assert parameter.term(parameter.example).value in values


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_every_name_that_a_form_offers_is_understood(home_client, language):
    url = "/queries/network/neighbours"
    names = offered(home_client, f"{url}?lang={language}")
    assert len(names) > 50
    for name in names[::9]:
        query = {"thing": name, "lang": language}
        assert home_client.get(url, query_string=query, headers=BROWSER).status_code == 200, name


def test_a_question_with_a_chart_shows_it_above_its_rows(home_client):
    url = "/queries/network/around?thing=https://w3id.org/oib/id/person/sun-youshun"
    text = home_client.get(url, headers=BROWSER).text
    answer = text[text.index('id="result"') :]
    assert answer.index("<svg") < answer.index("<table")
    assert 'href="/pictures/network/around?thing=' in answer
    assert "<svg" not in home_client.get("/queries/base/count", headers=BROWSER).text
    many = home_client.get("/queries/network/ties", headers=BROWSER).text
    assert "<svg" not in many
    assert 'href="/pictures/network/ties"' in many


def test_an_answer_can_be_cited_in_four_forms(home_client, services):
    url = "/queries/claim/by-hedge?hedge=oibv:hedge-likely"
    page = Page(home_client.get(url, headers=BROWSER).text)
    assert f"{services.version}. {QUERIES}claim/by-hedge?hedge=oibv%3Ahedge-likely" in page.text
    for words in ("@misc{", "TY - DATA", '"type": "dataset"'):
        assert words in page.text


@pytest.mark.parametrize("text", ["topics: {}", "- a", "columns: {a: b}\ntopics: {}", "a: ["])
def test_broken_headings_are_named(tmp_path, text):
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "headings.yaml").write_text(text, "utf-8")
    with pytest.raises(BadInput, match=r"headings\.yaml"):
        Library.load(tmp_path)
