"""The pictures: drawn from the rows of their queries, and only what these say."""

import csv
import io
import json
import re
from unicodedata import category
from xml.etree import ElementTree

import pytest

import live_server
from browser import browse
from html_pages import Page
from oib.engine.statements import Term
from oib.errors import AnswerTooLarge, BadInput
from oib.namespaces import ID
from oib.pictures import land_110m
from oib.pictures.canvas import NARROW, LabelBox
from oib.pictures.chart import MAX_ROWS, draw_chart, draw_narrow_chart
from oib.pictures.map import land
from oib.pictures.status import SIGNS, signs_of
from oib.pictures.text_metrics import shorten, text_width, without_common_part, wrap
from oib.saved_queries import CHARTS, Chart, Library, SavedQuery
from projects import ROOT

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = [saved for saved in Library.load(ROOT) if saved.chart]
LANGUAGES = ("en", "zh-Hans")


HEDGES = [f"urn:/hedge-{letter}" for letter in "abcdefghi"]


class Wording:
    """Names are IRIs without their path; messages are their keys."""

    def name(self, iri):
        return iri.rpartition("/")[2]

    def url(self, iri):
        return iri

    def message(self, key, **values):
        return " ".join([key, *map(str, values.values())])

    def hedges(self):
        return HEDGES


def svg_of(client, saved, language="en"):
    response = client.get(f"/pictures/{saved.name}.svg?lang={language}")
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    return ElementTree.fromstring(response.text)


def rows_of(client, saved):
    text = client.get(f"/queries/{saved.name}.csv").text
    return list(csv.DictReader(io.StringIO(text)))


def marks_of(root):
    return [node for node in root.iter() if "mark" in node.get("class", "").split()]


def chart(kind):
    return Chart.parse({"kind": kind}, CHARTS[kind])


def term(value):
    if isinstance(value, bool):
        return Term(str(value).lower())
    return Term(value, "uri" if value.startswith("urn:") else "literal")


def draw(kind, *rows):
    cells = [{name: term(value) for name, value in row.items()} for row in rows]
    return draw_chart(chart(kind), cells, Wording())


TIE = {"predicate": "urn:/knows", "claim": "urn:/claim"}


@pytest.mark.parametrize("kind", CHARTS)
def test_each_kind_of_picture_is_in_use(kind):
    assert any(saved.chart.kind == kind for saved in DRAWN)


@pytest.mark.parametrize("saved", DRAWN, ids=lambda saved: saved.name)
def test_a_picture_has_a_mark_for_each_row_of_its_query(home_client, saved):
    rows = rows_of(home_client, saved)
    assert len(rows) > 3
    assert len(marks_of(svg_of(home_client, saved))) == len(rows)


@pytest.mark.parametrize("saved", DRAWN, ids=lambda saved: saved.name)
def test_a_hedged_row_is_never_drawn_solid(home_client, saved):
    hedged = sum(row["hedged"] == "true" for row in rows_of(home_client, saved))
    marks = [set(mark.get("class").split()) for mark in marks_of(svg_of(home_client, saved))]
    assert sum("hedged" in classes for classes in marks) == hedged > 0
    assert not any("hedged" in classes and "plain" in classes for classes in marks)


def test_the_style_sheet_fills_nothing_that_is_hedged(home_client):
    with home_client.get("/static/pictures.css") as response:
        style = response.text
    for name in ("sign", "part", "span", "core"):
        (rule,) = re.findall(rf"\.picture \.{name}\.hedged[^{{]*{{([^}}]*)}}", style)
        assert "fill: var(--p-paper)" in rule
        assert style.index(f".picture .{name}.hedged") > style.index(f".picture .{name} ")
    (tie,) = re.findall(r"\.picture \.tie\.hedged {([^}]*)}", style)
    assert "stroke-dasharray" in tie


