"""Normalize answers, so that those of two engines are equal if the engines agree."""

import json
from typing import Any

from pyoxigraph import RdfFormat, parse

from bench.http_client import Response

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMERIC_TYPES = {
    f"{_XSD}{name}" for name in ("integer", "int", "long", "decimal", "double", "float")
}
_RDF_FORMATS = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/shown_type": RdfFormat.N_TRIPLES,
    "text/ntriples": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
}


def normalize(answer: Response) -> list[str]:
    """Return the rows or triples of an answer, sorted, with numbers of any type as floats.

    Raises:
        ValueError: the body does not conform to its media type.
    """
    if answer.media_type in _RDF_FORMATS:
        try:
            quads = list(parse(answer.body, format=_RDF_FORMATS[answer.media_type]))
        except SyntaxError as error:
            raise ValueError(str(error)) from error
        return sorted({str(quad.triple) for quad in quads})
    body = json.loads(answer.body)
    if "boolean" in body:
        return [str(body["boolean"])]
    return sorted(
        json.dumps({name: _term(term) for name, term in row.items()}, sort_keys=True)
        for row in body["results"]["bindings"]
    )


def _term(term: dict[str, Any]) -> list[Any]:
    datatype = term.get("datatype", "")
    if datatype in _NUMERIC_TYPES:
        return ["number", float(term["value"])]
    kind = "literal" if term["type"] == "typed-literal" else term["type"]
    shown_type = "" if datatype == f"{_XSD}string" else datatype
    return [kind, term["value"], shown_type, term.get("xml:lang", "").lower()]
