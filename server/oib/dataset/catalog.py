"""The dataset: what a snapshot holds, described in DCAT 3, VoID and, for saved queries, SHACL."""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from oib.dataset.manifest import Manifest
from oib.namespaces import BASE, GRAPH, OIB, OIBV, PREFIXES
from oib.project import Description
from oib.saved_queries import Library, SavedQuery

DATASET = BASE + "dataset"

_META = NamedNode(GRAPH + "meta")
_QUERIES = NamedNode(GRAPH + "queries")
_CLASSES = """
SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE {
  GRAPH ?g { ?thing a ?class } FILTER(STRSTARTS(STR(?g), "%s"))
} GROUP BY ?class ORDER BY ?class"""
_PROPERTIES = """
SELECT ?property (COUNT(*) AS ?n) WHERE {
  GRAPH ?g { ?s ?property ?o } FILTER(STRSTARTS(STR(?g), "%s"))
} GROUP BY ?property ORDER BY ?property"""
_LINKS = """
PREFIX oib: <https://w3id.org/oib/ontology#>
SELECT ?authority (COUNT(DISTINCT ?link) AS ?n) WHERE {
  GRAPH ?g { ?link a oib:IdentityLink ; oib:hasAuthority ?authority }
} GROUP BY ?authority ORDER BY ?authority"""


def describe(
    store: Store, library: Library, manifest: Manifest, description: Description
) -> Iterator[Quad]:
    """Yield the description of a data set and of its saved queries.

    ``description`` is what the home says of itself: title, publisher and licence.

    The queries are told in the terms that SIB's sparql-examples use (``sh:SPARQLExecutable``),
    so that editors which read those find ours.
    """
    yield from _catalogue(store, manifest, description)
    for query in library:
        yield from _executable(query)


def _catalogue(store: Store, manifest: Manifest, description: Description) -> Iterator[Quad]:
    about = DATASET
    yield _say(about, "rdf:type", _iri("dcat:Dataset"))
    yield _say(about, "rdf:type", _iri("void:Dataset"))
    for tag, text in description.title.items():
        yield _say(about, "dcterms:title", Literal(text, language=tag))
    if description.license_iri:
        yield _say(about, "dcterms:license", NamedNode(description.license_iri))
    for tag, text in description.publisher.items():
        yield _say(about, "dcterms:publisher", Literal(text, language=tag))
    yield _say(about, "dcterms:issued", _typed(manifest.built[:10], "date"))
    yield _say(about, "dcat:version", Literal(manifest.version))
    yield _say(about, "void:sparqlEndpoint", NamedNode(BASE + "sparql"))
    for name in ("data.nq", "data.nq.gz", "data.trig", "data.trig.gz", "claims-rdf12.ttl"):
        yield _say(about, "void:dataDump", NamedNode(f"{BASE}dump/{name}"))
    yield _say(about, "void:uriSpace", Literal(BASE + "id/"))
    for namespace in (OIB, OIBV, PREFIXES["skos"], PREFIXES["prov"], PREFIXES["org"]):
        yield _say(about, "void:vocabulary", NamedNode(namespace))
    yield _say(about, "void:triples", _typed(str(len(store)), "integer"))
    yield from _partition(store, _CLASSES % GRAPH, "classPartition", "class", "entities")
    yield from _partition(store, _PROPERTIES % GRAPH, "propertyPartition", "property", "triples")
    for authority, links in _rows(store, _LINKS):
        linkset = f"{DATASET}#linkset-{authority.value.lower()}"
        yield _say(linkset, "rdf:type", _iri("void:Linkset"))
        yield _say(linkset, "dcterms:title", Literal(f"Links to {authority.value}", language="en"))
        yield _say(linkset, "void:triples", _typed(links.value, "integer"))
        yield _say(about, "void:subset", NamedNode(linkset))


def _partition(store: Store, query: str, part: str, key: str, count: str) -> Iterator[Quad]:
    for number, (term, total) in enumerate(_rows(store, query), start=1):
        node = f"{DATASET}#{key}-{number}"
        yield _say(DATASET, f"void:{part}", NamedNode(node))
        yield _say(node, f"void:{key}", term)
        yield _say(node, f"void:{count}", _typed(total.value, "integer"))


def _executable(query: SavedQuery) -> Iterator[Quad]:
    forms = {"SELECT": "Select", "ASK": "Ask", "CONSTRUCT": "Construct", "DESCRIBE": "Describe"}
    kind = f"sh:SPARQL{forms[query.form]}Executable"
    for each in ("sh:SPARQLExecutable", kind):
        yield _say(query.iri, "rdf:type", _iri(each), _QUERIES)
    yield _say(query.iri, f"sh:{query.form.lower()}", Literal(query.text), _QUERIES)
    for tag, question in query.question.items():
        yield _say(query.iri, "rdfs:comment", Literal(question, language=tag), _QUERIES)
    yield _say(query.iri, "schema:keywords", Literal(query.topic), _QUERIES)
    yield _say(query.iri, "schema:target", NamedNode(BASE + "sparql"), _QUERIES)


def _rows(store: Store, query: str) -> Iterator[tuple[NamedNode | Literal, Literal]]:
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    for row in rows:
        yield row[0], row[1]


def _say(
    subject: str, predicate: str, value: NamedNode | Literal, graph: NamedNode = _META
) -> Quad:
    return Quad(NamedNode(subject), _iri(predicate), value, graph)


def _iri(curie: str) -> NamedNode:
    prefix, _, local = curie.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def _typed(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=_iri(f"xsd:{datatype}"))
