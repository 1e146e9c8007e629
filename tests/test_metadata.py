"""The description of the data set says what is true: each figure is counted again, each form asked.

Every check is shown to fail, too, for a figure, a link or a format that is wrong.
"""

import gzip
import hashlib
from collections import defaultdict

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from oib.dataset.statistics import partition_iri
from oib.namespaces import BASE, GRAPH, OIB, PREFIXES

VOID, DCAT, SD = PREFIXES["void"], PREFIXES["dcat"], PREFIXES["sd"]
DATASET = BASE + "dataset"
META = NamedNode(GRAPH + "meta")
TYPE = NamedNode(PREFIXES["rdf"] + "type")
SAME = NamedNode(PREFIXES["schema"] + "sameAs")
FORMS = "http://www.w3.org/ns/formats/"
MEDIA = {
    "Turtle": "text/turtle",
    "N-Triples": "application/n-triples",
    "JSON-LD": "application/ld+json",
    "RDF_XML": "application/rdf+xml",
    "TriG": "application/trig",
    "N-Quads": "application/n-quads",
}


class Description:
    """Statements of a document, by subject and property."""

    def __init__(self, quads):
        self.values = defaultdict(set)
        for quad in quads:
            self.values[quad.subject.value, quad.predicate.value].add(quad.object.value)

    def all(self, subject, predicate):
        return self.values[subject, predicate]

    def one(self, subject, predicate):
        (value,) = self.values[subject, predicate]
        return value


@pytest.fixture(scope="module")
def described(home_client):
    body = home_client.get("/dataset.nt").data
    return frozenset(parse(body, RdfFormat.N_TRIPLES))


@pytest.fixture(scope="module")
def data(store):
    """The distinct triples of all graphs but that of the description, to be counted by SPARQL."""
    union = Store()
    for quad in store:
        if quad.graph_name.value and quad.graph_name != META:
            union.add(Quad(quad.subject, quad.predicate, quad.object))
    return union


def count(data, pattern):
    (row,) = data.query(
        f"SELECT (COUNT(*) AS ?n) WHERE {{ SELECT DISTINCT * WHERE {{ {pattern} }} }}"
    )
    return row["n"].value


