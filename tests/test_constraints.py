"""Compiled constraints give what pySHACL gives, on the good data and on every bad file."""

import logging
from collections import Counter

import pytest
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

import shacl_verdicts  # noqa: F401  (pySHACL reads each query once)
from oib.namespaces import ID, OIB
from oib.validation.dependencies import Dependencies
from oib.validation.shacl import Validator, validate_with_pyshacl
from oib.validation.shape_graph import SH, ShapeGraph
from projects import ROOT

DEACTIVATED = NamedNode(f"{SH}deactivated")
BAD = sorted((ROOT / "tests" / "bad").rglob("*.ttl"))


def triples(*paths):
    for path in paths:
        for file in sorted(path.rglob("*.ttl")) if path.is_dir() else [path]:
            text = file.read_text("utf-8")
            for quad in parse(text, RdfFormat.TURTLE, base_iri=ID, rename_blank_nodes=True):
                yield quad.triple


def load(*paths):
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples(*paths))
    return store


def with_names_of_their_own(files):
    """Yield the triples of files that describe the same names, each file with names of its own."""
    for number, path in enumerate(files):
        found = list(triples(path))
        own = {t.subject for t in found if isinstance(t.subject, NamedNode)}
        names = {node: NamedNode(f"{node.value}{number:03}") for node in own}
        for t in found:
            yield Quad(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object))


@pytest.fixture(scope="module")
def validator():
    return Validator(triples(ROOT / "shapes"))


@pytest.fixture
def quiet():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def key(result):
    """Return what two engines must say alike; the names of blank nodes are each engine's own."""
    terms = (result.focus, result.path, result.value)
    shown = ("_:" if isinstance(term, BlankNode) else str(term) for term in terms)
    return (result.rule, result.severity, result.component, *shown)


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
    # pySHACL asks once for each claim: with all claims of the home it takes many minutes.
    kinds = [path for path in (ROOT / "instances").iterdir() if path.is_dir()]
    store = load(ROOT / "ontology", *(path for path in kinds if path.name != "claim"))
    store.extend(with_names_of_their_own(BAD))
    # Rules that call functions of ours are deactivated for other engines.
    computed = {t.subject.value for t in validator.triples if t.predicate == DEACTIVATED}
    results = [each for each in validator.validate(store).results if each.rule not in computed]
    ours = Counter(map(key, results))
    data = [quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph())]
    theirs = Counter(map(key, validate_with_pyshacl(data, validator.triples)))
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
