"""Every saved query gives the golden answer, checked by hand, on both engines."""

import csv
import io
import warnings

import pytest
import rdflib

from oib.engine.embedded import Embedded
from oib.namespaces import GRAPH
from oib.saved_queries import Library
from projects import ROOT

GOLDEN = ROOT / "tests" / "golden"
LIBRARY = Library(ROOT)
NAMES = [query.name for query in LIBRARY]

# Where the engines differ, and why.
DIFFERENT = {
    "claim/stated-or-not": "rdflib drops a row of VALUES joined with OPTIONAL (RDFLib/rdflib#2332)",
}


@pytest.fixture(scope="session")
def union(store):
    """The union of all graphs in rdflib."""
    lines = {f"{quad.triple} ." for quad in store}
    return rdflib.Graph().parse(data="\n".join(lines), format="nt")


@pytest.fixture(scope="session")
def dataset(store, union):
    """The union as default graph, and the direct graph by its name, in rdflib."""
    direct = rdflib.URIRef(GRAPH + "direct")
    lines = "\n".join(f"{q.triple} ." for q in store if q.graph_name.value == str(direct))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's of its own classes
        both = rdflib.Dataset()
        both.default_graph.__iadd__(union)
        both.graph(direct).parse(data=lines, format="nt")
    return both


def ask_rdflib(graph, text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return graph.query(text).serialize(format="csv").decode()


def rows(text):
    """Return the rows of a CSV answer, sorted; lists within a cell have no order of their own."""
    return sorted(
        tuple("; ".join(sorted(cell.split("; "))) for cell in row)
        for row in csv.reader(io.StringIO(text))
    )


@pytest.fixture(scope="session")
def engine(snapshot):
    return Embedded(snapshot.store())


def answer(engine, text):
    return engine.query(text, "text/csv").decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_query_gives_its_golden_answer(engine, name):
    golden = (GOLDEN / f"{name}.csv").read_text("utf-8")
    assert rows(answer(engine, LIBRARY[name].text)) == rows(golden)


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_query_gives_the_same_answer_on_rdflib(engine, union, request, name):
    text = LIBRARY[name].text
    graph = request.getfixturevalue("dataset") if "GRAPH <" in text else union
    same = rows(ask_rdflib(graph, text)) == rows(answer(engine, text))
    assert same is (name not in DIFFERENT), DIFFERENT.get(name, "the engines differ")


@pytest.mark.parametrize("name", NAMES)
def test_a_header_names_the_columns_of_the_answer(engine, name):
    header = answer(engine, LIBRARY[name].text).splitlines()[0]
    assert tuple(header.split(",")) == LIBRARY[name].columns


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_query_asks_its_question_in_both_languages(name):
    question = LIBRARY[name].question
    assert question["en"].endswith("?")
    assert question["zh-Hans"].endswith("?")


def test_no_golden_answer_is_left_over():
    files = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.csv")}
    assert files == set(NAMES)


def test_all_public_questions_have_a_query_each():
    asked = sorted(query.answers for query in LIBRARY if query.answers)
    assert asked == [f"CQ-P{number:02}" for number in range(1, 26)]


def test_at_least_twenty_five_more_questions_are_asked():
    assert sum(not query.answers for query in LIBRARY) >= 25
