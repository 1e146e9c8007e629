import io
import shutil
from itertools import combinations

import owlready2
import pytest
from pyoxigraph import NamedNode
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from oib.namespaces import ID, OIB

#: Kinds of which nothing is two at once, but for a zone: an organization and a place.
KINDS = (
    *("Organization", "Place", "Person", "Post", "Programme", "EligibilityCriterion", "Event"),
    *("Document", "DocumentUnit", "Claim", "Assessment", "EvidenceLocator", "IdentityLink"),
    "Concept",
)
DISJOINT = [pair for pair in combinations(KINDS, 2) if pair != ("Organization", "Place")]
DISJOINT += [*combinations(("City", "Country", "Zone"), 2), ("OffshoreBase", "OverseasCentre")]
DISJOINT += [("University", "PolicyDocument"), ("Agreement", "Fund"), ("UnitedFrontBody", "Person")]
COMPATIBLE = [
    *(("Organization", "Place"), ("OffshoreBase", "Zone"), ("OverseasCentre", "Company")),
    *(("Publisher", "GovernmentBody"), ("UnitedFrontBody", "Association"), ("Agent", "Person")),
    *(("University", "Academy"), ("Project", "Collaboration"), ("Withdrawn", "Claim")),
]


@pytest.fixture
def java():
    owlready2.JAVA_EXE = shutil.which("java") or ""
    if not owlready2.JAVA_EXE:
        pytest.skip("install Java 17 or newer (Debian: default-jre-headless) to run HermiT")


def term(name):
    return URIRef(OIB + name)


def load(world, graph):
    data = graph.serialize(format="nt", encoding="utf-8")
    world.get_ontology("https://w3id.org/oib/ontology").load(fileobj=io.BytesIO(data))


def reason(world):
    owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)


def classify(graph):
    """Run HermiT; return the members of each of our classes, and the unsatisfiable classes."""
    world = owlready2.World()
    load(world, graph)
    reason(world)
    members = {
        cls.iri: {thing.iri for thing in cls.instances() if thing.iri.startswith(ID)}
        for cls in world.classes()
        if cls.iri.startswith(OIB)
    }
    return members, [str(cls) for cls in world.inconsistent_classes()]


@pytest.mark.java
@pytest.mark.slow
def test_hermit_finds_the_data_consistent_and_the_same_members_as_the_closure(java, stated, store):
    members, unsatisfiable = classify(stated)
    assert [cls for cls in unsatisfiable if "Nothing" not in cls] == []
    rdf_type = NamedNode(str(RDF.type))
    for cls, expected in members.items():
        served = {
            quad.subject.value
            for quad in store.quads_for_pattern(None, rdf_type, NamedNode(cls))
            if quad.subject.value.startswith(ID)
        }
        assert served == expected, cls
    assert members[OIB + "UnitedFrontBody"]


@pytest.mark.java
@pytest.mark.parametrize(
    ("thing", "second"),
    [
        ("organization/mit", "Person"),
        ("organization/synaptic-medical-us-center", "OffshoreBase"),
        ("programme/haizhi-plan", "Claim"),
        # HermiT takes two seconds for each.
        pytest.param("place/boston", "Person", marks=pytest.mark.slow),
        pytest.param("document/innovation-without-borders", "Event", marks=pytest.mark.slow),
        pytest.param("post/mit-professor", "Organization", marks=pytest.mark.slow),
        pytest.param("organization/suzhou-industrial-park", "City", marks=pytest.mark.slow),
    ],
)
def test_hermit_finds_a_thing_of_two_disjoint_kinds(java, ontology, stated, thing, second):
    node = URIRef(ID + thing)
    spoiled = ontology + Graph()
    spoiled += stated.triples((node, None, None))
    spoiled += stated.triples((None, None, node))
    spoiled.add((node, RDF.type, URIRef(OIB + second)))
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        classify(spoiled)


@pytest.mark.java
def test_hermit_finds_nothing_that_can_be_of_two_disjoint_kinds(java, ontology):
    graph = ontology + Graph()
    probes = {}
    for pair in DISJOINT + COMPATIBLE:
        probe = URIRef("urn:probe#" + "And".join(pair))
        probes[str(probe)] = pair
        graph.add((probe, RDF.type, OWL.Class))
        for name in pair:
            graph.add((probe, RDFS.subClassOf, SKOS.Concept if name == "Concept" else term(name)))
    world = owlready2.World()
    load(world, graph)
    reason(world)
    impossible = {probes[cls.iri] for cls in world.inconsistent_classes() if cls.iri in probes}
    assert impossible == set(DISJOINT)


def test_every_term_has_label_and_definition_in_both_languages(store):
    query = """
    PREFIX owl: <http://www.w3.org/2002/07/owl#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT ?term WHERE {
      ?term rdfs:isDefinedBy ?document .
      OPTIONAL { ?term rdfs:label|skos:prefLabel ?en FILTER(LANG(?en) = "en") }
      OPTIONAL { ?term rdfs:label|skos:prefLabel ?zh FILTER(LANGMATCHES(LANG(?zh), "zh-Hans")) }
      OPTIONAL { ?term skos:definition ?den FILTER(LANG(?den) = "en") }
      OPTIONAL { ?term skos:definition ?dzh FILTER(LANGMATCHES(LANG(?dzh), "zh-Hans")) }
      FILTER(!BOUND(?en) || !BOUND(?zh) || !BOUND(?den) || !BOUND(?dzh))
    }"""
    results = store.query(query, use_default_graph_as_union=True)
    assert [row["term"].value for row in results] == []


def test_the_ontology_has_the_version_of_the_package(home):
    from oib import __version__

    text = (home / "ontology" / "core.ttl").read_text("utf-8")
    assert f'owl:versionInfo "{__version__}"' in text
    assert f"ontology/{__version__}>" in text


def test_modules_parse_to_rdf_without_blank_nodes_but_for_axioms(home):
    for path in (home / "ontology").glob("*.ttl"):
        graph = Graph().parse(path)
        assert len(graph) > 2, path
