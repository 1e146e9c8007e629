"""An invented second document, entered as a curator would: it passes, and disturbs nothing."""

from collections import defaultdict

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

import live_server
from html_pages import Page
from http_client import Client
from oib import cli, turtle
from oib.dataset import derivation
from oib.documents.locator import recognize
from oib.engine.embedded import Embedded
from oib.namespaces import ID, OIB, PREFIXES
from oib.validation.checker import check
from one_document import store_of
from projects import ROOT, copy_home
from test_queries import ARTICLE, GOLDEN, LIBRARY, answer, engine_of
from test_queries import rows as table

SLUG = "hangzhou-second-look"
FOLDER = ROOT / "tests" / "second_document"
XSD_DATE = NamedNode(PREFIXES["xsd"] + "date")
#: What each file needs beside it.
FILES = {
    "v01-document": (),
    "v02-document-with-url-and-date": (),
    "v03-base-and-claims": ("v01",),
    "v04-person-and-post": ("v01", "v03"),
    "v05-closure": ("v01", "v03", "v04"),
    "v06-criterion-met": ("v01", "v03", "v04"),
    "v07-money": ("v01", "v03", "v04"),
    "v09-second-chinese-name": ("v01", "v03"),
    "v11-page-units": (),
    "v13-two-hedges": ("v01", "v03", "v04"),
    "more": ("v01", "v03"),
    "agreement": ("v01", "v03", "more"),
}


def paths(name):
    beside = [next(FOLDER.glob(f"{start}*.ttl")) for start in FILES[name]]
    return [*beside, FOLDER / f"{name}.ttl"]


@pytest.mark.parametrize("name", FILES)
def test_a_valid_submission_passes(home_checker, name):
    report = home_checker.check_texts([(str(path), path.read_bytes()) for path in paths(name)])
    assert report.clean, [finding for finding in report.findings if finding.blocks]


def test_a_whole_amount_is_written_with_or_without_its_datatype(tmp_path):
    *beside, money = paths("v07-money")
    path = tmp_path / money.name
    text = money.read_text("utf-8")
    path.write_text(text.replace('"50000000"^^xsd:decimal', "50000000"), "utf-8")
    assert path.read_text("utf-8") != text
    assert check(ROOT, [*beside, path]).clean  # where its claim has no value yet


def enter(home, *names):
    """Enter the things of some files into a home, each in the file where it belongs."""
    lines = defaultdict(list)
    for name in names:
        for triple in turtle.parse_file(FOLDER / f"{name}.ttl", base=ID).triples:
            kind, _, slug = triple.subject.value.removeprefix(ID).partition("#")[0].partition("/")
            if kind in ("claim", "evidence"):
                kind, slug = "claim", slug.rpartition("-")[0]
            lines[f"{kind}/{slug}"].append(f"{triple} .")
    for file, statements in lines.items():
        path = home / "instances" / f"{file}.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(statements) + "\n", "utf-8")


def related(store):
    """Return the claims that agreement ties, by the names of their documents and numbers."""
    return {
        (
            quad.subject.value.removeprefix(ID + "claim/"),
            quad.predicate.value.removeprefix(OIB),
            quad.object.value.removeprefix(ID + "claim/"),
        )
        for quad in store.quads_for_pattern(None, None, None, derivation.AGREEMENT)
    }


@pytest.fixture(scope="module")
def entered(tmp_path_factory):
    home = copy_home(tmp_path_factory.mktemp("home"))
    names = [
        name for name in FILES if name not in ("v02-document-with-url-and-date", "v11-page-units")
    ]
    enter(home, *names)
    return home


def test_the_home_with_the_document_is_clean(entered):
    report = check(entered)
    assert report.clean, [finding for finding in report.findings if finding.blocks]


def test_the_document_changes_no_golden_answer_of_another(entered):
    for (folder, name), path in GOLDEN.items():
        if folder == ARTICLE:
            told = table(answer(engine_of(entered, folder), LIBRARY[name].text))
            assert told == table(path.read_text("utf-8")), name


def test_its_text_is_known_by_the_digests_however_the_description_is_written(entered):
    description = (entered / "instances" / "document" / f"{SLUG}.ttl").read_text("utf-8")
    assert "oib:hasUnit" not in description  # but the whole IRI
    assert recognize(entered, (FOLDER / "doc2.txt").read_text("utf-8")) == SLUG


def test_both_counts_are_reported_each_with_its_document(entered):
    both = Embedded(store_of(entered, ARTICLE, SLUG))
    told = table(answer(both, LIBRARY["base/count"].text))
    assert {(row[0], row[1]) for row in told} >= {("30", "2024-05"), ("36", "2025-06")}


def test_independent_documents_agree_contradict_and_give_dates_more_exactly(entered):
    look, article = f"{SLUG}/p01-", f"{ARTICLE}/"
    both = (f"{look}63", "agreesWith", f"{article}p14-08")  # a tie without direction, told turned
    exact = (f"{look}60", "refines", f"{article}p03-18")
    agreed = (f"{look}60", "agreesWith", f"{article}p03-18")
    other_year = (f"{look}61", "contradicts", f"{article}p03-16")
    other_count = (f"{look}62", "contradicts", f"{article}p02-06")
    turned = {(c, b, a) for a, b, c in (both, agreed, other_year, other_count)}
    found = related(store_of(entered, ARTICLE, SLUG))
    assert found == {both, exact, agreed, other_year, other_count} | turned


