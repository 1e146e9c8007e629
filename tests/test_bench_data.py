"""The generated data of the bench, and the queries over them."""

from collections import Counter
from urllib.parse import unquote

import pytest
from pyoxigraph import RdfFormat, Store, parse

from bench import (
    generator,
    http_client,
)
from bench.query_shapes import SHAPES, never_seen
from oib.namespaces import GRAPH, ID, OIB
from oib.saved_queries import SavedQuery


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    number = generator.write(10_000, folder / "data.nq", folder / "data.nt")
    return number, folder / "data.nq", folder / "data.nt"


@pytest.fixture(scope="module")
def filled(data):
    store = Store()
    store.bulk_load(path=str(data[2]), format=RdfFormat.N_TRIPLES)
    return store


def test_generated_data_are_as_many_as_asked_for_and_parse(data):
    number, quads, triples = data
    assert 10_000 <= number < 10_050
    wide = list(parse(path=str(quads), format=RdfFormat.N_QUADS))
    narrow = list(parse(path=str(triples), format=RdfFormat.N_TRIPLES))
    assert len(wide) == len(narrow) == number
    assert {quad.triple for quad in wide} == {quad.triple for quad in narrow}
    assert all(quad.graph_name.value.startswith(GRAPH) for quad in wide)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others(data, tmp_path):
    generator.write(10_000, tmp_path / "again.nq", tmp_path / "again.nt")
    assert (tmp_path / "again.nq").read_bytes() == data[1].read_bytes()
    generator.write(10_000, tmp_path / "other.nq", tmp_path / "other.nt", seed=1)
    assert (tmp_path / "other.nq").read_bytes() != data[1].read_bytes()


def test_generated_data_use_terms_of_the_ontology_only(data, stated):
    used = {
        term.value
        for quad in parse(path=str(data[1]), format=RdfFormat.N_QUADS)
        for term in (quad.predicate, quad.object)
        if getattr(term, "value", "").startswith(OIB)
    }
    assert used
    assert used <= {str(term) for term in stated.subjects()}


def test_a_few_things_have_most_of_the_claims(filled):
    pairs = filled.query(
        f"SELECT ?s WHERE {{ ?c <{OIB}claimSubject> ?s . ?s a <{OIB}OffshoreBase> }}"
    )
    numbers = sorted(Counter(str(row["s"]) for row in pairs).values(), reverse=True)
    assert numbers[0] > 3 * numbers[len(numbers) // 2]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_query_shape_has_the_same_answer_in_every_variant_of_its_text(shape, filled):
    rows = {str(row) for row in filled.query(shape.text)}
    assert rows == {str(row) for row in filled.query(shape.with_comment(7))}
    assert rows or shape.name == "regex"


def test_heavy_shapes_are_saved_queries_too_with_their_columns(tmp_path, filled):
    for shape in (each for each in SHAPES if each.heavy):
        path = tmp_path / f"{shape.slug}.rq"
        path.write_text(shape.as_saved_query, "utf-8")
        saved = SavedQuery.load(path, tmp_path)
        solutions = filled.query(saved.text)
        assert [f"?{name}" for name in saved.columns] == [str(v) for v in solutions.variables]


def test_there_are_fourteen_shapes_and_no_small_query_comes_twice(filled):
    assert len({shape.text for shape in SHAPES}) == 14
    things = ["organization/base-3", "organization/base-4"]
    queries = never_seen(lambda text: http_client.encode_get("/", "a/b", query=text), things)
    lines = [next(queries).split()[1].decode() for _ in range(50)]
    texts = [unquote(line.partition("query=")[2]) for line in lines]
    assert len(set(texts)) == 50
    assert list(filled.query(texts[0]))


def test_names_are_paths_below_the_base_of_things():
    assert generator.names_of("base", 10_000)[3] == "organization/base-3"
    assert ID.endswith("/id/")
