"""Statements that a query selects, indexed by subject and property."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, Self, TypeVar

from pyoxigraph import NamedNode

from oib import media_types
from oib.engine.base import Queryable
from oib.errors import BadInput
from oib.namespaces import OIB, PREFIXES

_JSON = media_types.SPARQL_JSON
_PREFERRED = PREFIXES["skos"] + "prefLabel"
_LABEL = PREFIXES["rdfs"] + "label"
#: The properties that hold the name of a thing, the preferred one first.
LABELS: Final = (_PREFERRED, _LABEL)
_TRANSLATED = OIB + "translatedName"
#: These, and the names that the curators translated.
NAMES: Final = (*LABELS, _TRANSLATED)
#: Ends the language tag of a name that is no name of the thing but a translation by the curators
#: (BCP 47 extension T, RFC 6497: transformed content, of undetermined source).
TRANSLATION: Final = "-t-und"

# How many IRIs one query asks for; more would not fit into the longest text, see ``guard``.
_BATCH: Final = 1000
# With VALUES ?p the engine would look up every pair of a thing and a property, which takes longer.
_PROPERTIES: Final = "SELECT ?s ?p ?o WHERE { VALUES ?s { %s } ?s ?p ?o FILTER(?p IN (%s)) }"

Statement = tuple[str, str, "Term"]
_Sortable = TypeVar("_Sortable", str, "Term")


class Term(NamedTuple):
    """An RDF term.

    ``kind`` is ``uri``, ``bnode`` or ``literal``, as in SPARQL 1.1 Query Results JSON, or
    ``triple``; ``text`` is the IRI, the label or the lexical form. A literal may have a language
    tag or the IRI of a datatype.
    """

    text: str
    kind: str = "literal"
    language: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """Whether this is an IRI."""
        return self.kind == "uri"


class StatementIndex:
    """Statements, indexed by subject and property, which are IRIs."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._statements: dict[str, dict[str, list[Term]]] = {}
        self._subjects: dict[tuple[str, str], list[str]] = {}
        for subject, predicate, value in sorted(set(statements)):
            self._statements.setdefault(subject, {}).setdefault(predicate, []).append(value)
            self._subjects.setdefault((predicate, value[0]), []).append(subject)

    @classmethod
    def select(cls, engine: Queryable, text: str) -> Self:
        """Return the statements that a query for ?s ?p ?o selects."""
        return cls(
            (row["s"]["value"], row["p"]["value"], parse_term(row["o"]))
            for row in fetch_bindings(engine, text)
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._statements)

    def __contains__(self, subject: str) -> bool:
        return subject in self._statements

    def __or__(self, other: Self) -> Self:
        """Return the statements of both; fast if they have few subjects in common."""
        union = type(self)(())
        union._statements = {**self._statements, **other._statements}
        for subject in self._statements.keys() & other._statements.keys():
            first, second = self._statements[subject], other._statements[subject]
            union._statements[subject] = {
                predicate: _merge(first.get(predicate, []), second.get(predicate, []))
                for predicate in sorted({*first, *second})
            }
        union._subjects = {**self._subjects, **other._subjects}
        for key in self._subjects.keys() & other._subjects.keys():
            union._subjects[key] = _merge(self._subjects[key], other._subjects[key])
        return union

    def triples(self) -> Iterator[Statement]:
        """Yield all statements."""
        for subject, properties in self._statements.items():
            for predicate, values in properties.items():
                for value in values:
                    yield subject, predicate, value

    def objects(self, subject: str, predicate: str) -> tuple[Term, ...]:
        """Return the values of a property of a subject, in a fixed order."""
        return tuple(self._statements.get(subject, {}).get(predicate, ()))

    def value(self, subject: str, predicate: str) -> Term | None:
        """Return the first value of a property of a subject, or None."""
        values = self._statements.get(subject, {}).get(predicate)
        return values[0] if values else None

    def subjects(self, predicate: str, iri: str) -> tuple[str, ...]:
        """Return the subjects of which an IRI is a value of a property, in a fixed order."""
        return tuple(self._subjects.get((predicate, iri), ()))

    def predicate_objects(self, subject: str) -> tuple[tuple[str, Term], ...]:
        """Return the properties and values of a subject."""
        properties = self._statements.get(subject, {})
        return tuple(
            (predicate, value) for predicate, values in properties.items() for value in values
        )

    def iris(self) -> set[str]:
        """Return every IRI in the statements: subjects, properties and values."""
        found = set(self._statements)
        for properties in self._statements.values():
            found.update(properties)
            found.update(
                value.text for values in properties.values() for value in values if value.is_iri
            )
        return {iri for iri in found if ":" in iri}  # which no blank node has

    def all_names(self) -> dict[str, Mapping[str, str]]:
        """Return the names of every subject that has any, by IRI and language tag."""
        return {iri: names for iri in self._statements if (names := self.names(iri))}

    def names(self, iri: str) -> Mapping[str, str]:
        """Return the preferred labels of a thing by language tag, or else its labels.

        The tag of a translated name ends in ``TRANSLATION``.
        """
        properties = self._statements.get(iri, {})
        labels = properties.get(_PREFERRED) or properties.get(_LABEL) or ()
        names = {label.language: label.text for label in labels}
        for label in properties.get(_TRANSLATED, ()):
            names[label.language + TRANSLATION] = label.text
        return names


def _merge(first: list[_Sortable], second: list[_Sortable]) -> list[_Sortable]:
    return sorted(set(first) | set(second))


def fetch_rows(engine: Queryable, text: str) -> list[dict[str, Term]]:
    """Return the solutions of a SELECT query, each a dictionary from variable to term."""
    return [
        {name: parse_term(term) for name, term in row.items()}
        for row in fetch_bindings(engine, text)
    ]


def fetch_bindings(engine: Queryable, text: str) -> list[dict[str, dict[str, Any]]]:
    """Return the solutions of a SELECT query as SPARQL 1.1 Query Results JSON has them."""
    bindings: list[dict[str, dict[str, Any]]]
    bindings = json.loads(engine.query(text, _JSON))["results"]["bindings"]
    return bindings


def fetch_properties(
    engine: Queryable, iris: Iterable[str], properties: Iterable[str] = NAMES
) -> StatementIndex:
    """Return some properties of many things, by default their names."""
    things, wanted = sorted(iris), ", ".join(map(sparql_iri, properties))
    batches = [things[start : start + _BATCH] for start in range(0, len(things), _BATCH)]
    return StatementIndex(
        (row["s"]["value"], row["p"]["value"], parse_term(row["o"]))
        for batch in batches
        for row in fetch_bindings(engine, _PROPERTIES % (" ".join(map(sparql_iri, batch)), wanted))
    )


def parse_term(term: Mapping[str, Any]) -> Term:
    """Return a term of SPARQL 1.1 Query Results JSON."""
    kind = term["type"]
    if kind == "uri":
        return Term(term["value"], kind)
    kind = "literal" if kind == "typed-literal" else kind
    return Term(term["value"], kind, term.get("xml:lang", ""), term.get("datatype", ""))


def sparql_iri(iri: str) -> str:
    """Return an IRI in angle brackets, as in a SPARQL query.

    Raises:
        BadInput: the text is not an absolute IRI (RFC 3987).
    """
    try:
        return str(NamedNode(iri))
    except ValueError as error:
        raise BadInput(f"{iri!r} is no IRI: {error}") from error
