"""Constraints that compare things with each other: the same results, and no time by the square."""

import random
import re
import time

import pytest
from pyoxigraph import NamedNode, Quad, Store

from crowded_data import CrowdedData
from oib.namespaces import ID, OIB, OIBS, PREFIXES
from oib.validation import constraints as compiling
from oib.validation.constraints import FOCUS, HAS_FOCUS, IS_IN_CYCLE
from oib.validation.cycles import strongly_connected_components
from oib.validation.dependencies import parse_patterns
from oib.validation.negation import filter_early
from oib.validation.shacl import Validator, evaluate
from projects import ROOT
from test_constraints import triples

KINDS, TRIES = (5, 9, 16), 12


@pytest.fixture(scope="module")
def shapes():
    return list(triples(ROOT / "shapes"))


@pytest.fixture(scope="module")
def written(shapes):
    """The SPARQL constraints, with the query as it stands in the shapes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "filter_early", lambda query: query)
        return Validator(shapes).compiled.constraints


@pytest.fixture(scope="module")
def compiled(shapes):
    return Validator(shapes).compiled.constraints


def results(constraint, store, many):
    return {(each.focus, each.path, each.value) for each in evaluate(constraint, store, many=many)}


def test_a_grouped_query_and_an_early_filter_give_the_results_of_the_query(written, compiled):
    found, differ = set(), []
    for plain, ours in zip(written, compiled, strict=True):
        if (plain.query == ours.query and not ours.grouped) or IS_IN_CYCLE in ours.grouped:
            continue
        for seed in range(TRIES):
            data = CrowdedData(ours, seed)
            store = data.store(KINDS[seed % len(KINDS)])
            wanted = results(plain, store, many=False)
            found |= {ours.rule} if wanted else set()
            differ += [
                (ours.rule, seed, many)
                for many in (False, True)
                if results(ours, store, many) != wanted
            ]
    assert not differ
    named = {OIBS + "CYC-01", OIBS + "GRF-09"}  # found by the names of claims, see below
    assert found >= {each.rule for each in compiled if each.grouped} - named


@pytest.mark.parametrize("seed", range(20))
def test_claims_with_evidence_of_another_unit_are_found_both_ways(compiled, seed):
    [rule] = [each for each in compiled if each.rule == OIBS + "GRF-09"]
    rng, store, wanted = random.Random(seed), Store(), set()
    for number in range(12):
        unit = rng.choice(("p01", "p02"))
        name = f"{ID}claim/doc/{unit}-{number:02}" if rng.random() < 0.9 else f"{ID}claimed/x"
        claim = NamedNode(name)
        store.add(Quad(NamedNode(rule.target), NamedNode(HAS_FOCUS), claim, NamedNode(FOCUS)))
        cited = rng.sample(range(9), rng.randrange(4))
        for at in cited:
            evidence = NamedNode(f"{ID}evidence/doc/{at}")
            store.add(Quad(claim, NamedNode(OIB + "hasEvidence"), evidence))
            if at < 8:  # one evidence is in no unit
                place = NamedNode(f"{ID}document/doc#p0{at % 3 + 1}")
                store.add(Quad(evidence, NamedNode(OIB + "inUnit"), place))
        if "claim/" in name and not any(f"p0{at % 3 + 1}" == unit for at in cited if at < 8):
            wanted |= {(name, f"{ID}evidence/doc/{at}") for at in cited if at < 8}
    for many in (False, True):
        found = {(each.focus.value, each.value.value) for each in evaluate(rule, store, many=many)}
        assert found == wanted


def test_only_for_many_focus_nodes_is_everything_grouped(compiled):
    asked = []

    class Recorder:
        def query(self, text, **options):
            asked.append(text)
            return Store().query(text, **options)

        def quads_for_pattern(self, *pattern):
            return iter(())

    grouped = [each for each in compiled if each.grouped]
    for many in (False, True):
        for each in grouped:
            list(evaluate(each, Recorder(), many=many))
    few, all_nodes = asked[: len(grouped)], asked[len(grouped) :]
    assert all_nodes == [each.grouped for each in grouped]
    assert [text for text in few if "GROUP BY" in text] == []


#: Rules that compare the values of one property of a thing with each other.
OF_VALUES = ("GRF-09", "GRF-13", "SRC-03", "SRC-04")


@pytest.mark.parametrize("rule", OF_VALUES)
def test_many_values_of_one_property_are_not_paired(compiled, rule):
    [constraint] = [each for each in compiled if each.rule == OIBS + rule]
    claim = NamedNode(f"{ID}claim/the-document/p13-01")

    def seconds(number):
        store = Store()
        backing = "joint" if rule == "SRC-04" else "sentence"
        values = [("hasBacking", f"{PREFIXES['oibv']}backing-{backing}")]
        for at in range(number):
            values += [("citesSource", f"{ID}document/d-{at}")]
            values += [("hasHedge", f"{PREFIXES['oibv']}hedge-{at or 'none'}")]
            values += [("hasEvidence", f"{ID}evidence/the-document/p14-{at}")]
        for name, value in values:
            store.add(Quad(claim, NamedNode(OIB + name), NamedNode(value)))
            if name == "hasEvidence":
                unit = NamedNode(f"{ID}document/the-document#p14")
                store.add(Quad(NamedNode(value), NamedNode(OIB + "inUnit"), unit))
        target, focus = NamedNode(constraint.target), NamedNode(FOCUS)
        store.add(Quad(target, NamedNode(HAS_FOCUS), claim, focus))
        began = time.process_time()
        found = list(evaluate(constraint, store, many=True))
        assert bool(found) == (rule != "SRC-04")
        return time.process_time() - began

    few, many = (min(seconds(number) for _ in range(3)) for number in (1000, 4000))
    assert many < 8 * max(few, 0.002)  # by the square, 16 times


def test_many_classes_that_nobody_declares_are_not_paired(compiled):
    [constraint] = [each for each in compiled if each.rule == OIBS + "GRF-11"]
    thing = NamedNode(f"{ID}organization/of-many-classes")
    a, focus = NamedNode(PREFIXES["rdf"] + "type"), NamedNode(FOCUS)
    store = Store()
    store.extend(Quad(*triple) for triple in triples(ROOT / "ontology"))
    store.add(Quad(NamedNode(constraint.target), NamedNode(HAS_FOCUS), thing, focus))
    store.extend(Quad(thing, a, NamedNode(OIB + name)) for name in ("Organization", "Claim"))

    def seconds(number):
        store.extend(Quad(thing, a, NamedNode(f"{OIB}No{at}")) for at in range(number))
        began = time.process_time()
        assert len(list(evaluate(constraint, store, many=False))) == 2
        return time.process_time() - began

    few, many = seconds(100), seconds(3000)
    assert many < 10 * max(few, 0.01)  # by the square, some hundred times


def reached(patterns, known):
    """Return the variables to which patterns lead from subject to object, from known ones on."""
    known = set(known)
    while True:
        more = {
            end
            for each in patterns
            if each.subject in known
            for end in (each.path.term, each.object)
            if end.startswith("?")
        } - known
        if not more:
            return known
        known |= more


def flat(group):
    for union in group.unions:
        for each in union:
            yield from flat(each)
    yield from group.patterns


def test_a_rule_that_looks_at_what_shares_a_value_with_its_focus_node_groups_first(compiled):
    pairwise = set()
    for each in compiled:
        if each.component != "SPARQLConstraintComponent" or "is-in-cycle" in each.grouped:
            continue
        text = re.sub(r"GRAPH <[^>]*> {[^}]*}", "", each.grouped or each.reads)
        patterns = list(flat(parse_patterns(text)))
        known = reached(patterns, ["?this"])
        others = {p.subject for p in patterns if p.subject.startswith("?")} - known
        # From the focus node itself back to what names it, the ways are as many as statements.
        others -= {p.subject for p in patterns if p.object == "?this"}
        # What a nested SELECT groups has names of its own.
        pairwise |= {(each.rule[-6:], name) for name in others if "_" not in name}
    assert pairwise == set()


def test_each_optional_that_must_be_absent_is_followed_by_its_filter():
    query = """SELECT $this WHERE { $this a ?c .
        OPTIONAL { ?x <p:a> $this } OPTIONAL { ?y <p:b> $this . FILTER(?y != $this) }
        OPTIONAL { $this <p:c> ?z } FILTER(!BOUND(?x) && !BOUND(?y) && !BOUND(?z)) }"""
    early = filter_early(query)
    assert "$this } FILTER(!BOUND(?x)) } OPTIONAL" in " ".join(early.split())
    assert early.count("{") == early.count("}") == query.count("{") + 2
    used = query.replace("$this WHERE", "$this ?x ?y WHERE")
    either = query.replace("&&", "||")
    assert (filter_early(used), filter_early(either)) == (used, either)


def test_components_of_a_graph_are_those_that_lead_to_each_other():
    chain = {n: [n + 1] for n in range(5000)}
    assert len(set(strongly_connected_components(chain).values())) == 5001
    components = strongly_connected_components({**chain, 5000: [2500], 7: [8, 9], 8: [8]})
    assert len({components[n] for n in range(2500, 5001)}) == 1
    assert len(set(components.values())) == 2501


@pytest.mark.parametrize("length", [2, 3, 4, 5, 40])
def test_a_circle_of_claims_is_found_however_long_it_is(compiled, length):
    [rule] = [each for each in compiled if each.rule.endswith("CYC-01")]
    store = Store()

    def claim(name, subject, value, predicate="isPartOf", document="a"):
        parts = {
            "claimSubject": NamedNode(f"{ID}place/{subject}"),
            "claimPredicate": NamedNode(OIB + predicate),
            "claimObject": NamedNode(f"{ID}place/{value}"),
            "isReportedIn": NamedNode(f"{ID}document/{document}"),
        }
        node = NamedNode(f"{ID}claim/{name}")
        store.extend(Quad(node, NamedNode(OIB + part), parts[part]) for part in parts)
        store.add(Quad(NamedNode(rule.target), NamedNode(HAS_FOCUS), node, NamedNode(FOCUS)))
        return node

    circle = {claim(f"c{n}", n, (n + 1) % length) for n in range(length)}
    claim("leads-in", "outside", 0)
    claim("back-elsewhere", 0, "outside", document="b")
    claim("back-otherwise", 0, "outside", predicate="isLocatedIn")
    claim("itself", "alone", "alone")
    for many in (False, True):
        assert {each.focus for each in evaluate(rule, store, many=many)} == circle
