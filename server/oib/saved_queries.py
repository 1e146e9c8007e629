"""Saved queries: the ``.rq`` files of a home, each a SPARQL query with a header in YAML.

The lines of the header begin with ``#+``, so that the file is a query as it is. A parameter is a
variable with one ``VALUES`` block, which holds an example and into which a caller's value goes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import yaml
from pyoxigraph import Literal, NamedNode

from oib import yaml_text
from oib.errors import BadInput, BadQuery, Forbidden, NotFound, TooLarge
from oib.namespaces import PREFIXES, QUERIES
from oib.project import sources
from oib.sparql import guard
from oib.sparql.lexer import Form
from oib.yaml_text import texts_by_language

_BLOCK = re.compile(r"VALUES \?(\w+) \{[^}]*\}")
_XSD = PREFIXES["xsd"]
_MAX_HEADER = 2**16  # characters

#: The folders below ``queries`` that hold no questions: rules of the build, queries of pages.
NO_QUESTIONS: Final = ("derive", "home", "list")

#: The pictures of answers, and the parts that columns play in each.
CHARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "bar": ("category", "number", "hedged", "total"),
    "matrix": ("row", "column", "hedge", "number", "hedged", "disputed"),
    "network": ("subject", "predicate", "object", "claim", "hedged", "relayed", "disputed"),
    "timeline": (
        "lane",
        "subject",
        "predicate",
        "object",
        "claim",
        "earliestStart",
        "latestStart",
        "earliestEnd",
        "latestEnd",
        "hedged",
        "relayed",
        "disputed",
    ),
    "map": (
        "thing",
        "place",
        "latitude",
        "longitude",
        "register",
        "claim",
        "hedged",
        "relayed",
        "disputed",
    ),
}


@dataclass(frozen=True)
class Parameter:
    """A variable of a saved query that a caller may fill.

    Attributes:
        name: the variable, without its question mark.
        kind: iri, string, language-string, integer, boolean or date.
        example: the term that stands in the file, written as a caller would write it.
        label: what the parameter means, by language tag.
        options: a SELECT query of the IRIs that a form offers for it; empty if the header names
            none.
    """

    name: str
    kind: str
    example: str
    label: Mapping[str, str]
    options: str = ""

    @classmethod
    def parse(cls, name: str, entry: Mapping[str, Any], prologue: str) -> Self:
        """Return the parameter that an entry of a header describes.

        Args:
            name: the variable.
            entry: ``type``, ``example``, ``label``, and ``options`` if a form is to offer fewer
                things than all that are of a kind with the example: a graph pattern that binds
                the variable.
            prologue: the prefixes of the query, which hold in the pattern.

        Raises:
            KeyError, ValueError: it has no type or example, a type that is not known, or options
                that are no pattern with the variable.
            BadQuery, Forbidden: the pattern is no SPARQL, or asks another server.
        """
        if entry["type"] not in _TERMS:
            raise ValueError(f"type {entry['type']} is none of {', '.join(_TERMS)}")
        options = ""
        if "options" in entry:
            pattern = str(entry["options"])
            if entry["type"] != "iri" or not re.search(rf"[?$]{name}\b", pattern):
                raise ValueError(f"options: write a graph pattern with ?{name}, which is an iri")
            options = f"{prologue}\nSELECT DISTINCT ?{name} WHERE {{ {pattern}\n}} ORDER BY ?{name}"
            guard.parse(options)
        label = dict(entry.get("label", {}))
        return cls(name, entry["type"], str(entry["example"]), label, options)

    def term(self, value: str) -> NamedNode | Literal:
        """Return a caller's text as an RDF term of this parameter's kind.

        An IRI may be prefixed (``oibv:hedge-likely``); a language-string carries its tag after
        the last ``@``.

        Raises:
            BadInput: the text is no term of this kind.
        """
        try:
            return _TERMS[self.kind](value)
        except ValueError as error:
            raise BadInput(
                f"parameter {self.name} takes {self.kind}, such as {self.example}: {error}"
            ) from error


@dataclass(frozen=True)
class Chart:
    """How the answer to a saved query is drawn.

    Attributes:
        kind: which picture, one of ``CHARTS``.
        columns: the variable of the answer that plays each part in the picture.
        title: a heading for the picture, by language tag; empty if the question serves.
    """

    kind: str
    columns: Mapping[str, str]
    title: Mapping[str, str]

    @classmethod
    def parse(cls, entry: Mapping[str, Any], variables: Sequence[str]) -> Self:
        """Return the chart that the member ``chart`` of a header describes.

        A part that the entry does not name is played by the variable of the same name.

        Raises:
            ValueError: a kind or a part that is not known, or a part without its variable.
        """
        if not isinstance(entry, Mapping):
            raise ValueError("chart: needs {kind: …} and the columns that play its parts")
        kind = str(entry.get("kind", ""))
        if kind not in CHARTS:
            raise ValueError(f"chart: kind {kind} is none of {', '.join(CHARTS)}")
        parts = CHARTS[kind]
        named = {name: str(entry[name]) for name in entry if name not in ("kind", "title")}
        if unknown := sorted(set(named) - set(parts)):
            raise ValueError(f"chart: a {kind} has no part {unknown[0]}; it has {', '.join(parts)}")
        columns = {part: named.get(part, part) for part in parts}
        if missing := [part for part in parts if columns[part] not in variables]:
            raise ValueError(
                f"chart: no column is called {columns[missing[0]]}, which a {kind} needs; "
                f"add it to columns, or write {missing[0]}: and the name of another"
            )
        return cls(kind, columns, {str(tag): str(text) for tag, text in _title(entry).items()})


@dataclass(frozen=True)
class SavedQuery:
    """A question that the data answer, as a file of the home holds it.

    Attributes:
        name: its path below the folder of queries, without suffix: ``topic/name``.
        text: the whole file, header included.
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        question: the question in words, by language tag.
        topic: the folder that it lies in.
        parameters: the variables that a caller may fill.
        columns: the variables of the result, in order; empty for a graph.
        answers: which question of the document it answers, if any.
        is_volatile: whether its answer changes though data and parameters do not.
        chart: how its answer is drawn, if it is.
    """

    name: str
    text: str
    form: Form
    question: Mapping[str, str]
    topic: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    answers: str
    is_volatile: bool = False
    chart: Chart | None = None

    @property
    def iri(self) -> str:
        """Return the IRI of the query."""
        return QUERIES + self.name

    @classmethod
    def load(cls, path: Path, folder: Path) -> Self:
        """Load a file below the folder of queries.

        Raises:
            BadInput: the file is not UTF-8, holds no query, or has a header that is no YAML, lacks
                a member or names an unknown type.
        """
        try:
            text = path.read_text("utf-8-sig")  # a byte order mark is skipped
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{path} cannot be read: {error}") from error
        name = path.relative_to(folder).with_suffix("").as_posix()
        return cls.parse(text, name, str(path), is_strict=True)

    @classmethod
    def parse(cls, text: str, name: str, origin: str = "", is_strict: bool = False) -> Self:
        """Return the query that a text is.

        Args:
            text: the query with its header.
            name: ``topic/name``.
            origin: where the text comes from, for messages; by default the name.
            is_strict: whether an empty text in its header is an error; in what was published
                once, such mistakes stay.

        Raises:
            BadInput: the text is no query, or has a header that is no YAML, lacks a member or names
                an unknown type.
        """
        origin = origin or name
        with header_errors(origin, "question: {en: …, zh-Hans: …}"):
            parsed = guard.parse(text)
            header = parse_header(text)
            if is_strict:
                _check_texts(header)
            columns = tuple(header.get("columns", ()))
            query = cls(
                name=name,
                text=text,
                form=parsed.form,
                question={str(tag): str(words) for tag, words in header["question"].items()},
                topic=name.rpartition("/")[0] or ".",
                parameters=tuple(
                    Parameter.parse(parameter, entry, parsed.prologue)
                    for parameter, entry in (header.get("parameters") or {}).items()
                ),
                columns=columns,
                answers=str(header.get("answers", "")),
                is_volatile=parsed.is_volatile,
                chart=Chart.parse(header["chart"], columns) if "chart" in header else None,
            )
        for parameter in query.parameters:
            _check_block(query, parameter)
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


@dataclass(frozen=True)
class Headings:
    """The headings of topics and of the columns of answers, by language tag.

    Columns ``as_printed`` hold words of a document, which no page replaces by other names; columns
    of ``units`` hold the labels of units of a text, which a page explains.
    """

    topics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    as_printed: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load them from a file in YAML; without that file there are none.

        Raises:
            BadInput: the file is no YAML, or lacks a member.
        """
        if not path.is_file():
            return cls()
        try:
            text = path.read_text("utf-8")
            members = yaml_text.load(text)
            topics, columns = (
                {str(name): texts_by_language(texts) for name, texts in members[part].items()}
                for part in ("topics", "columns")
            )
            as_printed, units = (
                frozenset(map(str, members.get(part, ()))) for part in ("as_printed", "units")
            )
            return cls(topics, columns, as_printed, units)
        except (
            *(OSError, UnicodeDecodeError, yaml.YAMLError),
            *(AttributeError, KeyError, TypeError, ValueError),
        ) as error:
            raise BadInput(
                f"{path} cannot be read: it needs topics and columns, "
                f"each {{name: {{en: …}}}} ({yaml_text.reason(error)})"
            ) from error


