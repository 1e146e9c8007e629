"""Verdict: a graph and shapes go in, the findings of pySHACL come out."""

from collections import namedtuple
from functools import lru_cache
from pathlib import Path

import pyshacl
from pyshacl.helper.sparql_query_helper import SPARQLQueryHelper
from rdflib import Graph
from rdflib.namespace import RDF, SH
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor

HOME = Path(__file__).parents[1]
#: The rules that run on their own (their first lines say on what).
APART = ("submission", "ontology-style")

Finding = namedtuple("Finding", "rule severity focus path value")


# pySHACL hands the same text to rdflib once for each focus node, and rdflib parses it anew.
@lru_cache(maxsize=512)
def _translated(text, base, names):
    return translateQuery(parseQuery(text), base, dict(names))


_query = SPARQLProcessor.query


def _query_once_parsed(self, text, initBindings=None, initNs=None, base=None, DEBUG=False):  # noqa: N803
    names = initNs or {}
    if isinstance(text, str):
        text = _translated(text, base, tuple(sorted(names.items())))
    return _query(self, text, initBindings or {}, names, base, DEBUG)


SPARQLProcessor.query = _query_once_parsed

# It also scans each text for forbidden forms once for each focus node; once is enough.
_check = SPARQLQueryHelper.check_invalid_sparql
_checked = set()


def _check_once(self, text, valuenode=None, extravars=None):
    if text not in _checked:
        _check(self, text, valuenode, extravars)
        _checked.add(text)
    return True


SPARQLQueryHelper.check_invalid_sparql = _check_once


def read(*folders):
    graph = Graph()
    for folder in folders:
        for path in sorted((HOME / folder).rglob("*.ttl")):
            graph.parse(path)
    return graph


def read_shapes(*stems):
    graph = Graph()
    names = stems or sorted({path.stem for path in (HOME / "shapes").glob("*.ttl")} - {*APART})
    for name in names:
        graph.parse(HOME / "shapes" / f"{name}.ttl")
    return graph


def judge(data, shapes, focus=None):
    """Return the findings as a set; shapes are copied, because pySHACL changes what it is given."""
    copy = Graph()
    copy += shapes
    _, report, _ = pyshacl.validate(data, shacl_graph=copy, focus_nodes=focus)
    if isinstance(report, Exception):
        raise report
    return {_finding(report, result) for result in report.subjects(RDF.type, SH.ValidationResult)}


def _finding(report, result):
    rule = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
    severity = report.value(result, SH.resultSeverity)
    return Finding(
        rule.rpartition("#")[2],
        severity.rpartition("#")[2],
        report.value(result, SH.focusNode),
        report.value(result, SH.resultPath),
        report.value(result, SH.value),
    )
