"""The site in a browser: every kind of page on a desk, in the dark, on a phone, in Chinese.

From the home page to what people look for: by clicks, without script, by keyboard.
"""

import pytest

import live_server
from browser import browse
from oib.namespaces import OIB

KINDS = [
    "/",
    "/how-to-read",
    "/bases",
    "/claims?hedge=vocab%23hedge-implied",
    "/people",
    "/doc/organization/tianjin-base",
    "/doc/person/sun-youshun",
    "/doc/document/innovation-without-borders",
    "/doc/claim/innovation-without-borders/p13-10",
    "/queries/",
    "/queries/claim/about",
    "/queries/person/academies?person=Atlantis",
    "/ontology",
    "/ontology?q=claim",
    "/vocab",
    "/shapes",
    "/dataset",
    "/search?q=Suzhou",
    "/changes",
    "/reconcile",
    "/doc/",
    "/graph/person/sun-youshun",
    "/nowhere/suzhou-base",
]
UNCORROBORATED = {"en": "uncorroborated", "zh-Hans": "未获佐证", "zh-Hant": "未獲佐證"}


@pytest.fixture(scope="module")
def root(snapshots, snapshot):
    with live_server.serve("--out", snapshots) as server:
        yield server.root


@pytest.fixture(scope="module")
def kinds(request):
    """The kinds of pages to look at: every one by --runslow, else every fourth."""
    return KINDS if request.config.getoption("--runslow") else KINDS[::4]


@pytest.fixture(scope="module")
def pages(root, kinds):
    return browse("site.mjs", root, *kinds)


@pytest.fixture(scope="module")
def visits(root):
    return browse("visits.mjs", root)


def of(visits, what):
    found = [visit for visit in visits if visit["what"] == what]
    assert found
    return found


def test_no_page_breaks_a_rule_of_accessibility(pages, kinds):
    faults = {(page["path"], page["way"]): page["axe"] for page in pages if page["axe"]}
    assert len(pages) == 4 * len(kinds)
    assert faults == {}


def test_no_page_is_wider_than_the_window(pages):
    assert {(page["path"], page["way"]): page["beyond"] for page in pages if page["beyond"]} == {}


def test_no_page_has_more_than_three_hundred_tab_stops(pages):
    assert {page["path"]: page["stops"] for page in pages if page["stops"] > 300} == {}


def test_no_page_asks_another_host_or_breaks_its_policy(pages):
    assert [page for page in pages if page["outside"] or page["faults"]] == []


@pytest.mark.parametrize(("what", "pattern"), [
    ("bases", "?x a oib:OffshoreBase"),
    ("sources", "?claim oib:citesSource ?x"),
])  # fmt: skip
@pytest.mark.slow
def test_a_list_is_one_click_away_in_every_language_and_without_script(
    visits, services, what, pattern
):
    query = f"PREFIX oib: <{OIB}> SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}"
    count = int(services.engine.query(query, "text/csv").split()[1])
    found = of(visits, what)
    assert {(visit["lang"], visit["javaScriptEnabled"]) for visit in found} == {
        (lang, has_script) for lang in ("en", "zh-Hans", "zh-Hant") for has_script in (True, False)
    }
    assert {visit["total"] for visit in found} == {count}
    assert {visit["rows"] for visit in found} == {min(count, 50)}
    assert {visit["clicks"] for visit in found} == {1}


@pytest.mark.slow
def test_a_disputed_post_and_its_dispute_are_at_most_three_clicks_away(visits):
    for visit in of(visits, "dispute"):
        assert visit["clicks"] <= 3
        assert UNCORROBORATED[visit["lang"]] in visit["text"]


@pytest.mark.slow
def test_a_keyboard_is_enough(visits):
    for visit in of(visits, "keyboard"):
        assert "/bases" in visit["list"]
        assert "/doc/organization/suzhou-base" in visit["thing"]


@pytest.mark.slow
def test_a_list_and_a_question_take_choices_without_script(visits):
    (choice,) = of(visits, "choice")
    assert choice["rows"] == 1
    assert "place=id%2Fplace%2Fsuzhou" in choice["address"]
    (question,) = of(visits, "question")
    assert question["rows"] > 3


@pytest.mark.slow
def test_the_page_of_a_base_takes_at_most_sixty_words_for_a_statement(visits):
    bases = of(visits, "base")
    assert len(bases) > 7
    assert {each["link"]: each["words"] / each["statements"] for each in bases
            if each["words"] > 60 * each["statements"]} == {}  # fmt: skip


@pytest.mark.slow
def test_the_page_of_a_base_takes_at_most_two_screens_down_to_what_is_folded(visits):
    assert {each["link"]: each["fold"] for each in of(visits, "base") if each["fold"] > 1800} == {}


@pytest.mark.slow
def test_an_address_that_names_a_part_leads_to_it_folded_or_far_below(visits):
    parts = of(visits, "fragment")
    assert len(parts) == 8
    assert [part for part in parts if not part["visible"]] == []


@pytest.mark.slow
def test_what_is_laid_out_late_has_about_its_height_and_shows_what_has_the_focus(visits):
    for page in of(visits, "late"):
        assert 0.75 < page["early"] / page["late"] < 1.33, page
    assert {page["path"]: page["outlined"] for page in of(visits, "late")} == {
        "/shapes": None,
        "/vocab": True,
        "/ontology": True,
    }


@pytest.mark.slow
def test_on_paper_what_is_folded_is_there_and_nothing_is_cut_off(visits):
    printed = {visit["path"]: visit for visit in of(visits, "print")}
    assert printed["/doc/organization/suzhou-base"]["cards"] > 5
    assert printed["/doc/organization/nanjing-base"]["rows"] > 5
    for page in printed.values():
        assert (page["folded"], page["unseen"], page["forms"], page["beyond"]) == (0, 0, 0, 0)
    assert [path for path, page in printed.items() if not page.get("cited")] == [
        "/shapes",
        "/vocab",
    ]


@pytest.mark.slow
def test_the_ontology_on_paper_has_every_term_on_few_pages(visits):
    (paper,) = of(visits, "paper")
    assert paper["shown"] == paper["terms"] > 200
    assert paper["pages"] <= 25


@pytest.mark.slow
def test_two_chinese_characters_are_found(visits):
    (search,) = of(visits, "search")
    assert "苏州" in search["text"]


def test_the_times_of_pages_are_those_of_whole_loads(root):
    times = browse("page_times.mjs", root, "/about", "/nowhere")
    assert {path: time["status"] for path, time in times.items()} == {
        "/about": 200,
        "/nowhere": 404,
    }
    assert all(0 < time["firstByte"] < time["loaded"] < 30_000 for time in times.values())
