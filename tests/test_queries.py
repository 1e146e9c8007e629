"""Every saved query gives the golden answer, checked by hand, on both engines."""

import csv
import io

import pytest
import rdflib
from pyoxigraph import QueryResultsFormat

from homes import ROOT
from oib.library import Library

GOLDEN = ROOT / "tests" / "golden"
LIBRARY = Library(ROOT)
NAMES = [query.name for query in LIBRARY]

# Where the engines may differ, and why.
DIFFERENT: dict[str, str] = {}


@pytest.fixture(scope="session")
def peer(store):
    """The union of all graphs in rdflib."""
    lines = {f"{quad.triple} ." for quad in store}
    return rdflib.Graph().parse(data="\n".join(lines), format="nt")


def rows(text):
    """Return the rows of a CSV answer, sorted; lists within a cell have no order of their own."""
    return sorted(
        tuple("; ".join(sorted(cell.split("; "))) for cell in row)
        for row in csv.reader(io.StringIO(text))
    )


def answer(store, text):
    found = store.query(text, use_default_graph_as_union=True)
    return found.serialize(format=QueryResultsFormat.CSV).decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_query_gives_its_golden_answer(store, name):
    golden = (GOLDEN / f"{name}.csv").read_text("utf-8")
    assert rows(answer(store, LIBRARY[name].text)) == rows(golden)


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_query_gives_the_same_answer_on_rdflib(store, peer, name):
    text = LIBRARY[name].text
    other = peer.query(text).serialize(format="csv").decode()
    if name in DIFFERENT:
        assert rows(other) != rows(answer(store, text)), "no longer differs: strike it off the list"
    else:
        assert rows(other) == rows(answer(store, text))


@pytest.mark.parametrize("name", NAMES)
def test_a_header_names_the_columns_of_the_answer(store, name):
    header = answer(store, LIBRARY[name].text).splitlines()[0]
    assert tuple(header.split(",")) == LIBRARY[name].columns


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_query_asks_its_question_in_both_languages(name):
    question = LIBRARY[name].question
    assert question["en"].endswith("?")
    assert question["zh-Hans"].endswith("?")


def test_no_golden_answer_is_left_over():
    files = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.csv")}
    assert files == set(NAMES)


def test_the_questions_of_the_eight_units_are_covered():
    asked = {query.answers for query in LIBRARY} - {""}
    units = "P01 P03 P05 P06 P09 P10 P11 P16 P17 P18 P22 P23"
    assert {f"CQ-{number}" for number in units.split()} <= asked