def wrong_figures(quads, data, store):
    """Yield what the description says otherwise than the data."""
    about = Description(quads)

    def differs(subject, predicate, pattern):
        if about.all(subject, VOID + predicate) != {count(data, pattern)}:
            yield f"{subject} {predicate} is not {count(data, pattern)}"

    yield from differs(DATASET, "triples", "?s ?p ?o")
    for name, variable in (("distinctSubjects", "?s"), ("distinctObjects", "?o")):
        pattern = f"SELECT DISTINCT {variable} WHERE {{ ?s ?p ?o }}"
        yield from differs(DATASET, name, f"{{ {pattern} }}")
    kinds = {row["c"].value for row in data.query("SELECT DISTINCT ?c { ?s a ?c }")}
    properties = {row["p"].value for row in data.query("SELECT DISTINCT ?p { ?s ?p ?o }")}
    for kind, of, found in (("class", "classes", kinds), ("property", "properties", properties)):
        parts = about.all(DATASET, f"{VOID}{kind}Partition")
        if {about.one(part, VOID + kind) for part in parts} != found:
            yield f"the partitions by {kind} are not those of the data"
        if about.all(DATASET, VOID + of) != {str(len(found))}:
            yield f"{of} is not {len(found)}"
        for part in parts:
            if part != partition_iri(DATASET, kind, about.one(part, VOID + kind)):
                yield f"{part} is not named by its {kind}"
    for part in about.all(DATASET, VOID + "propertyPartition"):
        prop = about.one(part, VOID + "property")
        yield from differs(part, "triples", f"?s <{prop}> ?o")
    for part in about.all(DATASET, VOID + "classPartition"):
        kind = about.one(part, VOID + "class")
        yield from differs(part, "entities", f"?s a <{kind}>")
        inner = about.all(part, VOID + "propertyPartition")
        used = data.query(f"SELECT DISTINCT ?p {{ ?s a <{kind}> ; ?p ?o }}")
        expected = {row["p"].value for row in used} if kind.startswith(OIB) else set()
        if {about.one(nested, VOID + "property") for nested in inner} != expected:
            yield f"the partitions of {part} are not those of the data"
        for nested in inner:
            pattern = f"?s a <{kind}> ; <{about.one(nested, VOID + 'property')}> ?o"
            yield from differs(nested, "triples", pattern)
            for last in about.all(nested, VOID + "classPartition"):
                other = about.one(last, VOID + "class")
                yield from differs(last, "triples", f"{pattern} . ?o a <{other}>")
    linked = 0
    for subset in about.all(DATASET, VOID + "subset"):
        if subset.startswith(GRAPH):
            size = len(list(store.quads_for_pattern(None, None, None, NamedNode(subset))))
            if about.all(subset, VOID + "triples") != {str(size)}:
                yield f"{subset} has {size} triples"
        else:
            space = about.one(subset, VOID + "objectsTarget")
            predicate = about.one(subset, VOID + "linkPredicate")
            links = {
                quad.object.value
                for quad in data.quads_for_pattern(None, NamedNode(predicate), None, None)
                if quad.object.value.startswith(space)
            }
            linked += len(links)
            if about.one(subset, VOID + "triples") != str(len(links)):
                yield f"{subset} has {len(links)} links"
    if linked != len(list(data.quads_for_pattern(None, SAME, None, None))):
        yield "not every link is in a linkset"
    graphs = {graph.value for graph in store.named_graphs()}
    if about.all(BASE + "sparql#dataset", SD + "namedGraph") != graphs:
        yield "the named graphs are not those of the data"
    if graphs - {META.value} != {
        subset for subset in about.all(DATASET, VOID + "subset") if subset.startswith(GRAPH)
    }:
        yield "the subsets are not the graphs that are counted"


def wrong_distributions(quads, client):
    """Yield what the description says of the downloads otherwise than they are."""
    about = Description(quads)
    for node in about.all(DATASET, DCAT + "distribution"):
        (url,) = about.all(node, DCAT + "downloadURL") or {None}
        if url is None:  # the endpoint
            if (
                client.get("/" + about.one(node, DCAT + "accessURL")[len(BASE) :]).status_code
                != 200
            ):
                yield f"{node} does not answer"
            continue
        with client.get("/" + url[len(BASE) :]) as response:
            body, status = response.data, response.status_code
        if status != 200:
            yield f"{url} answers {status}"
            continue
        compressed = about.all(node, DCAT + "compressFormat")
        for iri in about.all(node, DCAT + "mediaType"):
            form = RdfFormat.from_media_type(iri.partition("media-types/")[2])
            try:
                list(parse(gzip.decompress(body) if compressed else body, form))
            except (SyntaxError, OSError, TypeError) as error:
                yield f"{url} is no {iri}: {error}"
        for size in about.all(node, DCAT + "byteSize"):
            if int(size) != len(body):
                yield f"{url} has {len(body)} bytes"
        for checksum in about.all(node, "http://spdx.org/rdf/terms#checksum"):
            digest = about.one(checksum, "http://spdx.org/rdf/terms#checksumValue")
            if digest != hashlib.sha256(body).hexdigest():
                yield f"{url} has another digest"


def wrong_features(quads, client):
    """Yield the formats of entities that the description names and the server does not write."""
    named = {
        value.removeprefix(FORMS) for value in Description(quads).all(DATASET, VOID + "feature")
    }
    if named != set(MEDIA):
        yield f"other formats are named: {named ^ set(MEDIA)}"
    for name in named & set(MEDIA):
        response = client.get("/doc/place/suzhou", headers={"Accept": MEDIA[name]})
        if response.mimetype != MEDIA[name] or not list(
            parse(response.data, RdfFormat.from_media_type(MEDIA[name]))
        ):
            yield f"{name} is not written"