@pytest.mark.parametrize("saved", DRAWN, ids=lambda saved: saved.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_shows_the_same_rows_as_a_table(home_client, saved, language):
    response = home_client.get(f"/pictures/{saved.name}?lang={language}", headers=BROWSER)
    page = Page(response.text)
    table = response.text[response.text.index("<tbody>") :]
    assert table.count("<tr>") == len(rows_of(home_client, saved))
    assert page.lang == language
    assert saved.question[language] in page.text
    assert {f"/queries/{saved.name}?lang={language}", f"/queries/{saved.name}.csv"} <= set(
        page.links
    )
    stops = re.findall(r'<a [^>]*href="[^>]*>', response.text)
    assert sum('tabindex="-1"' not in link for link in stops) <= 300


@pytest.mark.parametrize("saved", DRAWN, ids=lambda saved: saved.name)
def test_a_picture_is_named_and_described_in_both_languages(home_client, saved):
    for language in LANGUAGES:
        root = svg_of(home_client, saved, language)
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title.text == (saved.chart.title or saved.question)[language]
        assert saved.question[language] in description.text
        assert root.get("aria-labelledby") == title.get("id")
        assert root.get("aria-describedby") == description.get("id")
        assert root.get("lang") == language
        # The children of an image are hidden from those who listen, so what holds links is a group.
        assert root.get("role") == ("group" if root.find(f".//{SVG}a") is not None else "img")


@pytest.mark.parametrize("draw_any", [draw_chart, draw_narrow_chart])
@pytest.mark.parametrize("saved", DRAWN, ids=lambda saved: saved.name)
def test_no_two_labels_of_a_picture_overlap(services, saved, draw_any):
    text = services.engine.session("test").query(saved.text, "application/json")
    rows = [
        {name: Term(cell["value"], cell["type"]) for name, cell in row.items()}
        for row in json.loads(text)["results"]["bindings"]
    ]
    picture = draw_any(saved.chart, rows, Wording())
    if picture is None:
        return  # it has one form only
    assert len(picture.labels) > 5
    for index, one in enumerate(picture.labels):
        for other in picture.labels[index + 1 :]:
            assert not one.overlaps(other), (one, other)
        assert picture.is_fluid or one.left + one.width <= picture.width + 1, one


@pytest.mark.parametrize("saved", DRAWN, ids=lambda saved: saved.name)
def test_a_picture_alone_may_have_its_own_style_and_nothing_else(home_client, saved):
    response = home_client.get(f"/pictures/{saved.name}.svg")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert response.text.count("<style>") == 1
    assert "<script" not in response.text
    assert 'style="' not in response.text


def test_a_picture_comes_from_the_cache_of_the_version(home_client):
    url = "/pictures/network/ties.svg"
    first = home_client.get(url)
    known = {"If-None-Match": first.headers["ETag"]}
    assert home_client.get(url, headers=known).status_code == 304
    assert home_client.get(f"{url}?lang=zh-Hans", headers=known).status_code == 200
    assert home_client.get(url).data == first.data


def test_the_address_names_forms_and_refuses_what_is_no_parameter(home_client):
    links = " ".join(home_client.get("/pictures/network/ties.svg").headers.getlist("Link"))
    assert "</pictures/network/ties.html>" in links
    assert home_client.get("/pictures/network/ties?colour=red").status_code == 400
    assert home_client.get("/pictures/nothing").status_code == 404
    without = home_client.get("/pictures/base/count")
    assert without.status_code == 404
    assert "/queries/base/count" in without.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_shows_every_picture(home_client, language):
    page = Page(home_client.get(f"/pictures/?lang={language}", headers=BROWSER).text)
    for saved in DRAWN:
        assert f"/pictures/{saved.name}?lang={language}" in page.links
        assert f"/pictures/{saved.name}.svg?lang={language}" in page.assets


def test_the_home_page_has_the_picture_that_the_home_names(home_client):
    response = home_client.get("/?lang=en", headers=BROWSER)
    page = Page(response.text)
    assert "/pictures/claim/how-surely?lang=en" in page.links
    assert "/static/pictures.css" in page.assets
    assert response.text.count("<svg") == 1


@pytest.mark.parametrize("thing", ["organization/suzhou-base", "person/sun-youshun"])
def test_the_page_of_a_thing_links_to_its_picture(home_client, thing):
    links = Page(home_client.get(f"/doc/{thing}", headers=BROWSER).text).links
    (link,) = [link for link in links if link.startswith("/pictures/network/around?")]
    page = home_client.get(link, headers=BROWSER)
    assert page.status_code == 200
    assert f"/doc/{thing}" in Page(page.text).links
    assert not any(
        "around" in link for link in Page(home_client.get("/doc/place/suzhou.html").text).links
    )


def test_a_picture_of_one_thing_has_a_form_with_the_names_of_things(home_client):
    url = "/pictures/network/around"
    page = home_client.get(url, headers=BROWSER)
    assert f'<form method="get" action="{url}">' in page.text
    assert 'value="Suzhou Industrial Park"' in page.text
    by_name = home_client.get(f"{url}.svg?thing=Suzhou+Industrial+Park").text
    by_iri = home_client.get(f"{url}.svg?thing={ID}organization/suzhou-industrial-park").text
    assert by_name == by_iri != home_client.get(f"{url}.svg").text
    assert "Harvard University" in by_name
    refused = home_client.get(f"{url}?thing=nobody+at+all")
    assert refused.status_code == 400
    assert "nothing here is called nobody at all" in refused.json["detail"]


def test_only_a_picture_that_needs_the_room_leaves_the_column_of_text(home_client):
    wide = {
        saved.name: 'class="chart wide"' in home_client.get(f"/pictures/{saved.name}.html").text
        for saved in DRAWN
    }
    assert {name for name, is_wide in wide.items() if is_wide} == {"network/ties"}


def test_a_disputed_claim_is_drawn_as_disputed(home_client):
    root = svg_of(home_client, Library.load(ROOT)["network/ties"])
    disputed = [mark for mark in marks_of(root) if "disputed" in mark.get("class")]
    titles = " ".join(mark.find(f"{SVG}title").text for mark in disputed)
    assert "Sun Youshun holds post MIT" in titles.replace(
        "Massachusetts Institute of Technology", "MIT"
    )
    assert "disputed" in titles


def test_a_line_leads_to_its_claim(home_client):
    saved = Library.load(ROOT)["network/ties"]
    claims = {row["claim"].rpartition("/id/")[2] for row in rows_of(home_client, saved)}
    root = svg_of(home_client, saved)
    linked = {
        node.get("href").partition("?")[0].removeprefix("/doc/")
        for node in root.iter(f"{SVG}a")
        if any("mark" in child.get("class", "") for child in node)
    }
    assert linked == claims


def test_only_a_verified_place_has_a_mark_on_the_map(home_client):
    saved = Library.load(ROOT)["place/on-the-map"]
    places = {row["place"] for row in rows_of(home_client, saved) if row["latitude"]}
    root = svg_of(home_client, saved)
    discs = [node for node in root.iter() if node.get("class") == "disc"]
    assert len(discs) == len(places) + 1  # and that of the legend
    turtle = "\n".join(path.read_text("utf-8") for path in (ROOT / "instances/place").glob("*.ttl"))
    for block in turtle.split("\n\n"):
        if "registeredLatitude" in block:
            assert "oibv:link-verified" in block
            latitude = re.search(r"registeredLatitude (\S+)", block)[1]
            assert re.search(rf" at {re.escape(latitude)} and ", block), "not as it was looked up"


def test_what_is_not_stated_stays_open():
    row = {"lane": "urn:/claims", "subject": "urn:/a", "claim": "urn:/c", "hedged": False}
    closed = draw("timeline", row | {"earliestStart": "2015-01-01", "latestEnd": "2016-01-01"})
    open_end = draw("timeline", row | {"earliestStart": "2015-01-01"})
    ends = [picture.body.count('class="open"') for picture in (closed, open_end)]
    assert ends == [1, 2]  # one is that of the legend
    assert "2015-01-01 \u2013 not_stated" in open_end.body


def test_a_disputed_cell_is_hatched_and_its_sign_no_solid_dot():
    cell = {"row": "urn:/source", "column": "urn:/base", "hedge": HEDGES[0], "number": "2"}
    disputed = draw("matrix", cell | {"hedged": True, "disputed": True})
    root = ElementTree.fromstring(disputed.to_svg("one", "t", "d", "en"))
    (pattern,) = root.iter(f"{SVG}pattern")
    hatched = [node for node in root.iter() if node.get("class") == "dispute"]
    assert len(hatched) == 2  # the cell, and the legend
    assert {node.get("fill") for node in hatched} == {f"url(#{pattern.get('id')})"}
    (mark,) = marks_of(root)
    assert mark.get("class") == "mark hedged disputed"
    assert mark.find(f"{SVG}circle") is None
    assert mark.find(f"{SVG}path").get("class") == f"sign {SIGNS[0]} hedged disputed"
    assert "dispute" not in draw("matrix", cell | {"hedged": True, "disputed": False}).body


def test_a_matrix_is_a_list_of_all_names_and_marks_on_a_phone():
    names = ["a " + "long " * 40 + "name", "b", "c"]
    rows = [
        {
            "row": f"urn:/{name}",
            "column": f"urn:/{column}",
            "hedge": f"urn:/{hedge}",
            "number": "12",
            "hedged": hedge != "none",
            "disputed": name == "b",
        }
        for name in names
        for column in names
        for hedge in ("none", *(f"hedge-{number}" for number in range(8)))
    ]
    cells = [{name: term(value) for name, value in row.items()} for row in rows]
    picture = draw_narrow_chart(chart("matrix"), cells, Wording())
    root = ElementTree.fromstring(picture.to_svg("one", "t", "d", "en"))
    assert len(marks_of(root)) == len(rows)
    assert max(label.left + label.width for label in picture.labels) <= NARROW
    text = " ".join(label.text for label in picture.labels)
    assert "…" not in text
    assert text.count(names[0]) == 4  # once as a column, once below each
    hatched = [node for node in root.iter() if node.get("class") == "dispute"]
    assert len(hatched) == 1 + len(rows) / 3


def legend_of(root, names):
    """Return the sign before each of the names in a picture, by name."""
    signs, last = {}, ""
    for node in root.iter():
        classes = node.get("class", "").split()
        if "sign" in classes:
            last = classes[1]
        elif node.tag == f"{SVG}text" and (name := (node.text or "").partition(": ")[0]) in names:
            signs.setdefault(name, last)
    return signs


def test_a_hedge_has_one_sign_in_every_picture(home_client, services):
    hedges = {
        label: iri
        for iri, label in (
            line.rsplit(",", 1)
            for line in services.engine.query(
                "PREFIX oib: <https://w3id.org/oib/ontology#> "
                "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
                "PREFIX oibv: <https://w3id.org/oib/vocab#> SELECT ?hedge ?label WHERE "
                "{ ?hedge skos:inScheme oibv:hedge ; oib:yieldsDirectTriple false ; "
                "oib:englishLabel ?label }",
                "text/csv",
            )
            .decode()
            .splitlines()[1:]
        )
    }
    legends = [
        legend_of(svg_of(home_client, saved), hedges)
        for saved in DRAWN
        if saved.chart.kind in ("bar", "matrix")
    ]
    assert all(len(legend) > 1 for legend in legends)
    order = sorted(hedges, key=hedges.get)
    assert len(SIGNS) >= len(order)
    expected = dict(zip(order, SIGNS, strict=False))
    for legend in legends:
        assert legend == {name: expected[name] for name in legend}


def test_the_sign_of_a_hedge_does_not_depend_on_what_else_a_picture_shows():
    def signs(*letters):
        return signs_of([(f"urn:/hedge-{letter}", True) for letter in letters], HEDGES)

    assert signs("c")["urn:/hedge-c"] == signs(*"abcdefghi")["urn:/hedge-c"] == SIGNS[2]
    assert len(set(signs(*"abcdefghi").values())) == 9
    new = signs_of([("urn:/hedge-c", True), ("urn:/a", True), ("urn:/none", False)], HEDGES)
    assert new == {"urn:/none": "dot", "urn:/a": SIGNS[9], "urn:/hedge-c": SIGNS[2]}


@pytest.mark.parametrize(
    ("numbers", "total", "note"), [((3, 2), "4", "shares_overlap"), ((3, 1), "4", "shares_of")]
)
def test_a_bar_is_a_share_of_the_total_and_not_of_the_sum_of_its_rows(numbers, total, note):
    rows = [
        {"category": f"urn:/{n}", "number": str(n), "hedged": n < 3, "total": total}
        for n in numbers
    ]
    root = ElementTree.fromstring(draw("bar", *rows).to_svg("p", "t", "d", "en"))
    marks = marks_of(root)
    widths = [mark.find(f"{SVG}rect").get("width") for mark in marks]
    assert widths == [f"{100 * n / 4:.2f}%" for n in numbers]
    texts = [node.text for node in root.iter(f"{SVG}text")]
    assert "share 3 3 75" in texts
    assert f"{note} 4" in texts


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "A claim may have more than one hedge"), ("zh-Hans", "一项主张可带有多种保留语气")],
)
def test_how_surely_says_that_a_claim_may_have_more_than_one_hedge(home_client, language, words):
    for path in ("/pictures/claim/how-surely", "/"):
        text = home_client.get(f"{path}?lang={language}", headers=BROWSER).text
        written = re.sub(r"</text>\s*<text[^>]*>", " " if language == "en" else "", text)
        assert words in written


