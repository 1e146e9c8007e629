"""What the answer of a saved query needs to be read: the things that its words are names of."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

from pyoxigraph import Literal

from oib.engine.base import Queryable
from oib.engine.statements import Term, fetch_properties, fetch_rows
from oib.namespaces import ID, OIB, PREFIXES

#: The separator of several names in one cell.
SEPARATOR: Final = "; "

# How many different texts of an answer are looked up, and how many things a form offers.
_MAX_TEXTS: Final = 1_000
_MAX_OPTIONS: Final = 500
_DISPLAYED: Final = f"<{OIB}englishLabel>|<{OIB}chineseLabel>"
_ANY_NAME: Final = f"{_DISPLAYED}|<{PREFIXES['skos']}prefLabel>|<{PREFIXES['skos']}altLabel>"
_LANGUAGES: Final = ("en", "zh-Hans", "zh-Hant", "")

Names = Mapping[str, Mapping[str, str]]


def fetch_named_things(engine: Queryable, texts: Iterable[Term]) -> dict[str, str]:
    """Return the IRI of the thing that each text is the displayed name of; one query.

    A text that is the name of no thing, or of several, is left out.

    Args:
        engine: answers the query.
        texts: literals; those with several names are split.
    """
    wanted: dict[str, None] = {}
    for text in texts:
        if text.kind == "literal" and text.datatype.rpartition("#")[2] in (
            "",
            "string",
            "langString",
        ):
            for part in text.text.split(SEPARATOR):
                wanted[str(Literal(part, language=text.language or "en"))] = None
    if not wanted:
        return {}
    values = " ".join(islice(wanted, _MAX_TEXTS))
    found: dict[str, set[str]] = {}
    query = f"SELECT ?text ?thing WHERE {{ VALUES ?text {{ {values} }} ?thing {_DISPLAYED} ?text }}"
    for row in fetch_rows(engine, query):
        found.setdefault(row["text"].text, set()).add(row["thing"].text)
    return {text: next(iter(things)) for text, things in found.items() if len(things) == 1}


def find_by_name(engine: Queryable, name: str) -> list[str]:
    """Return the IRIs of the things with a name, in any language; one query."""
    values = " ".join(
        str(Literal(name, language=tag) if tag else Literal(name)) for tag in _LANGUAGES
    )
    query = (
        f"SELECT DISTINCT ?thing WHERE {{ VALUES ?name {{ {values} }} ?thing {_ANY_NAME} ?name }}"
    )
    return sorted(row["thing"].text for row in fetch_rows(engine, query))


def fetch_options(engine: Queryable, example: str) -> dict[str, Mapping[str, str]]:
    """Return the names of the things that may stand in the place of an example.

    These are things of its kind (``id/<kind>/``), concepts of its scheme (``vocab#<scheme>-``) or
    other terms of its namespace.

    Args:
        engine: answers two queries.
        example: an IRI.
    """
    if example.startswith(ID):
        prefix = example[: example.index("/", len(ID)) + 1]
    else:
        namespace, hash_, local = example.rpartition("#")
        prefix = namespace + hash_ + (local.partition("-")[0] + "-" if "-" in local else "")
    query = f"""
SELECT DISTINCT ?thing WHERE {{
  ?thing <{OIB}englishLabel> ?label FILTER(STRSTARTS(STR(?thing), {Literal(prefix)}))
  FILTER(!CONTAINS(STRAFTER(STR(?thing), {Literal(prefix)}), "#"))
}} ORDER BY ?thing LIMIT {_MAX_OPTIONS}"""
    return fetch_selected_options(engine, query)


def fetch_selected_options(engine: Queryable, query: str) -> dict[str, Mapping[str, str]]:
    """Return the names of the things that a SELECT query with one variable finds.

    Args:
        engine: answers the query, and another one.
        query: what is no IRI of its answer is left out, and so is a thing without a name.
    """
    found = {
        value.text
        for row in islice(fetch_rows(engine, query), _MAX_OPTIONS)
        for value in row.values()
        if value.is_iri
    }
    names = fetch_properties(engine, sorted(found)).all_names()
    return {iri: names[iri] for iri in sorted(found) if names.get(iri)}
