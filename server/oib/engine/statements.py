"""Facts: the statements that a query selects, looked up by subject and property."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from pyoxigraph import NamedNode

from oib.engine.base import Queryable
from oib.errors import BadInput
from oib.namespaces import PREFIXES

_JSON = "application/sparql-results+json"
_PREFERRED = PREFIXES["skos"] + "prefLabel"
_LABEL = PREFIXES["rdfs"] + "label"
LABELS: Final = (_PREFERRED, _LABEL)

# So many IRIs fit into one query text, see guard.LONGEST.
_BATCH: Final = 1000
_TELL: Final = "SELECT ?s ?p ?o WHERE { VALUES ?s { %s } VALUES ?p { %s } ?s ?p ?o }"


@dataclass(frozen=True)
class Value:
    """One RDF term: an IRI, a blank node, or a literal with its language tag or datatype IRI."""

    text: str
    kind: str = "literal"
    language: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """Tell whether this is an IRI."""
        return self.kind == "uri"


class Facts:
    """Some statements, by subject and property; both are IRIs."""

    def __init__(self, statements: Iterable[tuple[str, str, Value]]) -> None:
        self._facts: dict[str, dict[str, list[Value]]] = defaultdict(dict)
        self._pointing: dict[tuple[str, str], list[str]] = defaultdict(list)
        for subject, predicate, value in sorted(set(statements), key=str):
            self._facts[subject].setdefault(predicate, []).append(value)
            self._pointing[predicate, value.text].append(subject)

    @classmethod
    def select(cls, engine: Queryable, text: str) -> Self:
        """Ask a query for ?s ?p ?o, and hold what it yields."""
        return cls((row["s"].text, row["p"].text, row["o"]) for row in rows(engine, text))

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __or__(self, other: Self) -> Self:
        return type(self)([*self.triples(), *other.triples()])

    def triples(self) -> Iterator[tuple[str, str, Value]]:
        """Yield the statements."""
        for subject in self:
            for predicate, value in self.about(subject):
                yield subject, predicate, value

    def all(self, subject: str, predicate: str) -> tuple[Value, ...]:
        """Return the values of a property of a subject, in a fixed order."""
        return tuple(self._facts.get(subject, {}).get(predicate, ()))

    def one(self, subject: str, predicate: str) -> Value | None:
        """Return the first value of a property of a subject, or None."""
        return next(iter(self.all(subject, predicate)), None)

    def pointing(self, predicate: str, iri: str) -> tuple[str, ...]:
        """Return the subjects of which an IRI is a value of a property, in a fixed order."""
        return tuple(self._pointing.get((predicate, iri), ()))

    def about(self, subject: str) -> tuple[tuple[str, Value], ...]:
        """Return all that is said of a subject: pairs of property and value."""
        said = self._facts.get(subject, {})
        return tuple((predicate, value) for predicate, values in said.items() for value in values)

    def iris(self) -> set[str]:
        """Return every IRI that occurs: subjects, properties, values."""
        found = set(self._facts)
        for said in self._facts.values():
            found.update(said)
            found.update(value.text for values in said.values() for value in values if value.is_iri)
        return {iri for iri in found if ":" in iri}  # which no blank node has

    def names(self, iri: str) -> Mapping[str, str]:
        """Return the names of a thing by language tag: its preferred labels, else its labels."""
        labels = self.all(iri, _PREFERRED) or self.all(iri, _LABEL)
        return {label.language: label.text for label in labels}


def rows(engine: Queryable, text: str) -> list[dict[str, Value]]:
    """Ask a SELECT query; return its solutions, each a dictionary from variable to value."""
    solutions = json.loads(engine.query(text, _JSON))["results"]["bindings"]
    return [{name: read(term) for name, term in solution.items()} for solution in solutions]


def tell(engine: Queryable, iris: Iterable[str], properties: Iterable[str] = LABELS) -> Facts:
    """Ask for some properties of many things at once; by default, for their names."""
    things, wanted = sorted(iris), " ".join(map(bracket, properties))
    asked = [things[start : start + _BATCH] for start in range(0, len(things), _BATCH)]
    return Facts(
        (row["s"].text, row["p"].text, row["o"])
        for some in asked
        for row in rows(engine, _TELL % (" ".join(map(bracket, some)), wanted))
    )


def read(term: Mapping[str, str]) -> Value:
    """Return a term of SPARQL 1.1 Query Results JSON as a value."""
    kind = {"typed-literal": "literal"}.get(term["type"], term["type"])
    return Value(term["value"], kind, term.get("xml:lang", ""), term.get("datatype", ""))


def bracket(iri: str) -> str:
    """Return an IRI as SPARQL writes it, in angle brackets.

    Raises:
        BadInput: the text is no IRI (RFC 3987), so that it could change a query.
    """
    try:
        return str(NamedNode(iri))
    except ValueError as error:
        raise BadInput(f"{iri!r} is no IRI: {error}") from error