def test_what_is_on_the_map_is_not_listed_as_if_it_were_not():
    there = {"place": "urn:/town", "latitude": "10", "longitude": "20", "register": "R"}
    rows = [
        {"thing": "urn:/one", **there},
        {"thing": "urn:/one", "place": "urn:/land"},
        {"thing": "urn:/two", "place": "urn:/land"},
    ]
    texts = [label.text for label in draw("map", *rows).labels]
    start, other = texts.index("not_on_the_map 1"), texts.index("also_placed 1")
    assert texts[start + 1 : other] == ["twolist_colonland"]
    assert texts[other + 1].startswith("onelist_colonlandin_brackets marked_at town")
    assert "also_placed" not in draw("map", rows[2]).body


def test_nothing_with_a_mark_is_called_not_on_the_map(home_client):
    saved = Library.load(ROOT)["place/on-the-map"]
    rows = rows_of(home_client, saved)
    marked = {row["thing"] for row in rows if row["latitude"]}
    missing = [row for row in rows if row["thing"] not in marked]
    also = [row for row in rows if row["thing"] in marked and not row["latitude"]]
    texts = [node.text or "" for node in svg_of(home_client, saved).iter(f"{SVG}text")]
    assert f"Not on the map ({len(missing)})" in texts
    assert len(also) > 3
    assert any(text.endswith(f"({len(also)})") for text in texts)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2004-01-01", "2024-12-31"), ("2024-05-05", "2024-05-05"), ("0001-01-01", "9998-12-31")],
)
def test_the_axis_covers_all_days_and_has_its_years_at_both_ends(first, last):
    row = {"lane": "urn:/claims", "subject": "urn:/a", "claim": "urn:/c", "hedged": False}
    picture = draw("timeline", row | {"earliestStart": first, "latestEnd": last})
    years = [label for label in picture.labels if label.text.isdigit()]
    tops = {label.top for label in years}
    assert len(tops) == 2
    bar = next(label for label in picture.labels if label.text == "a")
    assert min(tops) < bar.top < max(tops)
    for top in tops:
        shown = [int(label.text) for label in years if label.top == top]
        assert shown[0] <= int(first[:4])
        assert shown[-1] > int(last[:4])
        assert len(shown) <= 6
    assert all(label.left >= 0 and label.left + label.width <= NARROW for label in years)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("saved", DRAWN, ids=lambda saved: saved.name)
