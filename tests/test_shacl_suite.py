"""The W3C SHACL suite: through the check's way of evaluating shapes, and through pySHACL alone."""

import logging
from collections import Counter
from pathlib import Path

import pytest
import yaml

import shacl_suite
from oib.validation.shacl import Validator, validate_with_pyshacl

CASES = shacl_suite.cases()
FAILURES = yaml.safe_load((Path(__file__).parent / "shacl_failures.yaml").read_text("utf-8"))
NONE = [pytest.param("none", marks=pytest.mark.skip(reason=shacl_suite.MISSING))]


def check(shapes, data):
    """Evaluate the way of the check: compiled constraints, the other shapes by pySHACL."""
    return Validator(shapes).validate(shacl_suite.store_of(data)).results


def pyshacl(shapes, data):
    return tuple(validate_with_pyshacl(data, shapes))


def passes(case, engine):
    """Return whether an engine gives the results that a test wants, or the failure."""
    shapes, data = shacl_suite.triples(case.shapes), shacl_suite.triples(case.data)
    try:
        results = engine(shapes, data)
    except Exception:  # whatever it raises, it has failed
        return case.expected is None
    return shacl_suite.key_counts(results) == case.expected


@pytest.fixture(autouse=True)
def quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_the_suite_is_here():
    if not CASES:
        pytest.skip(shacl_suite.MISSING)
    folders = Counter(name.partition("/")[0] for name in CASES)
    failures = sum(case.expected is None for case in CASES.values())
    assert (folders, failures) == ({"core": 98, "sparql": 22}, 7)


@pytest.mark.filterwarnings("ignore:Parsing weird boolean")  # what rdflib says of one case
@pytest.mark.parametrize("engine", [check, pyshacl])
@pytest.mark.parametrize("name", CASES or NONE)
def test_case(name, engine):
    reason = FAILURES.get(name, {}).get(engine.__name__)
    assert passes(CASES[name], engine) == (reason is None), reason


def test_the_check_fails_nowhere_but_where_pyshacl_does():
    for name, reasons in FAILURES.items():
        assert not CASES or name in CASES
        assert all(reason.endswith(".") for reason in reasons.values())
        assert {"pyshacl"} <= set(reasons) <= {"check", "pyshacl"}


def test_most_cases_are_evaluated_by_compiled_constraints():
    if not CASES:
        pytest.skip(shacl_suite.MISSING)
    shapes = (shacl_suite.triples(case.shapes) for case in CASES.values())
    compiled = [Validator(each).compiled for each in shapes]
    assert sum(not each.rest for each in compiled) > 30


@pytest.mark.parametrize("change", [lambda found: found[1:], lambda found: (*found, found[0])])
def test_a_missing_or_repeated_result_is_noticed(change):
    if not CASES:
        pytest.skip(shacl_suite.MISSING)
    case = CASES["core/property/class-001"]
    assert passes(case, check)
    assert not passes(case, lambda *graphs: change(check(*graphs)))