class Library:
    """Saved queries by name, and the headings of their pages."""

    def __init__(self, queries: Iterable[SavedQuery], headings: Headings | None = None) -> None:
        self._queries = {query.name: query for query in queries}
        self.headings = headings or Headings()

    @classmethod
    def load(cls, home: Path) -> Self:
        """Load all saved queries of a home.

        Raises:
            BadInput: as ``SavedQuery.load`` and ``Headings.load`` say.
        """
        folder = home / "queries"
        queries = (
            SavedQuery.load(path, folder)
            for path in sources(home, "queries", ".rq")
            if path.relative_to(folder).parts[0] not in NO_QUESTIONS
        )
        return cls(queries, Headings.load(folder / "headings.yaml"))

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> Self:
        """Return the library of queries with their headers, by name.

        Raises:
            BadInput: as ``SavedQuery.parse`` says.
        """
        return cls(SavedQuery.parse(text, name) for name, text in texts.items())

    def __iter__(self) -> Iterator[SavedQuery]:
        return iter(self._queries.values())

    def __len__(self) -> int:
        return len(self._queries)

    def __getitem__(self, name: str) -> SavedQuery:
        if name not in self._queries:
            raise NotFound(f"no saved query is called {name}; oib ask --list names them all")
        return self._queries[name]