def test_every_figure_is_that_of_the_data(described, data, store):
    assert list(wrong_figures(described, data, store)) == []
    assert len(Description(described).all(DATASET, VOID + "classPartition")) > 50


def test_every_download_is_as_it_is_described(described, home_client):
    assert list(wrong_distributions(described, home_client)) == []


def test_every_format_that_is_named_is_written(described, home_client):
    assert list(wrong_features(described, home_client)) == []


@pytest.mark.parametrize(
    ("name", "check"),
    [
        *((f"void#{name}", "figures") for name in ("triples", "distinctObjects", "classes")),
        *((f"void#{name}", "figures") for name in ("entities", "subset", "propertyPartition")),
        *((f"void#{name}", "figures") for name in ("linkPredicate", "property")),
        ("sparql-service-description#namedGraph", "figures"),
        *((f"dcat#{name}", "distributions") for name in ("byteSize", "downloadURL", "mediaType")),
        ("spdx.org/rdf/terms#checksumValue", "distributions"),
        ("void#feature", "features"),
    ],
)
def test_what_is_made_wrong_is_found(name, check, described, data, store, home_client):
    found = sorted((q for q in described if q.predicate.value.endswith(name)), key=str)
    quad = found[len(found) // 2]
    others = {
        "byteSize": Literal("1"),
        "checksumValue": Literal("0" * 64),
        "downloadURL": NamedNode(BASE + "dump/none"),
        "mediaType": NamedNode(
            "https://www.iana.org/assignments/media-types/application/n-triples"
        ),
        "linkPredicate": NamedNode(PREFIXES["owl"] + "sameAs"),
        "property": NamedNode(PREFIXES["skos"] + "note"),
    }
    short = name.rpartition("#")[2]
    if short in ("subset", "propertyPartition", "namedGraph", "feature"):
        spoilt = described - {quad}
    else:
        other = others.get(short) or Literal(str(int(quad.object.value) + 1))
        if short == "mediaType":  # of a download that is Turtle
            (quad,) = (q for q in found if q.object.value.endswith("turtle"))
        spoilt = described - {quad} | {Quad(quad.subject, quad.predicate, other)}
    if check == "figures":
        assert list(wrong_figures(spoilt, data, store))
    elif check == "distributions":
        assert list(wrong_distributions(spoilt, home_client))
    else:
        assert list(wrong_features(spoilt, home_client))


def test_the_formats_of_the_endpoint_are_written(home_client):
    body = home_client.get("/sparql", headers={"Accept": "application/n-triples"}).data
    about = Description(parse(body, RdfFormat.N_TRIPLES))
    formats = about.all(BASE + "sparql#service", SD + "resultFormat")
    tables = {
        "SPARQL_Results_JSON": "application/sparql-results+json",
        "SPARQL_Results_XML": "application/sparql-results+xml",
        "SPARQL_Results_CSV": "text/csv",
        "SPARQL_Results_TSV": "text/tab-separated-values",
    }
    for iri in formats:
        name = iri.removeprefix(FORMS)
        media_type = tables.get(name) or MEDIA[name]
        query = "SELECT * { ?s ?p ?o } LIMIT 1" if name in tables else "DESCRIBE <urn:x>"
        response = home_client.get(
            "/sparql", query_string={"query": query}, headers={"Accept": media_type}
        )
        assert (response.status_code, response.mimetype) == (200, media_type)
    assert len(formats) == 8


def test_the_data_set_has_a_publisher_a_licence_a_contact_and_a_landing_page(described):
    about = Description(described)
    assert about.one(DATASET, PREFIXES["dcterms"] + "publisher") == BASE + "id/organization/oib"
    for name in ("contactPoint", "landingPage", "theme", "keyword", "version"):
        assert about.all(DATASET, DCAT + name), name
    assert about.one(BASE + "catalogue", DCAT + "dataset") == DATASET
