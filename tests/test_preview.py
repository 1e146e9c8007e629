"""Previews of answers: bounded in rows, columns, cells and triples, whatever the answer holds."""

import json
import time

import pytest

from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.engine.preview import Preview, PreviewLimits
from oib.errors import BadQuery
from oib.sparql.dataset import Dataset
from oib.workers.engine import WorkerEngine

SMALL = PreviewLimits(rows=3, columns=2, cell=10, triples=2, size=200, counted=20)
DIGITS = "VALUES ?n { 1 2 3 4 5 6 7 8 9 }"


@pytest.fixture(scope="module")
def workers(snapshot):
    engine = WorkerEngine(snapshot.directory, Limits(seconds=20.0))
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=["embedded", "workers"])
def engine(request, snapshot):
    """The same answers whether the preview is made in this process or in a worker."""
    if request.param == "embedded":
        return Embedded(snapshot.store())  # a store of its own: its default graph is filled
    return request.getfixturevalue("workers")


def preview(engine, text, limits=SMALL, dataset=Dataset()):  # noqa: B008  # it is frozen
    return engine.session("test").preview(text, dataset, limits)


def test_a_small_answer_is_whole(engine):
    found = preview(engine, "SELECT ?a ?b { VALUES (?a ?b) { (<urn:x> 'é'@fr) (1 UNDEF) } }")
    assert found.columns == ("a", "b")
    assert [[cell and cell[:2] for cell in row] for row in found.rows] == [
        [("urn:x", "uri"), ("é", "literal")],
        [("1", "literal"), None],
    ]
    assert found.rows[0][1].language == "fr"
    assert found.rows[1][0].datatype.endswith("#integer")
    assert (found.total, found.is_cut, found.has_cut_cells, found.omitted_columns) == (2, 0, 0, 0)


def test_more_rows_are_counted_but_not_held(engine):
    found = preview(engine, f"SELECT ?n {{ {DIGITS} }}")
    assert (len(found.rows), found.total, found.is_cut) == (3, 9, True)
    many = preview(engine, f"SELECT ?n ?m {{ {DIGITS} {DIGITS.replace('?n', '?m')} }}")
    assert (len(many.rows), many.total, many.is_cut) == (3, None, True)


def test_more_columns_are_not_held(engine):
    found = preview(engine, f"SELECT {' '.join(f'?v{n}' for n in range(400))} {{ BIND(1 AS ?v1) }}")
    assert found.columns == ("v0", "v1")
    assert found.omitted_columns == 398


def test_long_texts_are_cut_and_say_so(engine):
    found = preview(engine, f"SELECT ('{'é' * 50}' AS ?a) (<urn:{'x' * 50}> AS ?b) {{}}")
    text, iri = found.rows[0]
    assert text.text == "é" * 10 + "…"
    assert (iri.text, iri.kind) == ("urn:xxxxxx…", "literal")  # half an IRI is no link
    assert found.has_cut_cells


def test_a_graph_is_cut_after_some_triples(engine):
    text = f"CONSTRUCT {{ <urn:s> <urn:p> ?n, '{'x' * 50}' }} WHERE {{ {DIGITS} }}"
    found = preview(engine, text)
    assert found.turtle.count("<urn:p>") <= 2
    assert found.is_cut
    assert "x" * 11 not in found.turtle


def test_an_ask_is_a_boolean(engine):
    assert preview(engine, "ASK {}").boolean is True
    assert preview(engine, "ASK { FILTER(false) }").boolean is False


def test_triple_terms_are_turtle_however_deep(engine):
    term = "<urn:a>"
    for _ in range(3):
        term = f"<<( <urn:s> <urn:p> {term} )>>"
    found = preview(engine, f"SELECT ?t {{ VALUES ?t {{ {term} }} }}", PreviewLimits())
    assert found.rows[0][0].kind == "triple"
    assert found.rows[0][0].text == term
    deep = "<<( <urn:s> <urn:p> " * 300 + "<urn:a>" + " )>>" * 300
    found = preview(engine, f"SELECT ?t {{ VALUES ?t {{ {deep} }} }}", PreviewLimits())
    assert found.rows[0][0].text.startswith("<<(")


def test_errors_are_those_of_queries(engine):
    with pytest.raises(BadQuery):
        preview(engine, "SELECT * {")


def test_a_preview_of_a_wide_and_long_answer_is_small(workers):
    columns = " ".join(f"?v{n}" for n in range(150))
    text = f"SELECT {columns} {{ ?s ?p ?o . ?a ?b ?c BIND('{'x' * 5000}' AS ?v1) }} LIMIT 20000"
    start = time.monotonic()
    found = preview(workers, text, PreviewLimits())
    assert time.monotonic() - start < 15
    assert len(found.to_json()) < 4 * PreviewLimits().size
    assert (len(found.columns), found.total) == (50, 20_000)


def test_a_preview_goes_through_json():
    found = Preview(columns=("a",), rows=((None,),), total=1)
    assert Preview.from_json(found.to_json()) == found
    assert json.loads(found.to_json())["boolean"] is None
