"""The description of the data set of a snapshot: DCAT 3, its named graphs, its saved queries.

What a dump would have to say of itself, its size and checksum, is not among the data; the document
about the data set adds it (``distributions``).
"""

from collections.abc import Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Quad, Store

from oib import media_types
from oib.dataset.manifest import FileRecord, Manifest
from oib.dataset.releases import Release
from oib.dataset.statements import DATASET, META, Statement, iri, quad, typed
from oib.dataset.statistics import statistics
from oib.namespaces import BASE, GRAPH, ID, OIB, OIBV, PREFIXES
from oib.project import Description
from oib.saved_queries import Library, SavedQuery

_QUERIES = NamedNode(GRAPH + "queries")
_CATALOGUE = BASE + "catalogue"
_SERVICE = BASE + "sparql#service"
_GRAPHS = BASE + "sparql#dataset"
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
#: The downloads: media type of each, and that of its compression.
_DISTRIBUTIONS = {
    "data.nq": (media_types.N_QUADS, ""),
    "data.nq.gz": (media_types.N_QUADS, "application/gzip"),
    "data.trig": (media_types.TRIG, ""),
    "data.trig.gz": (media_types.TRIG, "application/gzip"),
    "claims-rdf12.ttl": (media_types.TURTLE, ""),
    "ftm.json": ("application/json+ftm", ""),  # which no registry of media types lists
}
_DUMPS = ("data.nq", "data.nq.gz", "data.trig", "data.trig.gz", "claims-rdf12.ttl")
_VCARD = "http://www.w3.org/2006/vcard/ns#"
_SPDX = "http://spdx.org/rdf/terms#"


def describe(
    store: Store,
    library: Library,
    manifest: Manifest,
    description: Description,
    releases: Sequence[Release] = (),
) -> Iterator[Quad]:
    """Yield the description of a data set and of its saved queries.

    ``description`` is what the home says of itself: title, publisher and licence; ``releases`` are
    those of the home. Of the queries,
    the store holds nothing yet; their description is counted with the rest.

    The queries are described in the terms that SIB's sparql-examples use (``sh:SPARQLExecutable``),
    so that editors which know those find ours.
    """
    store.extend(each for query in library for each in _executable(query))
    statements = {
        *_dataset(manifest, description),
        *_versions(releases),
        *statistics(store),
        *_graphs(store, description),
    }
    # The graph of the description is one of the graphs, and this is the last thing to say of it.
    size = typed(str(len(statements) + 1), "integer")
    statements.add((META.value, "void:triples", size))
    yield from (quad(statement) for statement in sorted(statements, key=str))


def distributions(files: Mapping[str, FileRecord]) -> Iterator[Quad]:
    """Yield the size in bytes and the checksum of each download that is a file of a snapshot.

    Args:
        files: the records of the files of the snapshot, by their path in it.
    """
    for name in _DISTRIBUTIONS:
        record = files.get(f"dump/{name}")
        if name == "data.nq":
            record = files.get(name)
        if record is None:
            continue
        node, checksum = NamedNode(f"{DATASET}#{name}"), NamedNode(f"{DATASET}#{name}-checksum")
        for subject, predicate, value in (
            (node, PREFIXES["dcat"] + "byteSize", typed(str(record.size), "nonNegativeInteger")),
            (node, _SPDX + "checksum", checksum),
            (checksum, PREFIXES["rdf"] + "type", NamedNode(_SPDX + "Checksum")),
            (checksum, _SPDX + "algorithm", NamedNode(_SPDX + "checksumAlgorithm_sha256")),
            (checksum, _SPDX + "checksumValue", typed(record.sha256, "hexBinary")),
        ):
            yield Quad(subject, NamedNode(predicate), value, META)


