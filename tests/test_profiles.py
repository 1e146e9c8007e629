"""OWL 2 profiles, by the OWL API: the ontology is in DL and RL, and with the data still in DL."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from rdflib import Graph

CHECKER = Path(__file__).parent / "owlapi" / "Profiles.java"
#: Where the jars of the OWL API lie; Debian's libowlapi-java puts them here.
JARS = Path(os.environ.get("OWLAPI_JARS", "/usr/share/java"))

HEAD = """
@prefix oib: <https://w3id.org/oib/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


#: An axiom outside a profile, and the violation that names it.
OUTSIDE = [
    ("DL", "oib:undeclared rdfs:domain oib:Event .", "UseOfUndeclared"),
    ("DL", "oib:isLocatedIn a owl:FunctionalProperty .", "NonSimpleProperty"),
    ("DL", "oib:when a owl:DatatypeProperty ; rdfs:range xsd:date .", "Datatype"),
    ("DL", "oib:c rdf:object oib:Event .", "not OWL"),
    (
        "RL",
        "oib:Event rdfs:subClassOf [ owl:unionOf ( oib:Agent oib:Place ) ] .",
        "UseOfNonSuperClassExpression",
    ),
]


@pytest.fixture(scope="module")
def verdicts(ontology, stated, tmp_path_factory):
    """How many logical axioms the OWL API reads, and what breaks the profile, of each graph.

    A dictionary by profile and graph: "ontology", "data", or the axiom that was added. One call
    checks all, for to start Java takes longer than a check.
    """
    if not shutil.which("javac"):
        pytest.skip("install a JDK, 17 or newer (Debian: default-jdk-headless)")
    if not list(JARS.glob("*owlapi-*.jar")):
        pytest.skip("install the OWL API (Debian: libowlapi-java), or name its jars: OWLAPI_JARS")
    graphs = {("DL", "ontology"): ontology, ("RL", "ontology"): ontology, ("DL", "data"): stated}
    for profile, axiom, _ in OUTSIDE:
        graphs[profile, axiom] = ontology + Graph().parse(data=HEAD + axiom)
    call = ["java", "-cp", f"{JARS}/*", str(CHECKER)]
    folder = tmp_path_factory.mktemp("graphs")
    for number, ((profile, _), graph) in enumerate(graphs.items()):
        path = folder / f"{number}.nt"
        graph.serialize(path, format="nt", encoding="utf-8")
        call += [profile, str(path)]
    run = subprocess.run(call, capture_output=True, text=True, check=True)
    found, lines = [], []
    for line in run.stdout.splitlines():
        if line.startswith("logical axioms: "):
            found.append((int(line.removeprefix("logical axioms: ")), lines))
            lines = []
        else:
            lines.append(line)
    return dict(zip(graphs, found, strict=True))


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.parametrize("profile", ["DL", "RL"])
def test_the_ontology_is_in_the_profile(verdicts, profile):
    axioms, violations = verdicts[profile, "ontology"]
    assert axioms > 400
    assert violations == []


@pytest.mark.java
@pytest.mark.slow
def test_ontology_and_data_together_are_in_owl_2_dl(verdicts):
    axioms, violations = verdicts["DL", "data"]
    assert axioms > 2000
    assert violations == []


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.parametrize(("profile", "axiom", "violation"), OUTSIDE)
def test_an_axiom_outside_the_profile_is_found(verdicts, profile, axiom, violation):
    assert violation in "\n".join(verdicts[profile, axiom][1])
