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
PREFIX oibv: <https://w3id.org/oib/vocab#>
SELECT ?authority (COUNT(DISTINCT ?link) AS ?n) WHERE {
  GRAPH ?g { ?link a oib:IdentityLink ; oib:hasAuthority ?authority ; oib:linksTo ?entry ;
      oib:hasLinkStatus oibv:link-verified }
} GROUP BY ?authority ORDER BY ?authority"""
_KEYWORDS = {
    "en": ("offshore innovation bases", "technology transfer", "united front", "provenance"),
    "zh-Hans": ("离岸创新创业基地", "技术转移", "统一战线", "出处"),
}
#: Where the entries of each register live, for the targets of the linksets.
_REGISTERS = {
    "GeoNames": "https://sws.geonames.org/",
    "GLEIF": "https://search.gleif.org/",
    "ISNI": "https://isni.org/",
    "OpenCorporates": "https://opencorporates.com/",
    "ORCID": "https://orcid.org/",
    "ROR": "https://ror.org/",
    "Wikidata": "http://www.wikidata.org/",
}
#: The downloads, with their media types.
_DISTRIBUTIONS = {
    "data.nq.gz": "application/n-quads",
    "data.trig.gz": "application/trig",
    "claims-rdf12.ttl": "text/turtle",
    "ftm.json": "application/json+ftm",
}


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
    yield from _distributions(description)
    for tag, words in _KEYWORDS.items():
        for word in words:
            yield _say(about, "dcat:keyword", Literal(word, language=tag))
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
        yield _say(linkset, "void:linkPredicate", _iri("schema:sameAs"))
        yield _say(linkset, "void:subjectsTarget", NamedNode(about))
        if register := _REGISTERS.get(authority.value):
            yield _say(linkset, "void:objectsTarget", NamedNode(register))
        yield _say(about, "void:subset", NamedNode(linkset))


def _distributions(description: Description) -> Iterator[Quad]:
    """Yield the downloads of the data set, each a ``dcat:Distribution``."""
    for name, media_type in _DISTRIBUTIONS.items():
        node = f"{DATASET}#{name}"
        media = NamedNode(f"https://www.iana.org/assignments/media-types/{media_type}")
        yield _say(DATASET, "dcat:distribution", NamedNode(node))
        yield _say(node, "rdf:type", _iri("dcat:Distribution"))
        yield _say(node, "dcterms:title", Literal(name))
        yield _say(node, "dcat:downloadURL", NamedNode(f"{BASE}dump/{name}"))
        if media_type != "application/json+ftm":  # which no registry of media types lists
            yield _say(node, "dcat:mediaType", media)
        if name.endswith(".gz"):
            gzip = "https://www.iana.org/assignments/media-types/application/gzip"
            yield _say(node, "dcat:compressFormat", NamedNode(gzip))
        if description.license_iri:
            yield _say(node, "dcterms:license", NamedNode(description.license_iri))


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
