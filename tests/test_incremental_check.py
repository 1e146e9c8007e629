"""A file alone and the home with it have the same verdict: nothing missed, nothing extra."""

import copy
import json
import os
import shutil
from collections import Counter
from functools import lru_cache

import pytest
from pyoxigraph import NamedNode

from file_edits import UNITS, edits, small_home, text_of, triples_of
from oib import turtle
from oib.cli import main
from oib.namespaces import ID, OIB
from oib.validation.checker import Checker
from oib.validation.home_index import HomeIndex
from oib.validation.submission import Effect

NUMBER = int(os.environ.get("OIB_EDITS", "200"))
SEED = os.environ.get("OIB_EDIT_SEED", "10")
#: What only a file that is sent can have: an IRI in use, nothing new. And what only a file at its
#: place can have, which the files of additions here are not.
OF_FILES, OF_PLACES = {"FIL-09", "FIL-12", "FIL-14"}, {"FIL-10"}
#: Rules about a wrong property, which is one finding however many values it has.
OF_VERBS = {"CLM-02", "SUB-02"}


@pytest.fixture(scope="module")
def checker(tmp_path_factory):
    return Checker(small_home(tmp_path_factory.mktemp("home") / "small"))


@pytest.fixture(scope="module")
def before(checker):
    return keys(checker.check_home().findings)


@pytest.fixture
def home(checker, tmp_path):
    """A copy of the home, for an edit to be carried out."""
    return shutil.copytree(checker.home.home, tmp_path / "edited")


def key(finding):
    if finding.rule in OF_VERBS:  # whichever of the values is shown
        return (finding.rule, finding.severity, *finding.identity[:2], "")
    return (finding.rule, finding.severity, *finding.identity, finding.message["en"])


def keys(findings):
    return {key(each) for each in findings if each.rule not in OF_FILES}


def carry_out(home, edit):
    for name, text in edit.files.items():
        path = home / "instances" / name
        path.unlink(missing_ok=True) if text is None else path.write_text(text, "utf-8")


def take_back(home, original, edit):
    for name in edit.files:
        (home / "instances" / name).unlink(missing_ok=True)
        if (original / "instances" / name).exists():
            shutil.copy(original / "instances" / name, home / "instances" / name)


def path_of(home, edit):
    """Return where the file lies: at its place, or at none."""
    return str(home / "instances" / edit.name if edit.effect is Effect.REPLACES else edit.name)


def wanted(before, after, edit):
    """Return what is said of the file's own things, and what is new elsewhere.

    A finding that stood before is not new because its message names another thing as the nearest.
    """
    removes = edit.effect is Effect.REMOVES
    own = set() if removes else {str(triple.subject) for triple in triples_of(edit.text)}
    stood = {each[:-1] for each in before}
    return {each for each in after if each[2] in own or each[:-1] not in stood}


def compare(report, before, after, edit):
    """Return the findings in which the two verdicts differ."""
    reused = {str(each.identity[0]) for each in report.findings if each.rule == "FIL-09"}
    # Of a claim whose IRI was in use, a file hears that alone, and the home what comes of it.
    whole = wanted(before, after, edit)
    alone = wanted(before, keys(report.findings), edit)
    if reused:
        mixed = {each for each in whole if each[2] in reused}
        assert any(each[1] == "Violation" for each in mixed), edit
        alone, whole = ({e for e in each if e[2] not in reused} for each in (alone, whole))
    if edit.effect is not Effect.REPLACES:
        whole = {each for each in whole if each[0] not in OF_PLACES}
    return {"missed": sorted(whole - alone), "extra": sorted(alone - whole)}


@pytest.mark.slow
def test_random_edits_have_the_verdict_of_the_home(checker, before, home, monkeypatch):
    # A document does not change: a file that no edit touches is parsed for its places only once.
    monkeypatch.setattr(turtle, "parse", lru_cache(maxsize=256)(turtle.parse))
    effect, whole, failed = {Effect.REMOVES: "removes"}, copy.copy(checker), []
    found = 0
    for edit in edits(checker.home, NUMBER, SEED):
        path = path_of(checker.home.home, edit)
        report = checker.check_texts([(path, edit.text)], effect.get(edit.effect))
        assert report.files[0].effect == edit.effect
        carry_out(home, edit)
        whole.home = HomeIndex(home)
        after = keys(whole.check_home().findings)
        take_back(home, checker.home.home, edit)
        found += len(report.findings)
        difference = compare(report, before, after, edit)
        if any(difference.values()):
            failed.append(f"seed {SEED}: {edit}\n{json.dumps(difference, indent=1)}")
    assert not failed, f"{len(failed)} of {NUMBER}\n" + "\n".join(failed[:20])
    assert found > NUMBER


def command(home, capsys, *arguments):
    """Run the command and return its report, as JSON."""
    status = main(["check", "--home", str(home), "--format", "json", *map(str, arguments)])
    said = capsys.readouterr()
    assert said.out, said.err
    report = json.loads(said.out)
    assert status == (0 if report["clean"] else 1)
    return report


