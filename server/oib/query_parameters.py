"""The parameter: one variable of a saved query that a caller may fill, and the terms it takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from pyoxigraph import Literal, NamedNode

from oib.errors import BadInput
from oib.namespaces import PREFIXES

_XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True)
class Parameter:
    """One variable of a query that a caller may fill.

    ``kind`` is one of iri, string, language-string, integer, boolean, date; ``example`` is the
    term that stands in the file, written as a caller would write it.
    """

    name: str
    kind: str
    example: str
    label: Mapping[str, str]

    @classmethod
    def read(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """Read one entry of a header: its type, its example and its labels.

        Raises:
            KeyError, ValueError: it has no type or example, or a type that is not known.
        """
        if entry["type"] not in _TERM:
            raise ValueError(f"type {entry['type']} is none of {', '.join(_TERM)}")
        return cls(name, entry["type"], str(entry["example"]), dict(entry.get("label", {})))

    def term(self, value: str) -> NamedNode | Literal:
        """Return a caller's text as an RDF term of this parameter's kind.

        An IRI may be prefixed (``oibv:hedge-likely``); a language-string carries its tag after
        the last ``@``.

        Raises:
            BadInput: the text is no term of this kind.
        """
        try:
            return _TERM[self.kind](value)
        except ValueError as error:
            raise BadInput(
                f"parameter {self.name} takes {self.kind}, such as {self.example}: {error}"
            ) from error


def _iri(value: str) -> NamedNode:
    prefix, _, local = value.partition(":")
    if not local.startswith("//") and prefix in PREFIXES:
        value = PREFIXES[prefix] + local
    if ":" not in value:
        raise ValueError("an IRI is absolute or starts with a known prefix")
    return NamedNode(value)


def _language_string(value: str) -> Literal:
    text, mark, tag = value.rpartition("@")
    return Literal(text, language=tag) if mark else Literal(value)


def _typed(pattern: str, datatype: str, value: str) -> Literal:
    if not re.fullmatch(pattern, value):
        raise ValueError(f"{value!r} is no {datatype}")
    return Literal(value, datatype=NamedNode(_XSD + datatype))


_TERM: dict[str, Callable[[str], NamedNode | Literal]] = {
    "iri": _iri,
    "string": Literal,
    "language-string": _language_string,
    "integer": partial(_typed, r"[+-]?\d+", "integer"),
    "boolean": partial(_typed, "true|false", "boolean"),
    "date": partial(_typed, r"\d{4}-\d\d-\d\d", "date"),
}
