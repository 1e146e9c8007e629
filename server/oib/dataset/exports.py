"""Exports: the claims as RDF 1.2, their triples quoted, and JSON-LD by a context of our terms."""

from collections import defaultdict
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Store, Triple, serialize

from oib.engine.stores import select
from oib.namespaces import GRAPH, OIB, PREFIXES

Context = dict[str, Any]

_REIFIES = NamedNode(PREFIXES["rdf"] + "reifies")
_HEADER = (
    "# The claims in Turtle 1.2: each reifies its triple. "
    "Without the lines that say so this is RDF 1.1:\n"
    "# grep -v '#reifies> <<(' claims-rdf12.ttl\n"
)
_CLAIMS = """
SELECT DISTINCT ?claim ?s ?p ?o WHERE {
  ?claim a oib:Claim ; oib:claimSubject ?s ; oib:claimPredicate ?p .
  { ?claim oib:claimObject ?o } UNION { ?claim oib:claimValue ?o }
}"""
_TERMS = """
SELECT DISTINCT ?term ?kind ?range WHERE {
  VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }
  ?term a ?kind ; rdfs:isDefinedBy ?document . OPTIONAL { ?term rdfs:range ?range }
}"""
_RULES = """
SELECT DISTINCT ?term ?rule ?value WHERE {
  VALUES ?rule { sh:datatype sh:nodeKind sh:languageIn }
  ?shape sh:path ?term ; ?rule ?value
}"""
#: Terms that others coined and every reader of our JSON wants short.
_BORROWED = {
    **{name: f"skos:{name}" for name in ("prefLabel", "altLabel", "hiddenLabel", "definition")},
    "label": "rdfs:label",
}


def claims_rdf12(store: Store) -> bytes:
    """Return the claims, assessments and locators in Turtle 1.2.

    Beside its other triples each claim has ``<claim> rdf:reifies <<( s p o )>>``, one whole
    statement a line, so that ``<< ?s ?p ?o ~ ?claim >> oib:hasHedge ?hedge`` finds it, and whoever
    knows only RDF 1.1 can drop those lines.
    """
    plain = {
        quad.triple
        for graph in store.named_graphs()
        if graph.value.startswith(GRAPH + "claim/")
        for quad in store.quads_for_pattern(None, None, None, graph)
    }
    quoted = [
        Triple(row["claim"], _REIFIES, Triple(row["s"], row["p"], row["o"]))
        for row in select(store, _CLAIMS)
    ]
    turtle = serialize(sorted(plain, key=str), format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""
    lines = serialize(sorted(quoted, key=str), format=RdfFormat.N_TRIPLES) or b""
    written = turtle.splitlines(keepends=True)
    # pyoxigraph writes the prefixes in an order of its own; the same data give the same bytes.
    written.sort(key=lambda line: (0, line) if line.startswith(b"@prefix") else (1, b""))
    return b"\n".join((_HEADER.encode(), b"".join(written), lines))


def context(store: Store) -> Context:
    """Return the JSON-LD 1.1 context of the ontology: what ``@context`` holds.

    Every class and property goes by its own name. Values of object properties are IRIs, those of
    datatype properties have their range as type; for annotation properties the rules in ``shapes/``
    say it: a datatype, an IRI, or texts by language.
    """
    prefixes = {prefix: iri for prefix, iri in sorted(PREFIXES.items()) if prefix != "oib"}
    found: Context = {"@version": 1.1, "id": "@id", "type": "@type", "oib": OIB, **prefixes}
    for name, curie in _BORROWED.items():
        found[name] = {"@id": curie, "@container": "@language"}
    rules = _rules(store)
    for row in sorted(select(store, _TERMS), key=str):
        iri, kind = row["term"].value, row["kind"].value.rpartition("#")[2]
        name = iri.removeprefix(OIB)
        if name == "claimPredicate":
            coercion = {"@type": "@vocab"}  # so that a predicate goes by its own name too
        elif name == "claimValue":
            coercion = {}  # of any type, whatever a rule asks of it for one predicate
        elif kind == "ObjectProperty":
            coercion = {"@type": "@id"}
        elif kind == "DatatypeProperty" and row["range"]:
            coercion = {"@type": _curie(row["range"].value)}
        else:
            coercion = rules.get(iri, {})
        found[name] = {"@id": f"oib:{name}", **coercion} if coercion else f"oib:{name}"
    return found


def _rules(store: Store) -> dict[str, dict[str, str]]:
    """Return how the rules type the values of each property, where they all agree."""
    forms: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in select(store, _RULES):
        rule, value = row["rule"].value.rpartition("#")[2], row["value"]
        if rule == "languageIn":
            forms[row["term"].value].add(("@container", "@language"))
        elif rule == "datatype":
            forms[row["term"].value].add(("@type", _curie(value.value)))
        elif value.value == PREFIXES["sh"] + "IRI":
            forms[row["term"].value].add(("@type", "@id"))
    # A string of JSON is an xsd:string by itself; rdflib takes one that says so for another.
    return {
        term: {name: value for name, value in each if value != "xsd:string"}
        for term, each in forms.items()
        if len(each) == 1
    }


def _curie(iri: str) -> str:
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