def test_a_claim_is_called_by_what_it_states(home_client, saved, language):
    root = svg_of(home_client, saved, language)
    words = " ".join(node.text or "" for node in root.iter())
    assert not re.search(r"(claim|主张) ?[pnt]\d+-\d+", words)


def test_a_network_that_goes_round_is_drawn():
    ends = ["ab", "bc", "ca", "ad", "da", "aa", "ef"]
    rows = [{"subject": f"urn:/{one}", "object": f"urn:/{two}", **TIE} for one, two in ends]
    picture = draw("network", *rows)
    assert picture.body.count('class="mark tie') == len(rows)
    for index, one in enumerate(picture.labels):
        assert not any(one.overlaps(other) for other in picture.labels[index + 1 :])


def test_words_of_a_row_stay_words():
    row = {"subject": "urn:/<script>&", "object": 'urn:/"b"', **TIE}
    picture = draw("network", row)
    svg = picture.to_svg("p", "<t>", "a & b", "en")
    assert "<script>" not in svg
    assert ElementTree.fromstring(svg).find(f"{SVG}title").text == "<t>"


def test_the_same_rows_give_the_same_picture():
    rows = [{"subject": f"urn:/{one}", "object": "urn:/z", **TIE} for one in "abc"]
    assert draw("network", *rows).body == draw("network", *rows).body


