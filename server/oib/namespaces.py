"""The base IRI, the namespaces, and the one-to-one map of file, IRI and named graph."""

from pathlib import Path, PurePosixPath
from typing import Final

BASE: Final = "https://w3id.org/oib/"
ONTOLOGY: Final = BASE + "ontology"
VOCAB: Final = BASE + "vocab"
SHAPES: Final = BASE + "shapes"
ID: Final = BASE + "id/"
DOC: Final = BASE + "doc/"
QUERIES: Final = BASE + "queries/"
GRAPH: Final = BASE + "graph/"

OIB: Final = ONTOLOGY + "#"
OIBV: Final = VOCAB + "#"
OIBS: Final = SHAPES + "#"
EDTF: Final = "http://id.loc.gov/datatypes/edtf/EDTF"

#: The prefixes of every file and answer of the project.
PREFIXES: Final = {
    "oib": OIB,
    "oibv": OIBV,
    "oibs": OIBS,
    "bibo": "http://purl.org/ontology/bibo/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def file_graph(path: Path, home: Path) -> str:
    """Return the named graph that one source file fills.

    ``instances/person/x.ttl`` fills ``…/graph/person/x``; all ontology modules share
    ``…/graph/ontology`` (the vocabulary ``…/graph/vocab``) and all shapes ``…/graph/shapes``,
    because each of these is published as one document.
    """
    folder, *rest = path.relative_to(home).with_suffix("").parts
    if folder == "instances":
        return GRAPH + "/".join(rest)
    if folder == "ontology" and rest == ["vocabulary"]:
        return GRAPH + "vocab"
    return GRAPH + folder


def shorten(iri: str) -> str:
    """Return an IRI as people write it: prefixed where a prefix fits, else in angle brackets."""
    if iri.startswith(ID):
        return f"<{PurePosixPath(iri.removeprefix(BASE))}>"
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local and "/" not in local and "#" not in local:
            return f"{prefix}:{local}"
    return f"<{iri}>"
