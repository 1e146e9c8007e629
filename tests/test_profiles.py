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


@pytest.fixture(scope="module")
def ontology(home):
    graph = Graph()
    for path in (home / "ontology").glob("*.ttl"):
        graph.parse(path)
    return graph


@pytest.fixture
def violations(tmp_path):
    if not shutil.which("javac"):
        pytest.skip("install a JDK, 17 or newer (Debian: default-jdk-headless)")
    if not list(JARS.glob("*owlapi-*.jar")):
        pytest.skip("install the OWL API (Debian: libowlapi-java), or name its jars: OWLAPI_JARS")

    def check(profile, graph):
        """Return how many logical axioms the OWL API reads, and what breaks the profile."""
        path = tmp_path / "graph.ttl"
        graph.serialize(path, format="turtle")
        call = ["java", "-cp", f"{JARS}/*", str(CHECKER), profile, str(path)]
        run = subprocess.run(call, capture_output=True, text=True, check=True)
        *lines, last = run.stdout.splitlines()
        return int(last.removeprefix("logical axioms: ")), lines

    return check


@pytest.mark.java
@pytest.mark.parametrize("profile", ["DL", "RL"])
def test_the_ontology_is_in_the_profile(violations, ontology, profile):
    axioms, wrong = violations(profile, ontology)
    assert axioms > 400
    assert wrong == []


@pytest.mark.java
def test_ontology_and_data_together_are_in_owl_2_dl(violations, stated):
    axioms, wrong = violations("DL", stated)
    assert axioms > 2000
    assert wrong == []


@pytest.mark.java
@pytest.mark.parametrize(
    ("profile", "axiom", "violation"),
    [
        ("DL", "oib:undeclared rdfs:domain oib:Event .", "UseOfUndeclared"),
        ("DL", "oib:isLocatedIn a owl:FunctionalProperty .", "NonSimpleProperty"),
        ("DL", "oib:when a owl:DatatypeProperty ; rdfs:range xsd:date .", "Datatype"),
        ("DL", "oib:c rdf:object oib:Event .", "not OWL"),
        (
            "RL",
            "oib:Event rdfs:subClassOf [ owl:unionOf ( oib:Agent oib:Place ) ] .",
            "UseOfNonSuperClassExpression",
        ),
    ],
)
def test_an_axiom_outside_the_profile_is_found(violations, ontology, profile, axiom, violation):
    spoiled = ontology + Graph().parse(data=HEAD + axiom)
    assert violation in "\n".join(violations(profile, spoiled)[1])
