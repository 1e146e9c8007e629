"""The library: saved queries, each one ``.rq`` file with a ``#+`` header in YAML."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import yaml
from pyoxigraph import Literal, NamedNode

from oib.errors import BadInput, NotFound
from oib.home import sources
from oib.names import PREFIXES, QUERIES

_XSD = "http://www.w3.org/2001/XMLSchema#"
_BLOCK = re.compile(r"VALUES \?(\w+) \{[^}]*\}")
_TYPES = ("iri", "string", "language-string", "integer", "boolean", "date")


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


@dataclass(frozen=True)
class SavedQuery:
    """One question that the data answer: its text, its wording, its parameters, its columns."""

    name: str
    text: str
    question: Mapping[str, str]
    topic: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    answers: str

    @property
    def iri(self) -> str:
        """Return the IRI of the query."""
        return QUERIES + self.name

    @property
    def form(self) -> str:
        """Return SELECT, ASK, CONSTRUCT or DESCRIBE."""
        match = re.search(r"^(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", self.text, re.MULTILINE)
        return match[1] if match else "SELECT"

    @classmethod
    def read(cls, path: Path, folder: Path) -> Self:
        """Read the header and the text of one file below the folder of queries.

        Raises:
            BadInput: the header is no YAML, misses a field or names an unknown type.
        """
        text = path.read_text("utf-8")
        lines = [line for line in text.splitlines() if line.startswith("#+")]
        try:
            header: dict[str, Any] = yaml.safe_load("\n".join(line[3:] for line in lines)) or {}
            query = cls(
                name=path.relative_to(folder).with_suffix("").as_posix(),
                text=text,
                question=dict(header["question"]),
                topic=path.parent.relative_to(folder).as_posix(),
                parameters=tuple(
                    _parameter(name, entry)
                    for name, entry in (header.get("parameters") or {}).items()
                ),
                columns=tuple(header.get("columns", ())),
                answers=str(header.get("answers", "")),
            )
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise BadInput(
                f"{path}: its #+ header needs question: {{en: …, zh-Hans: …}} ({error!r})"
            ) from error
        for parameter in query.parameters:
            _block(query, parameter)
            parameter.term(parameter.example)
        return query

    def bind(self, values: Mapping[str, str]) -> str:
        """Return the text with the ``VALUES`` block of each named parameter filled anew.

        A value goes in as a serialized term, never as text, so it cannot change the query.

        Raises:
            BadInput: a name that is no parameter, or a value of the wrong kind.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if unknown := sorted(set(values) - set(known)):
            offered = ", ".join(known) or "none"
            raise BadInput(f"{self.name} has no parameter {unknown[0]}; it has: {offered}")
        terms = {name: str(known[name].term(value)) for name, value in values.items()}

        def fill(block: re.Match[str]) -> str:
            name = block[1]
            return f"VALUES ?{name} {{ {terms[name]} }}" if name in terms else block[0]

        # In one pass: a value that looks like the block of another parameter stays a value.
        return _BLOCK.sub(fill, self.text)


class Library:
    """All saved queries of a home, by name (``topic/name``)."""

    def __init__(self, home: Path) -> None:
        folder = home / "queries"
        self._queries = {
            query.name: query
            for path in sources(home, "queries", ".rq")
            if path.parent != folder / "derive"  # a rule of the build, not a question
            for query in [SavedQuery.read(path, folder)]
        }

    def __iter__(self) -> Iterator[SavedQuery]:
        return iter(self._queries.values())

    def __len__(self) -> int:
        return len(self._queries)

    def __getitem__(self, name: str) -> SavedQuery:
        if name not in self._queries:
            raise NotFound(f"no saved query is called {name}; oib ask --list names them all")
        return self._queries[name]


def _parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    if entry["type"] not in _TYPES:
        raise ValueError(f"type {entry['type']} is none of {', '.join(_TYPES)}")
    return Parameter(name, entry["type"], str(entry["example"]), dict(entry.get("label", {})))


def _block(query: SavedQuery, parameter: Parameter) -> None:
    if _BLOCK.findall(query.text).count(parameter.name) != 1:
        raise BadInput(
            f"{query.name}: parameter {parameter.name} needs exactly one block "
            f"VALUES ?{parameter.name} {{ {parameter.term(parameter.example)} }}"
        )


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
