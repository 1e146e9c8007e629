"""Answers: the media types that a query's answer can take, and its bytes in each of them."""

import io
import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from oib import negotiation
from oib.errors import NotAcceptable, TooLarge
from oib.namespaces import PREFIXES

if TYPE_CHECKING:
    from oib.sparql.lexer import Form

Result = QuerySolutions | QueryBoolean | QueryTriples

#: What SELECT and ASK are written in, best first; the plain names of JSON and XML come last, for
#: clients that know no other. CSV and TSV of an ASK, which no standard defines, are one word.
TABLES: Final = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "application/json": QueryResultsFormat.JSON,
    "application/xml": QueryResultsFormat.XML,
}

#: What CONSTRUCT, DESCRIBE and every document about our things are written in, best first.
GRAPHS: Final = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}

#: Short names of the forms, as a command line or a suffix gives them.
NAMES: Final = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}


def offered(form: "Form") -> tuple[str, ...]:
    """Return the media types that a form of query can be answered in, best first."""
    return tuple(TABLES if form in ("SELECT", "ASK") else GRAPHS)


def choose(form: "Form", accept: str, format_name: str = "") -> str:
    """Return the media type to answer a form of query in, as ``negotiation.choose`` does.

    Raises:
        NotAcceptable: the named format is not offered, or the client excludes all that is.
    """
    return negotiation.choose(offered(form), accept, format_name)


def write(result: Result, media_type: str, most: int | None = None) -> bytes:
    """Serialize the answer to a query.

    Raises:
        NotAcceptable: an answer of this form cannot be written in that media type.
        TooLarge: it would have more than ``most`` bytes.
    """
    if isinstance(result, QueryTriples):
        return write_triples(result, media_type, most)
    if media_type not in TABLES:
        raise NotAcceptable(f"a table is not written in {media_type}; ask for {', '.join(TABLES)}")
    sheet = _Sheet(most)
    result.serialize(sheet, format=TABLES[media_type])
    return sheet.getvalue()


def write_triples(triples: Iterable[Triple], media_type: str, most: int | None = None) -> bytes:
    """Serialize triples, shortened by those of the project's prefixes that occur in them.

    Raises:
        NotAcceptable: triples cannot be written in that media type.
        TooLarge: they would have more than ``most`` bytes.
    """
    if media_type not in GRAPHS:
        raise NotAcceptable(f"a graph is not written in {media_type}; ask for {', '.join(GRAPHS)}")
    sheet = _Sheet(most)
    serialize(triples, sheet, format=GRAPHS[media_type], prefixes=PREFIXES)
    body = sheet.getvalue()
    header = _HEADERS.get(media_type)
    return header.sub(_keep_used, body, count=1) if header else body


class _Sheet(io.BytesIO):
    """What pyoxigraph writes on; an error raised here is the only thing that makes it stop."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._most = math.inf if most is None else most

    def write(self, piece: Any) -> int:
        written = super().write(piece)
        if self.tell() > self._most:
            raise TooLarge(
                f"the answer is larger than {self._most / 2**20:g} MiB; "
                "ask for less, or page through it with ORDER BY, LIMIT and OFFSET"
            )
        return written


# Where the two syntaxes that know prefixes declare them.
_HEADERS = {
    "text/turtle": re.compile(rb"\A(?:@prefix [^\n]*\n)+"),
    "application/rdf+xml": re.compile(rb"(?<=<rdf:RDF)(?: xmlns:[^ >]*)+"),
}
_DECLARATION = re.compile(rb"(?:@prefix |(?<=xmlns:))([a-z]+)")


def _keep_used(header: re.Match[bytes]) -> bytes:
    # pyoxigraph declares all prefixes, in no fixed order. Naming one too many does no harm, so
    # it is enough to look for ``prefix:`` anywhere in the text.
    split = b"\n" if b"\n" in header[0] else b" "
    declarations = sorted(line for line in header[0].split(split) if line)
    body = memoryview(header.string)[header.end() :].tobytes()
    kept = [line for line in declarations if _is_used(line, body)]
    return b"".join(line + split if split == b"\n" else split + line for line in kept)


def _is_used(declaration: bytes, body: bytes) -> bool:
    name = _DECLARATION.search(declaration)
    return name is None or re.search(rb"(?<![a-z])" + name[1] + b":", body) is not None
