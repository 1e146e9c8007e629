"""The beginning of the answer to a query, for a page, with the names of the IRIs in it."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from oib.engine.base import QuerySession
from oib.engine.preview import Preview
from oib.engine.statements import fetch_properties
from oib.errors import OibError
from oib.sparql.dataset import UNION, Dataset
from oib.views import claim_titles, named_things
from oib.views.entity import Vocabulary

# How many IRIs have their names fetched, and how long they may be together in characters: one
# query, whatever the answer holds. Further ones are shown without names.
_MAX_NAMED: Final = 500
_MAX_NAMED_LENGTH: Final = 100_000

Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ResultTable:
    """The beginning of an answer: a table, a graph in Turtle or a boolean; and names of IRIs.

    ``things`` has the IRI of the thing that a text of the answer is the displayed name of.
    """

    preview: Preview
    names: Names
    things: Mapping[str, str] = field(default_factory=dict)


def fetch(
    session: QuerySession, text: str, vocabulary: Vocabulary, dataset: Dataset = UNION
) -> ResultTable:
    """Return the beginning of the answer to a query; one query, and one more for names."""
    preview = session.preview(text, dataset)
    return ResultTable(preview, _fetch_names(session, preview, vocabulary))


def fetch_linked(
    session: QuerySession, text: str, vocabulary: Vocabulary, as_printed: Collection[str]
) -> ResultTable:
    """Return the beginning of an answer with the things that its words are names of.

    Args:
        session: answers four more queries at most.
        text: the query.
        vocabulary: terms whose names need not be fetched.
        as_printed: columns whose words are those of a document, not names.
    """
    table = fetch(session, text, vocabulary)
    columns = table.preview.columns
    texts = {
        term
        for row in table.preview.rows
        for column, term in zip(columns, row, strict=True)
        if term is not None and column not in as_printed
    }
    names, things = dict(table.names), {}
    with suppress(OibError):  # the answer is there; links only make it easier to follow
        things = named_things.fetch_named_things(session, sorted(texts))
        unknown = set(things.values()) - names.keys() - vocabulary.names.keys()
        names |= {iri: vocabulary.names[iri] for iri in things.values() if iri in vocabulary.names}
        names |= fetch_properties(session, unknown).all_names()
        claims = {term.text for term in texts if term.is_iri}
        names |= claim_titles.fetch_titles(session, claims, names)
    return ResultTable(table.preview, names, things)


def _fetch_names(session: QuerySession, preview: Preview, vocabulary: Vocabulary) -> Names:
    iris: dict[str, None] = {}
    length = 0
    for row in preview.rows:
        for term in row:
            if term is None or not term.is_iri or term.text in iris:
                continue
            length += len(term.text)
            if len(iris) == _MAX_NAMED or length > _MAX_NAMED_LENGTH:
                break
            iris[term.text] = None
    unknown = iris.keys() - vocabulary.names.keys()
    names = {iri: vocabulary.names[iri] for iri in iris.keys() & vocabulary.names.keys()}
    if unknown:
        with suppress(OibError):  # the answer is there; its names only make it easier to read
            names |= fetch_properties(session, unknown).all_names()
    return names
