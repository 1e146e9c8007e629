"""The list of differences between engine and standard: true, complete in both languages."""

import re

import pytest
from pyoxigraph import Store

from oib.engine.differences import DIFFERENCES
from oib.engine.embedded import Embedded

NAMES = [difference.name for difference in DIFFERENCES]


@pytest.fixture(params=DIFFERENCES, ids=NAMES)
def difference(request):
    return request.param


def value(difference, text):
    store = Store()
    store.update(f"INSERT DATA {{ GRAPH <urn:g> {{ {difference.data} }} }}")
    header, row = Embedded(store).query(text, "text/csv").decode().split("\r\n")[:2]
    assert "," not in header
    return row


def test_the_engine_still_differs(difference):
    """If this fails, the engine was mended: remove the entry."""
    assert value(difference, difference.example) == difference.actual != difference.expected


def test_what_to_write_instead_gives_what_is_expected(difference):
    assert value(difference, difference.instead) == difference.expected


def test_texts_are_there_in_both_languages(difference):
    for texts in (difference.title, difference.explanation):
        assert texts.keys() == {"en", "zh-Hans"}
        assert re.search("[\u4e00-\u9fff]", texts["zh-Hans"])
        assert not re.search("[\u4e00-\u9fff]", texts["en"])


def test_names_are_unique():
    assert len(set(NAMES)) == len(NAMES)


def test_no_saved_query_counts_over_alternative_paths(home):
    """Their answers must not depend on whether p|q keeps duplicates."""
    path = re.compile(r"[\w>)]\s*\|\s*[\^(]?\s*[\w<]")
    for file in sorted((home / "queries").rglob("*.rq")):
        text = "\n".join(line for line in file.read_text("utf-8").splitlines() if line[:2] != "#+")
        if path.search(re.sub(r"\|\|", " ", text)) and "SELECT" in text:
            assert not re.search(r"\b(?:COUNT|SUM|AVG)\s*\((?!\s*DISTINCT)", text), file