@contextmanager
def header_errors(origin: str, needed: str) -> Iterator[None]:
    """Name the origin of a query in the errors of its text and its header.

    Args:
        origin: where the text comes from.
        needed: the members that the header has to have.

    Raises:
        BadInput: in place of any of them.
    """
    try:
        yield
    except (BadQuery, Forbidden, TooLarge) as error:
        raise BadInput(f"{origin}: {error}") from error
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"{origin}: its #+ header needs {needed} ({yaml_text.reason(error)})"
        ) from error


def parse_header(text: str) -> Mapping[str, Any]:
    """Return the header of a query, the YAML in its lines that begin with ``#+``.

    Raises:
        ValueError: it is too long or too deep, has aliases, or is no mapping.
        yaml.YAMLError: it is no YAML.
    """
    header = "\n".join(line[3:] for line in text.splitlines() if line.startswith("#+"))
    if len(header) > _MAX_HEADER:
        raise ValueError(f"a header has at most {_MAX_HEADER:,} characters")
    members = yaml_text.load(header)
    if not isinstance(members, dict):
        raise ValueError("it has no members")
    return members


def _check_texts(value: object) -> None:
    """Make sure that what has a text in English has one in each language that it names.

    Raises:
        ValueError: one is empty.
    """
    if isinstance(value, Mapping):
        if "en" in value:
            texts_by_language(value)
        for member in value.values():
            _check_texts(member)


def _title(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    title = entry.get("title") or {}
    if not isinstance(title, Mapping):
        raise ValueError("chart: its title needs {en: …, zh-Hans: …}")
    return title


def _check_block(query: SavedQuery, parameter: Parameter) -> None:
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


_TERMS: dict[str, Callable[[str], NamedNode | Literal]] = {
    "iri": _iri,
    "string": Literal,
    "language-string": _language_string,
    "integer": partial(_typed, r"[+-]?\d+", "integer"),
    "boolean": partial(_typed, "true|false", "boolean"),
    "date": partial(_typed, r"\d{4}-\d\d-\d\d", "date"),
}
