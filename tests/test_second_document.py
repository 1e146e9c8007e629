"""An invented second document, entered as a curator would: it passes, and disturbs nothing."""

from collections import defaultdict

import pytest

from oib import turtle
from oib.engine.embedded import Embedded
from oib.namespaces import ID
from oib.validation.checker import check
from one_document import store_of
from projects import ROOT, copy_home
from test_queries import ARTICLE, GOLDEN, LIBRARY, answer, engine_of
from test_queries import rows as table

SLUG = "hangzhou-second-look"
FOLDER = ROOT / "tests" / "second_document"
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
}


def paths(name):
    beside = [next(FOLDER.glob(f"{start}*.ttl")) for start in FILES[name]]
    return [*beside, FOLDER / f"{name}.ttl"]


@pytest.mark.parametrize("name", FILES)
def test_a_valid_submission_passes(home, name):
    report = check(home, paths(name))
    assert report.clean, [finding for finding in report.findings if finding.blocks]


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


def test_both_counts_are_told_each_with_its_document(entered):
    both = Embedded(store_of(entered, ARTICLE, SLUG))
    told = table(answer(both, LIBRARY["base/count"].text))
    assert {(row[0], row[1]) for row in told} >= {("30", "2024-05"), ("36", "2025-06")}
