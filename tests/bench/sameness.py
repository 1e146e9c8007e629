"""Sameness: an answer goes in, a form of it comes out that two engines share if they agree."""

import json
from typing import Any

from pyoxigraph import RdfFormat, parse

from wire import Answer

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {f"{_XSD}{name}" for name in ("integer", "int", "long", "decimal", "double", "float")}
_GRAPHS = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/plain": RdfFormat.N_TRIPLES,
    "text/ntriples": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
}


def normal(answer: Answer) -> list[str]:
    """Return the rows or the triples of an answer, sorted.

    Raises:
        ValueError: the body is not what its media type says.
    """
    if answer.media_type in _GRAPHS:
        try:
            found = list(parse(answer.body, format=_GRAPHS[answer.media_type]))
        except SyntaxError as error:
            raise ValueError(str(error)) from error
        return sorted({str(quad.triple) for quad in found})
    body = json.loads(answer.body)
    if "boolean" in body:
        return [str(body["boolean"])]
    return sorted(
        json.dumps({name: _term(term) for name, term in row.items()}, sort_keys=True)
        for row in body["results"]["bindings"]
    )


def _term(term: dict[str, Any]) -> list[Any]:
    datatype = term.get("datatype", "")
    if datatype in _NUMBERS:
        return ["number", float(term["value"])]
    kind = "literal" if term["type"] == "typed-literal" else term["type"]
    plain = "" if datatype == f"{_XSD}string" else datatype
    return [kind, term["value"], plain, term.get("xml:lang", "").lower()]
