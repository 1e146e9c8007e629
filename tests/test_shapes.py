"""The rules: each one fires on its bad file, and none on the data we publish."""

import re

import pytest
from pyoxigraph import Quad, RdfFormat, Store, parse
from pyshacl.entrypoints import meta_validate
from rdflib import RDF, SKOS, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH

from oib.validation.shacl import Validator
from shacl_verdicts import HOME, judge, read, read_shapes

OIB = Namespace("https://w3id.org/oib/ontology#")
OIBS = Namespace("https://w3id.org/oib/shapes#")
BAD = sorted((HOME / "tests/bad").glob("*.ttl"))
BAD_STYLE = sorted((HOME / "tests/bad/ontology-style").glob("*.ttl"))


@pytest.fixture(scope="session")
def good():
    return read("ontology", "instances")


@pytest.fixture(scope="session")
def home_client():
    return read("ontology", "shapes")


@pytest.fixture(scope="session")
def shapes():
    return read("shapes")


@pytest.fixture(scope="session")
def record_shapes():
    return read_shapes() + read_shapes("submission")


@pytest.fixture(scope="session")
def style_shapes():
    return read_shapes("core", "ontology-style")


@pytest.fixture(scope="session")
def usual(good, record_shapes):
    return judge(good, record_shapes)


@pytest.mark.slow
def test_our_own_data_break_no_rule(usual):
    assert not [finding for finding in usual if finding.severity == "Violation"]


def test_our_own_terms_and_shapes_break_no_rule_of_style(home_client, style_shapes):
    assert judge(home_client, style_shapes) == set()


@pytest.mark.slow
def test_our_shapes_are_shapes_by_the_shapes_of_shacl(shapes):
    assert meta_validate(Graph() + shapes, inference="none")[0]


@pytest.mark.slow
@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_breaks_its_rule_and_no_other(path, good, record_shapes, usual):
    findings = _findings(path, good, record_shapes) - usual
    assert {finding.rule for finding in findings} == _announced(path)


@pytest.mark.parametrize("path", BAD_STYLE, ids=lambda path: path.stem)
def test_a_bad_term_or_shape_breaks_its_rule_and_no_other(path, home_client, style_shapes):
    findings = _findings(path, home_client, style_shapes)
    assert {finding.rule for finding in findings} == _announced(path)


@pytest.mark.parametrize("path", BAD + BAD_STYLE, ids=lambda path: path.stem)
def test_a_bad_file_is_named_after_its_rule_and_points_at_a_line(path):
    text = path.read_text()
    line = int(re.search(r"^# line: (\d+)$", text, re.MULTILINE)[1])
    assert path.stem.startswith(re.match(r"# breaks: (\S+)\n", text)[1] + "-")
    assert text.splitlines()[line - 1].strip(" .;")


def _lexical(shapes):
    """Return the rules that oib check carries out itself; test_check.py has their bad files."""
    return {str(rule).removeprefix(str(OIBS)) for rule in shapes.subjects(SH.deactivated)}


def test_every_rule_has_a_bad_file(shapes):
    assert _rules(shapes) - _lexical(shapes) == {path.stem[:6] for path in BAD + BAD_STYLE}


def test_every_rule_belongs_to_a_target(shapes):
    gathered = {*shapes.objects(None, SH.property), *shapes.objects(None, SH.sparql)}
    aimed = {*shapes.subjects(SH.targetClass), *shapes.subjects(SH.targetSubjectsOf)}
    ours = _rules(shapes) - _lexical(shapes)
    assert not [rule for rule in ours if OIBS[rule] not in gathered | aimed]


def test_messages_hold_no_other_placeholders_than_the_three(shapes):
    messages = " ".join(shapes.objects(None, SH.message))
    assert set(re.findall(r"{[$?]\w+}", messages)) == {"{$this}", "{?path}", "{?value}"}


def test_warnings_and_hints_stand_in_quality_only():
    for path in sorted((HOME / "shapes").glob("*.ttl")):
        severities = set(Graph().parse(path).objects(None, SH.severity))
        assert (SH.Violation in severities) != (path.stem == "quality"), path.stem


@pytest.mark.parametrize(
    ("rule", "scheme"),
    [
        ("CLM-12", "backing"),
        ("CLM-15", "hedge"),
        ("CLM-16", "rank"),
        ("CLM-17", "extent"),
        ("ASM-06", "verdict"),
        ("DOC-02", "document"),
        ("DOC-08", "year"),
        ("DOC-21", "reading"),
        ("DOC-23", "publisher"),
        ("IDL-07", "link"),
    ],
)
def test_a_closed_list_is_the_scheme(rule, scheme, shapes, good):
    listed = set(Collection(shapes, shapes.value(OIBS[rule], SH["in"])))
    held = set(good.subjects(SKOS.inScheme, URIRef(f"https://w3id.org/oib/vocab#{scheme}")))
    assert listed == held


def test_the_fields_of_records_are_declared(shapes, good):
    fields = {
        field
        for head in shapes.objects(None, SH.ignoredProperties)
        for field in Collection(shapes, head)
        if field.startswith(OIB)
    }
    assert all((field, RDF.type, None) in good for field in fields)


def test_claims_may_hold_every_field_that_the_ontology_gives_them(shapes, good):
    closed = set(Collection(shapes, shapes.value(OIBS["CLM-02"], SH.ignoredProperties)))
    fields = set(good.subjects(URIRef("http://www.w3.org/2000/01/rdf-schema#domain"), OIB.Claim))
    assert fields <= closed


def test_derived_statements_break_no_rule(good, record_shapes):
    derived = Graph()
    for claim in good.subjects(RDF.type, OIB.Claim):
        parts = (OIB.claimSubject, OIB.claimPredicate, OIB.claimObject)
        triple = tuple(good.value(claim, part) for part in parts)
        if None not in triple:
            derived.add(triple)
    # By our own engine, in a twentieth of the time; test_constraints.py holds it to pySHACL.
    store = Store()
    store.extend(Quad(*triple) for triple in _triples(good + derived))
    results = Validator(_triples(read_shapes())).validate(store).results
    assert not [result for result in results if result.severity == "Violation"]


def _triples(graph):
    data = graph.serialize(format="nt", encoding="utf-8")
    return [quad.triple for quad in parse(data, RdfFormat.N_TRIPLES)]


def _findings(path, data, shapes):
    """Judge a bad file within the good data: what it describes, and what speaks of that."""
    bad = Graph().parse(path, publicID="https://w3id.org/oib/id/")
    described = set(bad.subjects())
    if any(isinstance(node, BNode) for node in described):
        # pySHACL cannot be pointed at a blank node: such a file is judged whole, with the ontology.
        return judge(read("ontology") + bad, shapes)
    new = [triple for triple in bad if triple not in data]
    for triple in new:
        data.add(triple)
    focus = described | {other for node in described for other in data.subjects(None, node)}
    try:
        return judge(data, shapes, sorted(focus))
    finally:
        for triple in new:
            data.remove(triple)


def _announced(path):
    header = re.findall(r"^# (?:breaks|also): (.+)$", path.read_text(), re.MULTILINE)
    return set(" ".join(header).split())


def _rules(shapes):
    names = (node.removeprefix(str(OIBS)) for node in shapes.subjects(SH.message))
    return {name for name in names if re.fullmatch("[A-Z]{3}-[0-9]{2}", name)}
