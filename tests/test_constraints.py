"""Compiled constraints give what pySHACL gives, on the good data and on every bad file."""

import logging
from collections import Counter

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

import shacl_verdicts  # noqa: F401  (pySHACL reads each query once)
from faulty_data import BAD, load, load_faulty_data, result_key, triples
from oib.namespaces import OIB
from oib.validation.dependencies import Dependencies
from oib.validation.shacl import Validator, validate_with_pyshacl
from oib.validation.shape_graph import SH, ShapeGraph
from projects import ROOT

DEACTIVATED = NamedNode(f"{SH}deactivated")


@pytest.fixture(scope="module")
def validator():
    return Validator(triples(ROOT / "shapes"))


@pytest.fixture
def quiet():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_every_shape_of_ours_is_compiled(validator):
    assert not validator.compiled.rest
    sources = {constraint.rule for constraint in validator.compiled.constraints}
    graph = ShapeGraph(validator.triples)
    written = {
        rule.value
        for name in ("property", "sparql")
        for shape in graph.subjects(name)
        for rule in graph.objects(shape, name)
    }
    assert written <= sources


def test_everything_that_our_shapes_read_can_be_followed(validator):
    dependencies = Dependencies(validator.compiled.constraints)
    assert dependencies.unfollowed(set()) == frozenset()
    # Which claims hold the text of a passage, only looking at all of them can tell.
    assert {rule[-6:] for rule in dependencies.unfollowed({OIB + "passageDigest"})} == {"TXT-02"}


@pytest.mark.slow
def test_all_bad_files_at_once_give_the_same_results_both_ways(validator, quiet):
    store = load_faulty_data()
    # Rules that call functions of ours are deactivated for other engines.
    computed = {t.subject.value for t in validator.triples if t.predicate == DEACTIVATED}
    results = [each for each in validator.validate(store).results if each.rule not in computed]
    ours = Counter(map(result_key, results))
    data = [quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph())]
    theirs = Counter(map(result_key, validate_with_pyshacl(data, validator.triples)))
    assert sum(ours.values()) > len(BAD)
    assert ours == theirs


def test_a_shape_that_is_not_compiled_is_left_to_pyshacl(quiet):
    text = f"""
        @prefix sh: <{SH}> . @prefix e: <http://e/> .
        e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property e:P .
        e:P sh:path e:p ; sh:or ( [ sh:nodeKind sh:IRI ] [ sh:minLength 3 ] ) .
        e:T a sh:NodeShape ; sh:targetClass e:C ; sh:property e:Q .
        e:Q sh:path e:q ; sh:minCount 1 .
    """
    shapes = [quad.triple for quad in parse(text, RdfFormat.TURTLE)]
    validator = Validator(shapes)
    assert len(validator.compiled.rest) == 1
    data = '<http://e/x> a <http://e/C> ; <http://e/p> "a" .'
    store = Store()
    store.extend(Quad(*quad.triple) for quad in parse(data, RdfFormat.TURTLE))
    found = {result.component for result in validator.validate(store).results}
    assert found == {"OrConstraintComponent", "MinCountConstraintComponent"}


def test_the_graphs_of_a_validation_do_not_stay_in_the_store(validator):
    store = load(ROOT / "ontology")
    before = len(store)
    validator.validate(store)
    assert (len(store), list(store.named_graphs())) == (before, [])
