"""Set-wise constraints give what pySHACL alone gives, on the good data and on every bad file."""

import pytest
from rdflib import BNode, Graph
from rdflib.namespace import SH

from oib.validation.shacl import validate
from oib.validation.sparql_constraints import constraints
from projects import ROOT

BAD = sorted((ROOT / "tests" / "bad").glob("*.ttl"))


def read(*folders):
    graph = Graph()
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.ttl")):
            graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def shapes():
    return read("shapes")


def results(graph, shapes, setwise):
    found = validate(graph, shapes, setwise=setwise)
    return {  # the names of blank nodes are nobody's but the engine's
        (each.rule, each.focus, each.value, each.severity)
        for each in found
        if not isinstance(each.focus, BNode)
    }


def test_most_sparql_rules_can_be_asked_setwise(shapes):
    asked = {constraint.node for constraint in constraints(shapes)}
    assert len(asked) > 0.8 * len(set(shapes.objects(None, SH.sparql)))


@pytest.mark.slow
def test_all_bad_files_at_once_give_the_same_results_both_ways(shapes):
    graph = read("ontology", "instances")
    for path in BAD:
        graph.parse(path)
    one, other = (results(graph, shapes, setwise) for setwise in (True, False))
    assert len(one) > len(BAD)
    assert one == other