@pytest.mark.parametrize("kind", CHARTS)
def test_an_answer_without_rows_is_an_empty_picture(kind):
    ElementTree.fromstring(draw(kind).to_svg("p", "t", "d", "en"))


def test_rows_that_cannot_be_drawn_are_left_out():
    assert 'class="mark' not in draw("network", {"subject": "urn:/a"}).body


def test_too_many_rows_are_refused():
    with pytest.raises(AnswerTooLarge, match="take the table"):
        draw("map", *[{"thing": "urn:/a"}] * (MAX_ROWS + 1))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("{kind: pie}", "kind pie is none of bar"),
        ("{kind: bar, colour: a}", "a bar has no part colour"),
        ("{kind: bar, category: a, hedged: a, number: b}", "no column is called b"),
        ("{kind: bar}", "no column is called category"),
        ("{kind: bar, category: a, number: a, hedged: a, total: a, title: x}", "its title needs"),
        ("pie", "chart: needs"),
    ],
)
def test_a_chart_that_cannot_be_drawn_stops_the_library(tmp_path, header, message):
    path = tmp_path / "one.rq"
    head = f"#+ question: {{en: What}}\n#+ columns: [a]\n#+ chart: {header}\n"
    path.write_text(head + "SELECT ?a WHERE {}", "utf-8")
    with pytest.raises(BadInput, match=re.escape(message)):
        SavedQuery.load(path, tmp_path)