def test_a_tie_without_direction_is_told_from_one_end(entered):
    both = Embedded(store_of(entered, ARTICLE, SLUG))
    told = table(answer(both, LIBRARY["agreement/same"].text))
    assert [(row[2], row[5]) for row in told if row[0].startswith("SoCal")] == [
        ("offshore innovation base in Chengdu", "offshore innovation base in Chengdu")
    ]


def test_no_document_without_a_date_is_called_the_first_of_several(entered):
    both = Embedded(store_of(entered, ARTICLE, SLUG))
    told = {row[0]: row[2:4] for row in table(answer(both, LIBRARY["base/first-mention"].text))}
    assert told["offshore innovation base in Tianjin"] == ("", "2")
    assert told["offshore innovation base in Wuhan"][1] == "1"
    assert told["offshore innovation base in Wuhan"][0].startswith("Innovation Without Borders")


def test_a_later_count_contradicts_no_earlier_one(entered):
    ties = related(store_of(entered, ARTICLE, SLUG))
    assert not [tie for tie in ties if f"{SLUG}/p01-01" in tie]  # 36 in June 2025, 30 in May 2024


def test_the_page_says_that_a_later_document_says_otherwise(entered):
    store = Store()
    named = (quad for quad in store_of(entered, ARTICLE, SLUG) if quad.graph_name != DefaultGraph())
    store.extend(named)
    days = ((ARTICLE, "latestDate", "2025-01-31"), (SLUG, "earliestDate", "2025-07-01"))
    for slug, bound, day in days:
        dated = (NamedNode(f"{ID}document/{slug}"), NamedNode(OIB + bound))
        store.add(Quad(*dated, Literal(day, datatype=XSD_DATE), derivation.BOUNDS))
    client = Client(live_server.application(live_server.services_of(Embedded(store))))
    path = "/doc/programme/offshore-innovation-bases"
    english = claim_card(client, path, f"{ARTICLE}-p02-06")
    assert "A later document says otherwise: 31" in english  # of the same month
    assert "Another document gives a later value: 36" in english
    later = claim_card(client, path, f"{SLUG}-p01-62")
    assert "Another document says otherwise: 30" in later
    chinese = claim_card(client, f"{path}?lang=zh-Hans", f"{ARTICLE}-p02-06")
    assert "较晚的文献说法不同" in chinese
    assert "另一文献载有更晚的数值" in chinese


def claim_card(client, path, identifier):
    """Return the words of one claim on the page of a thing."""
    text = client.get(path, headers={"Accept": "text/html"}).text
    start = text.index(f'id="claim-{identifier}"')
    card = text[start : text.index("</article>", start)]
    return Page(f"<!doctype html><article {card}</article>").text


def test_a_reprint_is_no_second_voice(entered):
    ties = related(store_of(entered, ARTICLE, SLUG, "hangzhou-reprint"))
    reprinted = {tie for tie in ties if tie[0].startswith("hangzhou-reprint/")}
    assert reprinted == {("hangzhou-reprint/p01-02", "agreesWith", f"{ARTICLE}/p03-21")}


def test_who_speaks_in_two_documents_is_one_voice(entered):
    ties = related(store_of(entered, ARTICLE, SLUG))
    assert not [tie for tie in ties if f"{SLUG}/p01-64" in tie]


def test_direct_triples_say_which_document_speaks(entered):
    store = store_of(entered, ARTICLE, SLUG)
    graphs = {
        quad.graph_name.value.rpartition("/graph/")[2]
        for quad in store.quads_for_pattern(
            NamedNode(ID + "organization/shanghai-base"), NamedNode(OIB + "launchedOn"), None
        )
        if quad.graph_name != DefaultGraph()  # where the engine keeps the merge of all
    }
    assert graphs == {"direct", f"direct/{ARTICLE}", f"direct/{SLUG}"}


def test_a_name_that_a_document_gives_is_no_second_preferred_label(entered):
    store = store_of(entered, ARTICLE, SLUG)
    programme = NamedNode(ID + "programme/offshore-innovation-bases")
    labels = store.quads_for_pattern(programme, NamedNode(PREFIXES["skos"] + "prefLabel"), None)
    tags = [literal.language for literal in {quad.object for quad in labels}]
    assert sorted(tags) == ["en", "zh-hans"]
    names = store.quads_for_pattern(programme, NamedNode(OIB + "hasName"), None)
    assert "海外人才离岸创新创业基地" in {quad.object.value for quad in names}


def test_the_command_takes_relative_paths_and_a_patch_of_one_claim(home, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    patch = "tests/second_document/v12-patch-of-one-claim.ttl"
    assert cli.main(["check", "--home", str(home), patch]) == 0
    assert "1 changed" in capsys.readouterr().out
