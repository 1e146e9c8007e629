"""Media types: those that the project reads and writes, and the short names that stand for them.

The one place of these tables: suffixes of addresses, values of ``format=`` and of ``--format``.
"""

from typing import Final

BIBTEX: Final = "application/x-bibtex"
CSL_JSON: Final = "application/vnd.citationstyles.csl+json"
CSV: Final = "text/csv"
HTML: Final = "text/html"
JSON: Final = "application/json"
JSON_SCHEMA: Final = "application/schema+json"
JSON_LD: Final = "application/ld+json"
N_QUADS: Final = "application/n-quads"
N_TRIPLES: Final = "application/n-triples"
PROBLEM: Final = "application/problem+json"
RDF_XML: Final = "application/rdf+xml"
RIS: Final = "application/x-research-info-systems"
SPARQL_JSON: Final = "application/sparql-results+json"
SPARQL_XML: Final = "application/sparql-results+xml"
TRIG: Final = "application/trig"
TSV: Final = "text/tab-separated-values"
TURTLE: Final = "text/turtle"
XML: Final = "application/xml"

#: Bodies of requests of the SPARQL 1.1 Protocol.
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

#: Suffix and media type of the formats of a graph, and of those that also hold its name.
GRAPH_SUFFIXES: Final = {"ttl": TURTLE, "jsonld": JSON_LD, "nt": N_TRIPLES, "rdf": RDF_XML}
DATASET_SUFFIXES: Final = {"trig": TRIG, "nq": N_QUADS}

#: Suffix and media type of the formats of a table, and of a page.
TABLE_SUFFIXES: Final = {"csv": CSV, "tsv": TSV, "json": SPARQL_JSON, "xml": SPARQL_XML}
PAGE_SUFFIXES: Final = {"html": HTML}

#: Suffix and media type of the formats of a citation, by which DOIs are cited, too.
CITATION_SUFFIXES: Final = {"bib": BIBTEX, "ris": RIS, "csl": CSL_JSON}

#: Media types by which clients ask for the format of a graph, with that which defines the format.
GRAPH_ALIASES: Final = {
    JSON: JSON_LD,
    XML: RDF_XML,
    "text/plain": N_TRIPLES,
    "text/n3": TURTLE,
}

#: The short name of each media type that has one.
SHORT_NAMES: Final = {
    media_type: name
    for suffixes in (TABLE_SUFFIXES, GRAPH_SUFFIXES, DATASET_SUFFIXES, PAGE_SUFFIXES)
    for name, media_type in suffixes.items()
}

# Other names that clients send by ``format=``: each may stand for a table or for a graph
# (SPARQLWrapper asks for a graph by ``format=json``), so what is offered decides.
_NAMES: Final = {
    "json": (SPARQL_JSON, JSON_LD, JSON),
    "xml": (SPARQL_XML, RDF_XML),
    "json-ld": (JSON_LD,),
    "turtle": (TURTLE,),
    "n3": (TURTLE,),
    "ntriples": (N_TRIPLES,),
    "n-triples": (N_TRIPLES,),
    "nquads": (N_QUADS,),
    "n-quads": (N_QUADS,),
    "rdf+xml": (RDF_XML,),
    "rdfxml": (RDF_XML,),
    "rdf/xml": (RDF_XML,),
    "srj": (SPARQL_JSON,),
    "srx": (SPARQL_XML,),
    "application/json": (SPARQL_JSON, JSON_LD),
    "application/xml": (SPARQL_XML, RDF_XML),
    **{
        name: (media_type,)
        for suffixes in (GRAPH_SUFFIXES, DATASET_SUFFIXES, PAGE_SUFFIXES)
        for name, media_type in suffixes.items()
    },
    "csv": (CSV,),
    "tsv": (TSV,),
}


def named(name: str) -> tuple[str, ...]:
    """Return the media types that a name of a format may stand for, the likeliest first.

    The name is a suffix (``csv``), another short name (``turtle``) or a media type itself; case
    and parameters do not count. Nothing is known of any other name: the result is empty.
    """
    media_type, _ = parse(name)
    # A plus sign in an address is a blank, so people who type a media type send that.
    media_type = media_type.replace(" ", "+")
    return _NAMES.get(media_type) or ((media_type,) if "/" in media_type else ())


def parse(value: str) -> tuple[str, dict[str, str]]:
    """Return media type and parameters of the value of a ``Content-Type``, in small letters.

    RFC 9110, section 8.3.1. Malformed parameters are left out; of several with one name the first
    counts. The time is linear in the length of the value.
    """
    media_type, *rest = split(value, ";")
    parameters: dict[str, str] = {}
    for part in rest:
        name, equals, text = part.partition("=")
        if equals and (name := name.strip().lower()):
            parameters.setdefault(name, _unquote(text.strip()))
    return media_type.strip().lower(), parameters


def split(value: str, separator: str) -> list[str]:
    """Split a header value at a separator outside of quoted strings (RFC 9110, section 5.6.4)."""
    if '"' not in value:
        return value.split(separator)
    parts, start, position, quoted = list[str](), 0, 0, False
    while position < len(value):
        character = value[position]
        if character == '"':
            quoted = not quoted
        elif character == "\\" and quoted:
            position += 1
        elif character == separator and not quoted:
            parts.append(value[start:position])
            start = position + 1
        position += 1
    return [*parts, value[start:]]


def _unquote(text: str) -> str:
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return text
    pieces, rest = [], iter(text[1:-1])
    for character in rest:
        pieces.append(next(rest, "") if character == "\\" else character)
    return "".join(pieces)
