"""Queries of pages: the lists that a home publishes, and the lines of its home page.

They are ``.rq`` files like the saved queries, below ``queries/list`` and ``queries/home``, each
with a header in YAML; another home has others, or none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any, Final, Self, TypeVar

from oib.errors import BadInput, NotFound
from oib.namespaces import BASE
from oib.project import sources
from oib.saved_queries import header_errors, parse_header
from oib.sparql import guard
from oib.yaml_text import texts_by_language

#: The folders below ``queries`` whose files are queries of pages, not questions.
LISTS: Final = "list"
LINES: Final = "home"

Texts = Mapping[str, str]
_Loaded = TypeVar("_Loaded")


@dataclass(frozen=True)
class Column:
    """A variable of a list.

    Attributes:
        name: the variable, without its question mark.
        label: the heading of the column, by language tag.
        is_facet: whether its values are offered for choosing.
        is_hidden: whether it is for choosing and for the data forms only.
        none: what it means for a thing to have no value, by language tag; empty if that is just
            not stated.
    """

    name: str
    label: Texts
    is_facet: bool
    is_hidden: bool
    none: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class ListDefinition:
    """A list of things of one kind.

    The query binds the first column to a thing in every solution, and any other columns to values
    of that thing; all solutions of one thing make one row. ``?mark``, if bound, qualifies the
    values of that solution: a hedge, or the verdict of an assessment.

    Attributes:
        name: the address of the list, and the name of its file.
        text: the query.
        title: of the list, by language tag.
        lead: what it holds and what it leaves out, by language tag.
        order: its place among the lists.
        columns: the first one holds the things.
        has_people: whether it holds living people, so that its page leads to the corrections.
        sort: the column by which it is sorted at first, with a minus for descending order.
    """

    name: str
    text: str
    title: Texts
    lead: Texts
    order: int
    columns: tuple[Column, ...]
    has_people: bool
    sort: str

    @property
    def iri(self) -> str:
        """Return the IRI of the list."""
        return BASE + self.name


@dataclass(frozen=True)
class HomeLine:
    """A sentence of the home page with numbers that a query counts.

    Attributes:
        name: of its file.
        text: a query; the first row of its answer fills the sentence.
        sentence: by language tag, with the variables of the query in braces.
        link: the address that the sentence leads to, relative to the root.
    """

    name: str
    text: str
    sentence: Texts
    link: str


@dataclass(frozen=True, eq=False)
class PageQueries:
    """The lists of a home, in their order, and the lines of its home page."""

    lists: tuple[ListDefinition, ...] = ()
    lines: tuple[HomeLine, ...] = ()

    @classmethod
    def load(cls, home: Path) -> Self:
        """Load them.

        Raises:
            BadInput: a file is not UTF-8, holds no SELECT query, or has a header that lacks a
                member.
        """
        lists = [_load(path, _list) for path in sources(home, f"queries/{LISTS}", ".rq")]
        lines = [_load(path, _line) for path in sources(home, f"queries/{LINES}", ".rq")]
        return cls(tuple(sorted(lists, key=lambda each: (each.order, each.name))), tuple(lines))

    def list(self, name: str) -> ListDefinition:
        """Return the list of a name.

        Raises:
            NotFound: there is none.
        """
        for definition in self.lists:
            if definition.name == name:
                return definition
        names = ", ".join(definition.name for definition in self.lists) or "none"
        raise NotFound(f"nothing has the address /{name[:100]}; the lists here are: {names}")


def _load(path: Path, create: Callable[[str, str, Mapping[str, Any]], _Loaded]) -> _Loaded:
    try:
        text = path.read_text("utf-8-sig")  # a byte order mark is skipped
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error
    with header_errors(str(path), "the members that queries/README.md names"):
        if guard.parse(text).form != "SELECT":
            raise ValueError("it is no SELECT query")
        return create(path.stem, text, parse_header(text))


def _list(name: str, text: str, header: Mapping[str, Any]) -> ListDefinition:
    columns = tuple(
        Column(
            variable,
            texts_by_language(entry["label"]),
            bool(entry.get("facet")),
            bool(entry.get("hidden")),
            texts_by_language(entry.get("none", {})),
        )
        for variable, entry in header["columns"].items()
    )
    if not columns:
        raise ValueError("columns is empty")
    sort = str(header.get("sort", columns[0].name))
    if sort.removeprefix("-") not in {column.name for column in columns}:
        raise ValueError(f"sort: {sort} is no column")
    return ListDefinition(
        name,
        text,
        title=texts_by_language(header["title"]),
        lead=texts_by_language(header.get("lead", {})),
        order=int(header["order"]),
        columns=columns,
        has_people=bool(header.get("people", False)),
        sort=sort,
    )


def _line(name: str, text: str, header: Mapping[str, Any]) -> HomeLine:
    sentences = texts_by_language(header["sentence"])
    for sentence in sentences.values():
        for _, variable, _, _ in Formatter().parse(sentence):
            if variable is not None and f"?{variable}" not in text:
                raise ValueError(f"sentence: {{{variable}}} is no variable of the query")
    return HomeLine(name, text, sentences, str(header.get("link", "")))