def _dataset(manifest: Manifest, description: Description) -> Iterator[Statement]:
    about = DATASET
    for kind in ("dcat:Dataset", "void:Dataset"):
        yield about, "rdf:type", iri(kind)
    yield _CATALOGUE, "rdf:type", iri("dcat:Catalog")
    yield _CATALOGUE, "dcat:dataset", NamedNode(about)
    yield _CATALOGUE, "dcat:service", NamedNode(_SERVICE)
    for subject in (about, _CATALOGUE):
        for tag, text in description.title.items():
            yield subject, "dcterms:title", Literal(text, language=tag)
        for tag, text in description.lead.items():
            yield subject, "dcterms:description", Literal(text, language=tag)
        yield from _publication(subject, description)
    if description.publisher_iri:
        for tag, text in description.publisher.items():
            yield description.publisher_iri, "foaf:name", Literal(text, language=tag)
    if description.contact:
        yield about, "dcat:contactPoint", NamedNode(f"{about}#contact")
        yield f"{about}#contact", "rdf:type", NamedNode(_VCARD + "Organization")
        yield f"{about}#contact", "foaf:page", NamedNode(description.contact)
    for tag, words in description.keywords.items():
        for word in words:
            yield about, "dcat:keyword", Literal(word, language=tag)
    for theme in description.themes:
        yield about, "dcat:theme", NamedNode(theme)
    yield about, "dcterms:accessRights", NamedNode(_PUBLIC)
    yield about, "dcterms:modified", typed(manifest.built[:10], "date")
    yield about, "dcat:version", Literal(manifest.version)
    yield about, "dcat:landingPage", NamedNode(BASE)
    yield about, "foaf:homepage", NamedNode(BASE)
    yield about, "void:sparqlEndpoint", NamedNode(BASE + "sparql")
    for name in _DUMPS:
        yield about, "void:dataDump", NamedNode(f"{BASE}dump/{name}")
    for form in ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads"):
        yield about, "void:feature", NamedNode(f"http://www.w3.org/ns/formats/{form}")
    yield about, "void:uriSpace", Literal(ID)
    yield about, "void:rootResource", NamedNode(BASE)
    for namespace in (OIB, OIBV, PREFIXES["skos"], PREFIXES["prov"], PREFIXES["org"]):
        yield about, "void:vocabulary", NamedNode(namespace)
    yield from _distributions(description)
    yield from _service(description)


def _versions(releases: Sequence[Release]) -> Iterator[Statement]:
    """Yield the releases, each a data set of its own and a version of this one."""
    for release in releases:
        node = f"{BASE}version/{release.version}/dataset"
        time = typed(release.released.strftime("%Y-%m-%dT%H:%M:%SZ"), "dateTime")
        yield DATASET, "dcat:hasVersion", NamedNode(node)
        yield node, "rdf:type", iri("dcat:Dataset")
        yield node, "dcat:isVersionOf", NamedNode(DATASET)
        yield node, "dcat:version", Literal(release.version)
        yield node, "dcterms:issued", time
    if releases:
        day = typed(str(releases[0].released.date()), "date")
        latest = f"{BASE}version/{releases[-1].version}/dataset"
        yield DATASET, "dcterms:issued", day
        yield DATASET, "dcat:previousVersion", NamedNode(latest)


def _publication(subject: str, description: Description) -> Iterator[Statement]:
    if description.license_iri:
        yield subject, "dcterms:license", NamedNode(description.license_iri)
    if description.publisher_iri:
        yield subject, "dcterms:publisher", NamedNode(description.publisher_iri)


def _distributions(description: Description) -> Iterator[Statement]:
    """Yield the downloads of the data set, each a ``dcat:Distribution``."""
    for name, (media_type, compression) in _DISTRIBUTIONS.items():
        node = f"{DATASET}#{name}"
        yield DATASET, "dcat:distribution", NamedNode(node)
        yield node, "rdf:type", iri("dcat:Distribution")
        yield node, "dcterms:title", Literal(name)
        yield node, "dcat:accessURL", NamedNode(f"{BASE}dump/{name}")
        yield node, "dcat:downloadURL", NamedNode(f"{BASE}dump/{name}")
        if media_type.partition("+")[2] != "ftm":
            yield node, "dcat:mediaType", NamedNode(_MEDIA_TYPES + media_type)
        if compression:
            yield node, "dcat:compressFormat", NamedNode(_MEDIA_TYPES + compression)
        if description.license_iri:
            yield node, "dcterms:license", NamedNode(description.license_iri)