def test_the_command_says_the_same_of_a_file_and_of_the_home(checker, home, tmp_path, capsys):
    options = {Effect.REPLACES: "--replaces", Effect.REMOVES: "--removes", Effect.ADDS: "--adds"}

    def said(report):
        return {(f["rule"], f["focus"], f["value"]) for f in report["findings"]}

    before = said(command(home, capsys))
    tried = set()
    for edit in edits(checker.home, 40, "command"):
        if edit.effect in tried:
            continue
        tried.add(edit.effect)
        path = tmp_path / edit.name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(edit.text, "utf-8")
        named = [f"instances/{edit.name}"] if edit.effect is Effect.REPLACES else []
        alone = said(command(home, capsys, path, options[edit.effect], *named))
        carry_out(home, edit)
        whole = said(command(home, capsys))
        take_back(home, checker.home.home, edit)
        assert {each for each in whole - before - alone if each[0] not in OF_PLACES} == set(), edit
        assert {each for each in alone - whole if each[0] not in OF_FILES} == set(), edit
    assert tried == set(Effect)


def test_a_thing_without_a_class_in_the_wrong_file_has_both_faults(home):
    node = f"<{ID}claim/innovation-without-borders/p13-87>"
    text = f"{node} <{OIB}curatedBy> <{ID}organization/oib> ."
    (home / "instances" / "added.ttl").write_text(text, "utf-8")
    found = {each.rule for each in Checker(home).check_home().findings if "p13-87" in each.focus}
    assert {"FIL-07", "FIL-10"} <= found


def test_what_was_released_is_not_to_be_deleted(checker, home):
    name, thing = "person/sun-youshun.ttl", f"<{ID}person/sun-youshun>"
    path = checker.home.path(name)
    content = text_of(checker.home.files[name]).replace(thing, f"<{ID}person/sun>")
    replaced = checker.check_texts([(str(path), content)]).findings
    assert [each.line for each in replaced if each.rule == "FIL-11"] == [1]
    removed = checker.check_texts([("gone.ttl", path.read_text("utf-8"))], "removes").findings
    lines = path.read_text("utf-8").splitlines()
    [finding] = [each for each in removed if each.rule == "FIL-11"]
    assert finding.blocks
    assert lines[finding.line - 1].startswith("<person/sun-youshun>")
    (home / "instances" / name).unlink()
    [finding] = [each for each in Checker(home).check_home().findings if each.rule == "FIL-11"]
    assert (finding.place.path, finding.place.source) == (
        str(home / "instances/issued.txt"),
        "person/sun-youshun",
    )


def test_a_file_of_what_stands_in_the_data_already_adds_nothing(checker):
    text = checker.home.path("person/sun-youshun.ttl").read_text("utf-8")
    [finding] = checker.check_texts([("copy.ttl", text)]).findings
    assert (finding.rule, finding.severity) == ("FIL-12", "Info")
    more = text.replace("foaf:name", 'skos:altLabel "Sun of Hubei"@en ;\n    foaf:name')
    assert "FIL-12" not in {each.rule for each in checker.check_texts([("x.ttl", more)]).findings}


def test_a_name_that_a_file_gives_a_second_time_is_shown_at_both(checker):
    text = f"""
        @base <{ID}> . @prefix oib: <{OIB}> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
        <person/the-other> a oib:Person ; foaf:name "YOUSHUN Sun"@en .
    """
    findings = checker.check_texts([("other.ttl", text)]).findings
    named = {each.focus: each for each in findings if each.rule == "NAM-01"}
    assert set(named) == {"<person/the-other>", "<person/sun-youshun>"}
    assert named["<person/sun-youshun>"].place.path.endswith("person/sun-youshun.ttl")
    assert "<person/the-other>" in named["<person/sun-youshun>"].message["en"]


NESTED = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix oib: <{OIB}> .
@prefix x: <urn:x:> .
x:Shape a sh:NodeShape ; sh:targetClass oib:Claim ; sh:property x:or, x:node, x:not, x:qualified .
x:or a sh:PropertyShape ; sh:path oib:claimValue ;
    sh:or ( [ sh:datatype xsd:string ] [ sh:datatype xsd:boolean ] ) .
x:node a sh:PropertyShape ; sh:path oib:isReportedIn ;
    sh:node [ sh:property [ sh:path oib:noSuch ; sh:minCount 1 ] ] .
x:not a sh:PropertyShape ; sh:path oib:claimValue ; sh:not [ sh:datatype xsd:integer ] .
x:qualified a sh:PropertyShape ; sh:path oib:isReportedIn ;
    sh:qualifiedValueShape [ sh:class oib:Person ] ; sh:qualifiedMinCount 1 .
"""


def test_a_shape_that_looks_at_values_with_another_says_the_same_of_a_file(home):
    # pySHACL's own focus_nodes would leave out the shapes of values, so that sh:or and sh:node
    # pass and sh:not fails.
    (home / "shapes" / "nested.ttl").write_text(NESTED, "utf-8")
    checker = Checker(home)
    whole = checker.check_home().findings
    for name in UNITS:
        path = home / "instances" / name
        report = checker.check_texts([(str(path), path.read_text("utf-8"))])
        own = {str(triple.subject) for triple in checker.home.files[name]}
        found = [
            {key(each) for each in findings if "urn:x:" in each.rule and each.identity[0] in own}
            for findings in (whole, report.findings)
        ]
        assert found[0] == found[1]
        triples = checker.home.files[name]
        claims = {t.subject for t in triples if t.object == NamedNode(OIB + "Claim")}
        values = [t.object for t in triples if t.predicate.value == OIB + "claimValue"]
        kinds = [value.datatype.value.rpartition("#")[2] for value in values]
        assert Counter(each[0].removeprefix("urn:x:") for each in found[0]) == Counter(
            {
                "node": len(claims),
                "qualified": len(claims),
                "or": len([kind for kind in kinds if kind not in ("string", "boolean")]),
                "not": kinds.count("integer"),
            }
        )
