"""The W3C Turtle suite as test cases, and what it takes to compare graphs."""

import os
from pathlib import Path

import pyoxigraph as ox
import pytest

BESIDE = Path(__file__).parents[2] / "shared" / "w3c"
SUITE = Path(os.environ.get("W3C_TESTS", BESIDE)) / "turtle"
HOME = "https://w3c.github.io/rdf-tests/rdf/rdf11/rdf-turtle/"
MANIFEST = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#action"
MISSING = f"no W3C tests at {SUITE}: set W3C_TESTS to a folder that holds turtle/"


def cases(*kinds):
    """Return the input files of the given kinds of tests: Eval, PositiveSyntax, NegativeSyntax."""
    if not (SUITE / "manifest.ttl").is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=MISSING))]
    found = ox.Store()
    found.load(path=SUITE / "manifest.ttl", base_iri=HOME)
    wanted = " ".join(f"<http://www.w3.org/ns/rdftest#TestTurtle{kind}>" for kind in kinds)
    rows = found.query(
        f"SELECT ?file {{ VALUES ?kind {{ {wanted} }} ?test a ?kind ; <{MANIFEST}> ?file }}"
        "ORDER BY ?file"
    )
    names = [row["file"].value.removeprefix(HOME) for row in rows]
    return [pytest.param(SUITE / name, id=name) for name in names]


def canonical(triples):
    """Return triples as a set of lines that is the same for isomorphic graphs (RDFC-1.0)."""
    data = ox.Dataset(ox.Quad(each.subject, each.predicate, each.object) for each in triples)
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in data}


def lines(text, base=None):
    """Return the canonical lines of a Turtle text, read by pyoxigraph alone."""
    return canonical(quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE, base_iri=base))