def _service(description: Description) -> Iterator[Statement]:
    """Yield the endpoint as a ``dcat:DataService``, which gives access to the data set."""
    node = f"{DATASET}#sparql"
    yield DATASET, "dcat:distribution", NamedNode(node)
    yield node, "rdf:type", iri("dcat:Distribution")
    yield node, "dcterms:title", Literal("SPARQL")
    yield node, "dcat:accessURL", NamedNode(BASE + "sparql")
    yield node, "dcat:accessService", NamedNode(_SERVICE)
    yield _SERVICE, "rdf:type", iri("dcat:DataService")
    yield _SERVICE, "dcterms:title", Literal("SPARQL endpoint", language="en")
    yield _SERVICE, "dcterms:title", Literal("SPARQL 端点", language="zh-Hans")
    yield _SERVICE, "dcat:endpointURL", NamedNode(BASE + "sparql")
    yield _SERVICE, "dcat:endpointDescription", NamedNode(BASE + "sparql")
    yield _SERVICE, "dcterms:conformsTo", NamedNode("https://www.w3.org/TR/sparql11-protocol/")
    yield _SERVICE, "dcat:servesDataset", NamedNode(DATASET)
    yield from _publication(_SERVICE, description)


def _graphs(store: Store, description: Description) -> Iterator[Statement]:
    """Yield the description of each named graph: title, source, licence, number of triples."""
    named = [graph for graph in store.named_graphs() if isinstance(graph, NamedNode)]
    for graph in [*named, META]:
        name = graph.value.removeprefix(GRAPH)
        yield _GRAPHS, "sd:namedGraph", graph
        yield graph.value, "rdf:type", iri("sd:NamedGraph")
        yield graph.value, "rdf:type", iri("void:Dataset")
        yield graph.value, "sd:name", graph
        yield graph.value, "dcterms:title", Literal(name)
        if description.license_iri:
            yield graph.value, "dcterms:license", NamedNode(description.license_iri)
        yield from _origin(graph.value, name)
        if graph != META:
            yield DATASET, "void:subset", graph
            number = sum(1 for _ in store.quads_for_pattern(None, None, None, graph))
            yield graph.value, "void:triples", typed(str(number), "integer")


def _origin(graph: str, name: str) -> Iterator[Statement]:
    """Yield where a graph comes from: a file or a folder of the home, a document, other graphs."""
    kind, _, rest = name.partition("/")
    if name == "queries":
        yield graph, "dcterms:source", Literal("queries/")
    elif name in ("ontology", "shapes"):
        yield graph, "dcterms:source", Literal(f"{name}/")
    elif name == "vocab":
        yield graph, "dcterms:source", Literal("ontology/vocabulary.ttl")
    elif not rest or kind == "direct":  # what the build derives
        yield graph, "prov:wasDerivedFrom", NamedNode(DATASET)
        if kind in ("direct", "agreement"):
            yield graph, "dcterms:source", Literal(f"queries/derive/{kind}.rq")
        if rest:
            yield graph, "prov:wasDerivedFrom", NamedNode(f"{ID}document/{rest}")
    else:
        yield graph, "dcterms:source", Literal(f"instances/{name}.ttl")
        if kind == "claim":
            document = rest.partition("/")[0]
            yield graph, "prov:wasDerivedFrom", NamedNode(f"{ID}document/{document}")


def _executable(query: SavedQuery) -> Iterator[Quad]:
    forms = {"SELECT": "Select", "ASK": "Ask", "CONSTRUCT": "Construct", "DESCRIBE": "Describe"}
    kind = f"sh:SPARQL{forms[query.form]}Executable"
    statements: list[Statement] = [
        (query.iri, "rdf:type", iri("sh:SPARQLExecutable")),
        (query.iri, "rdf:type", iri(kind)),
        (query.iri, f"sh:{query.form.lower()}", Literal(query.text)),
        (query.iri, "schema:keywords", Literal(query.topic)),
        (query.iri, "schema:target", NamedNode(BASE + "sparql")),
    ]
    for tag, question in query.question.items():
        statements.append((query.iri, "rdfs:comment", Literal(question, language=tag)))
    yield from (quad(statement, _QUERIES) for statement in statements)