def test_land_is_made_of_rings_and_comes_in_again_at_the_other_edge():
    topology = {
        "transform": {"scale": [1, 1], "translate": [-180, -90]},
        "arcs": [
            [[0, 90], [10, 0], [0, 10], [-10, -10]],
            [[350, 90], [20, 0], [0, 10], [-20, -10]],
        ],
        "objects": {"land": {"geometries": [{"arcs": [[[0]], [[1]]]}]}},
    }
    path = land_110m.land_path(topology)
    assert (
        path
        == "M-1800 0l100 0 0-100-100 100zM1700 0l200 0 0-100-200 100zM-1900 0l200 0 0-100-200 100z"
    )
    assert land().startswith("M")
    assert len(land()) > 20_000


def test_lines_fit_and_names_lose_what_they_share():
    text = "China-Suzhou Offshore Innovation and Entrepreneurship Base 苏州工业园区海外离岸创新中心"
    lines = wrap(text, 120)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(text_width(line) <= 120 for line in lines)
    assert shorten("short", 100) == "short"
    assert without_common_part(["base in A", "base in B", "park"]) == ["…A", "…B", "park"]
    assert without_common_part(["上海离岸基地", "苏州离岸基地"]) == ["上海…", "苏州…"]
    assert LabelBox(0, 0, 2, 2, "").overlaps(LabelBox(1, 1, 2, 2, ""))
    assert not LabelBox(0, 0, 2, 2, "").overlaps(LabelBox(2, 0, 2, 2, ""))


def test_a_line_begins_with_no_closing_bracket_and_ends_with_no_opening_one():
    for text in (
        "中国军事院校体系\uff08统称\uff09",
        "“双创”升级版的意见、《通知》及其他\uff08珠海\uff09\uff1a广东",
        "张三\uff08EcoKMC 公司\uff09\uff0c李四",
    ):
        for width in range(70, 160, 2):  # no word is wider than 70
            lines = wrap(text, width, max_lines=40)
            assert not [line for line in lines if category(line[0]) in ("Pe", "Pf", "Po")], lines
            assert not [line for line in lines if category(line[-1]) in ("Ps", "Pi")], lines
    assert wrap("the PRC\u2019s “quoted” words", 64, max_lines=9) == [
        "the PRC\u2019s",
        "“quoted”",
        "words",
    ]


@pytest.fixture(scope="module")
def seen(snapshots, snapshot):
    """The pages of pictures in a browser: on a desk; dark, in Chinese, on a phone."""
    with live_server.serve("--out", snapshots) as server:
        paths = ["/pictures/", *(f"/pictures/{saved.name}.html" for saved in DRAWN)]
        paths += ["/queries/source/behind-each-base"]
        return browse("pictures.mjs", server.root, *paths)


@pytest.mark.slow
def test_no_two_labels_overlap_in_a_browser(seen):
    assert sum(page["texts"] for page in seen) > 500
    assert [page["overlaps"] for page in seen if page["overlaps"]] == []


@pytest.mark.slow
def test_what_is_hedged_is_hollow_or_dashed_in_a_browser(seen):
    assert [page["solid"] for page in seen if page["solid"]] == []


@pytest.mark.slow
def test_no_page_of_pictures_is_wider_than_a_phone(seen):
    assert {page["path"]: page["beyond"] for page in seen if page["beyond"]} == {}


@pytest.mark.slow
def test_a_matrix_can_be_read_on_a_phone_without_a_swipe(seen):
    names = [saved.name for saved in DRAWN if saved.chart.kind == "matrix"]
    pages = [page for page in seen if any(name in page["path"] for name in names)]
    assert len(pages) == 2 * (len(names) + 1) == 6
    assert [page["path"] for page in pages if not 0 < page["marks"] == page["seen"]] == []


@pytest.mark.slow
def test_pages_of_pictures_are_accessible(seen):
    assert {f"{page['path']} {page['lang']}": page["axe"] for page in seen if page["axe"]} == {}


@pytest.mark.slow
def test_pictures_load_nothing_from_elsewhere_and_break_no_policy(seen):
    assert [page for page in seen if page["outside"] or page["faults"]] == []
