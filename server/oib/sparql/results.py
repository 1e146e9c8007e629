"""Results: the media types in which a query can be answered, and its answer written in each."""

import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pyoxigraph import (
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from oib import media_types, negotiation
from oib.characters import NC_NAME, NC_NAME_START
from oib.errors import AnswerTooLarge, NotAcceptable
from oib.namespaces import PREFIXES
from oib.sparql import jsonld
from oib.sparql.jsonld import Compaction

if TYPE_CHECKING:
    from oib.sparql.lexer import Form

Result = QuerySolutions | QueryBoolean | QueryTriples

#: The formats of SELECT and ASK, the preferred one first; the general names of JSON and XML come
#: last, for clients that know no other. An ASK in CSV or TSV, which no standard defines, is one
#: word.
TABLES: Final = {
    media_types.SPARQL_JSON: QueryResultsFormat.JSON,
    media_types.SPARQL_XML: QueryResultsFormat.XML,
    media_types.CSV: QueryResultsFormat.CSV,
    media_types.TSV: QueryResultsFormat.TSV,
    media_types.JSON: QueryResultsFormat.JSON,
    media_types.XML: QueryResultsFormat.XML,
}

#: The formats of CONSTRUCT, DESCRIBE and every document about an entity, the preferred one first.
GRAPHS: Final = {
    media_types.TURTLE: RdfFormat.TURTLE,
    media_types.N_TRIPLES: RdfFormat.N_TRIPLES,
    media_types.JSON_LD: RdfFormat.JSON_LD,
    media_types.RDF_XML: RdfFormat.RDF_XML,
}

#: The formats of several graphs with their names, the preferred one first.
DATASETS: Final = {media_types.TRIG: RdfFormat.TRIG, media_types.N_QUADS: RdfFormat.N_QUADS}

#: The name of each format on the command line.
NAMES: Final = {**media_types.TABLE_SUFFIXES, **media_types.GRAPH_SUFFIXES}

_XML_TYPES = frozenset((media_types.SPARQL_XML, media_types.XML, media_types.RDF_XML))
# What XML 1.0, section 2.2, has no way to write: control characters, U+FFFE and U+FFFF.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
# RDF/XML makes an element of each predicate, named by what stands at its end: an NCName of
# Namespaces in XML 1.0, section 3.
_STARTS_NAME = re.compile(f"[{NC_NAME_START}]")
_IN_NAME = re.compile(f"[{NC_NAME}]*+")
# RDF 1.1 XML Syntax, section 7.2.2 to 7.2.5: names with a meaning of their own.
_NOT_PREDICATES = frozenset(
    PREFIXES["rdf"] + name
    for name in (
        *("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description"),
        *("aboutEach", "aboutEachPrefix", "bagID", "li"),
    )
)
_XMLNS = "http://www.w3.org/2000/xmlns/"
_EXCERPT = 60  # characters of a term, in a message


def offered(form: "Form") -> tuple[str, ...]:
    """Return the media types that a form of query can be answered in, best first."""
    return tuple(TABLES if form in ("SELECT", "ASK") else GRAPHS)


def choose(form: "Form", accept: str, format_name: str = "") -> str:
    """Return the media type to answer a form of query in, as ``negotiation.choose`` does.

    Raises:
        NotAcceptable: the named format is not offered, or the client excludes all that is.
    """
    return negotiation.choose(offered(form), accept, format_name)


def write(
    result: Result,
    media_type: str,
    max_bytes: int | None = None,
    compaction: Compaction = jsonld.DEFAULT,
) -> bytes:
    """Serialize the result of a query.

    Args:
        result: what the store has answered.
        media_type: one of those that are offered for the form of the query.
        max_bytes: the largest size of the answer, None for no limit.
        compaction: the context for JSON-LD.

    Raises:
        NotAcceptable: a result of this form, or with such terms, has no such format.
        AnswerTooLarge: the answer would have more than ``max_bytes`` bytes.
    """
    if isinstance(result, QueryTriples):
        return write_triples(result, media_type, max_bytes, compaction)
    if media_type not in TABLES:
        raise NotAcceptable(f"a table is not written in {media_type}; ask for {', '.join(TABLES)}")
    if max_bytes is None:  # without a buffer in between, which takes a fifth of the time
        return _finish(result.serialize(format=TABLES[media_type]) or b"", media_type, None)
    buffer = CappedBuffer(max_bytes)
    result.serialize(buffer, format=TABLES[media_type])
    return _finish(buffer.getvalue(), media_type, max_bytes)


def write_triples(
    triples: Iterable[Triple],
    media_type: str,
    max_bytes: int | None = None,
    compaction: Compaction = jsonld.DEFAULT,
) -> bytes:
    """Serialize triples, shortened by those of the project's prefixes that occur in them.

    Raises:
        NotAcceptable: triples, or terms such as these, have no such format.
        AnswerTooLarge: the document would have more than ``max_bytes`` bytes.
    """
    if media_type == media_types.JSON_LD:
        return compaction.write(triples, max_bytes)
    if media_type not in GRAPHS:
        raise NotAcceptable(f"a graph is not written in {media_type}; ask for {', '.join(GRAPHS)}")
    if media_type == media_types.RDF_XML:
        triples = _check_predicates(triples)
    return _serialize(triples, media_type, GRAPHS[media_type], max_bytes)


def write_quads(quads: Iterable[Quad], media_type: str, max_bytes: int | None = None) -> bytes:
    """Serialize the statements of several graphs, with the name of the graph of each.

    Raises:
        NotAcceptable: the media type is none of ``DATASETS``.
        AnswerTooLarge: the document would have more than ``max_bytes`` bytes.
    """
    if media_type not in DATASETS:
        raise NotAcceptable(
            f"graphs with their names are not written in {media_type}; "
            f"ask for {', '.join(DATASETS)}"
        )
    return _serialize(quads, media_type, DATASETS[media_type], max_bytes)


class CappedBuffer(io.BytesIO):
    """A buffer in memory that refuses to grow beyond a number of bytes.

    The error that it raises is the only thing that makes pyoxigraph stop.
    """

    def __init__(self, max_bytes: int | None) -> None:
        super().__init__()
        self._max_bytes = max_bytes

    def write(self, data: Any) -> int:
        """Append data.

        Raises:
            AnswerTooLarge: there are more bytes now than the buffer may hold.
        """
        written = super().write(data)
        if self._max_bytes is not None and self.tell() > self._max_bytes:
            raise AnswerTooLarge.beyond(self._max_bytes)
        return written


def _serialize(
    statements: Iterable[Triple] | Iterable[Quad],
    media_type: str,
    rdf_format: RdfFormat,
    max_bytes: int | None,
) -> bytes:
    buffer = CappedBuffer(max_bytes)
    serialize(statements, buffer, format=rdf_format, prefixes=PREFIXES)
    body = _finish(buffer.getvalue(), media_type, max_bytes)
    header = _HEADERS.get(media_type)
    return header.sub(_keep_used, body, count=1) if header else body


def _finish(body: bytes, media_type: str, max_bytes: int | None) -> bytes:
    """Return what was written, in XML only if it is well-formed and nothing in it is altered."""
    if media_type not in _XML_TYPES:
        return body
    if match := _NOT_XML.search(body):
        _refuse_character(body, match)
    if b"\r" in body:
        # A parser turns CR and CRLF into LF unless it is escaped (XML 1.0, section 2.11).
        body = body.replace(b"\r", b"&#13;")
        if max_bytes is not None and len(body) > max_bytes:
            raise AnswerTooLarge.beyond(max_bytes)
    return body


def _refuse_character(body: bytes, match: re.Match[bytes]) -> NoReturn:
    start, end = body.rfind(b">", 0, match.start()) + 1, body.find(b"<", match.end())
    term = body[max(start, match.start() - _EXCERPT) : min(end, match.end() + _EXCERPT)]
    raise NotAcceptable(
        f"the value {term.decode(errors='replace')!r} holds U+{ord(match[0].decode()):04X}, which "
        f"XML cannot; ask for {media_types.SPARQL_JSON}, or {media_types.TURTLE} for a graph"
    )


def _check_predicates(triples: Iterable[Triple]) -> Iterable[Triple]:
    checked: set[str] = set()
    for triple in triples:
        predicate = triple.predicate.value
        if predicate not in checked:
            if not _is_element(predicate):
                raise NotAcceptable(
                    f"RDF/XML cannot hold the predicate <{predicate}>, which does not end in a "
                    f"name that XML allows here; ask for {media_types.TURTLE}, "
                    f"{media_types.N_TRIPLES} or {media_types.JSON_LD}"
                )
            checked.add(predicate)
        yield triple


def _is_element(predicate: str) -> bool:
    """Return whether RDF/XML can name an element after a predicate."""
    end = _IN_NAME.match(predicate[::-1])
    is_name = end is not None and _STARTS_NAME.search(end[0]) is not None
    return is_name and predicate not in _NOT_PREDICATES and not predicate.startswith(_XMLNS)


# Where the syntaxes that know prefixes declare them.
_HEADERS = {
    media_types.TURTLE: re.compile(rb"\A(?:@prefix [^\n]*\n)+"),
    media_types.TRIG: re.compile(rb"\A(?:@prefix [^\n]*\n)+"),
    media_types.RDF_XML: re.compile(rb"(?<=<rdf:RDF)(?: xmlns:[^ >]*)+"),
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
    match = _DECLARATION.search(declaration)
    if match is None:
        return True
    # Not a pattern with a lookbehind, which would be tried at every byte of the body.
    name = match[1] + b":"
    position = body.find(name)
    while position > 0 and body[position - 1 : position].islower():
        position = body.find(name, position + 1)
    return position >= 0
