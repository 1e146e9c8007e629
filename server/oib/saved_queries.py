"""The library: saved queries, each one ``.rq`` file with a ``#+`` header in YAML."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from oib.errors import BadInput, NotFound
from oib.namespaces import QUERIES
from oib.project import sources
from oib.query_parameters import Parameter

_BLOCK = re.compile(r"VALUES \?(\w+) \{[^}]*\}")


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
                    Parameter.read(name, entry)
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


def _block(query: SavedQuery, parameter: Parameter) -> None:
    if _BLOCK.findall(query.text).count(parameter.name) != 1:
        raise BadInput(
            f"{query.name}: parameter {parameter.name} needs exactly one block "
            f"VALUES ?{parameter.name} {{ {parameter.term(parameter.example)} }}"
        )
