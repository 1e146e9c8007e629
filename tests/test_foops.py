"""FOOPS!: what that validator asks of an ontology, for both documents, without a network."""

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF

import live_server
from http_client import Client
from oib.namespaces import BASE, ONTOLOGY, PREFIXES, VOCAB
from oib.services import Services

BIBO, VANN, SCHEMA = (PREFIXES[prefix] for prefix in ("bibo", "vann", "schema"))

NEEDED = {
    "OM1": (DCTERMS.title, DCTERMS.description, DCTERMS.license, OWL.versionIRI, DCTERMS.creator),
    "OM1 namespace": (URIRef(VANN + "preferredNamespaceUri"),),
    "OM2": (OWL.versionInfo, DCTERMS.created, DCTERMS.contributor, DCTERMS.bibliographicCitation),
    "FIND1": (URIRef(VANN + "preferredNamespacePrefix"),),
    "OM3": (DCTERMS.identifier, DCTERMS.publisher, FOAF.logo, URIRef(BIBO + "status")),
    "OM3 origin": (DCTERMS.source, DCTERMS.issued, DCTERMS.modified),
    "OM5.1": (DCTERMS.created, DCTERMS.creator),
    "OM5.2": (DCTERMS.issued, DCTERMS.publisher),
    "FIND3": (URIRef(SCHEMA + "includedInDataCatalog"),),
}
FORMATS = ("application/rdf+xml", "text/turtle", "application/n-triples", "application/ld+json")

documents = pytest.mark.parametrize(
    ("iri", "prefix"), [(ONTOLOGY, "oib"), (VOCAB, "oibv")], ids=["ontology", "vocab"]
)


def terms(ontology, iri):
    return set(ontology.subjects(RDFS.isDefinedBy, URIRef(iri)))


@documents
@pytest.mark.parametrize("check", NEEDED)
def test_the_header_has_what_foops_asks_for(ontology, iri, prefix, check):
    assert [p for p in NEEDED[check] if ontology.value(URIRef(iri), p, any=True) is None] == []


@documents
def test_om4_the_licence_is_an_iri(ontology, iri, prefix):
    (license,) = ontology.objects(URIRef(iri), DCTERMS.license)
    assert license == URIRef("https://creativecommons.org/licenses/by/4.0/")


@documents
def test_ver1_the_version_has_an_iri_of_its_own_that_ends_in_it(ontology, iri, prefix):
    version = ontology.value(URIRef(iri), OWL.versionInfo)
    assert ontology.value(URIRef(iri), OWL.versionIRI) == URIRef(f"{iri}/{version}")
    assert str(version) in ontology.value(URIRef(iri), DCTERMS.bibliographicCitation)


@documents
def test_uri2_purl1_the_document_is_named_as_in_the_file_and_persistent(ontology, iri, prefix):
    assert (URIRef(iri), RDF.type, OWL.Ontology) in ontology
    assert iri.startswith("https://w3id.org/")


@documents
def test_find1_the_prefix_and_the_namespace_are_those_we_use(ontology, iri, prefix):
    said = ontology.value(URIRef(iri), URIRef(VANN + "preferredNamespacePrefix"))
    namespace = ontology.value(URIRef(iri), URIRef(VANN + "preferredNamespaceUri"))
    assert (said, namespace) == (Literal(prefix), Literal(PREFIXES[prefix]))


@documents
def test_voc1_voc2_other_vocabularies_are_used_for_metadata_and_for_terms(ontology, iri, prefix):
    used = {str(p) for p in ontology.predicates(URIRef(iri), None)}
    assert sum(p.startswith(str(DCTERMS)) for p in used) > 8
    kinds = {
        str(kind) for term in terms(ontology, iri) for kind in ontology.objects(term, RDF.type)
    }
    parents = {
        str(up) for term in terms(ontology, iri) for up in ontology.objects(term, RDFS.subClassOf)
    }
    assert [name for name in kinds | parents if not name.startswith((BASE, str(OWL)))]


@documents
def test_voc3_voc4_every_term_has_a_label_and_a_definition(ontology, iri, prefix):
    found = terms(ontology, iri)
    assert len(found) > 100
    for term in found:
        assert any(ontology.objects(term, RDFS.label)) or any(
            ontology.objects(term, SKOS.prefLabel)
        )
        assert any(ontology.objects(term, SKOS.definition)), term


@pytest.mark.parametrize("syntax", ["xml", "turtle", "nt", "json-ld"])
def test_rdf1_the_ontology_goes_through_every_syntax(ontology, syntax):
    again = Graph().parse(data=ontology.serialize(format=syntax), format=syntax)
    assert len(again) == len(ontology)


@pytest.fixture(scope="module")
def served(home, snapshots, snapshot):
    return Client(live_server.application(Services.open(home, snapshots)))


@documents
@pytest.mark.parametrize("media_type", FORMATS)
def test_cn1_uri1_the_document_answers_in_every_rdf_syntax(served, iri, prefix, media_type):
    path = iri.removeprefix(BASE)
    response = served.get(f"/{path}", headers={"Accept": media_type})
    assert (response.status_code, response.mimetype) == (200, media_type)
    syntax = {"application/n-triples": "nt"}.get(media_type, media_type)
    told = Graph().parse(data=response.data, format=syntax)
    assert (URIRef(iri), RDF.type, OWL.Ontology) in told


@documents
def test_cn1_doc1_a_browser_gets_a_page_about_every_term(served, ontology, iri, prefix):
    path = iri.removeprefix(BASE)
    response = served.get(f"/{path}", headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (200, "text/html")
    anchors = [str(term).partition("#")[2] for term in terms(ontology, iri)]
    assert [name for name in anchors if f'id="{name}"' not in response.text] == []


@documents
def test_ver2_the_version_iri_answers_too(served, ontology, iri, prefix):
    path = str(ontology.value(URIRef(iri), OWL.versionIRI)).removeprefix(BASE)
    response = served.get(f"/{path}", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    assert (URIRef(iri), RDF.type, OWL.Ontology) in Graph().parse(data=response.data)
