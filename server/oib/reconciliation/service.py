"""The reconciliation service over one version of the data, whatever version of the API asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import StatementIndex, Term, fetch_properties, fetch_rows, sparql_iri
from oib.errors import BadInput, NotFound
from oib.namespaces import ID, OIB
from oib.reconciliation import constraints, normalization
from oib.reconciliation.collection import PRINTED, REGISTERED, SchemaTerm
from oib.reconciliation.index import IndexedEntity, IndexedName, NameIndex
from oib.reconciliation.matching import decide, match
from oib.reconciliation.model import Candidate, Query

#: So many suggestions are on a page.
SUGGESTIONS: Final = 10
_MAX_CURSOR: Final = 1000
#: Which statements data extension returns: what documents state in their own voice, or all claims.
STATEMENTS: Final = ("direct", "claims")


@dataclass(frozen=True)
class Value:
    """A value of a property of a thing: the term, its label, and what is said of the claim."""

    term: Term
    label: str = ""
    note: str = ""


@dataclass(frozen=True)
class Extension:
    """The values of properties of things: for each thing and property a list, in order."""

    properties: Sequence[SchemaTerm]
    rows: Sequence[tuple[str, Sequence[Sequence[Value]]]]


class ReconciliationService:
    """Matches, suggests and extends.

    Args:
        index: the names.
        engine: answers for property values.
    """

    def __init__(self, index: NameIndex, engine: Queryable) -> None:
        self._index, self._engine = index, engine

    def match(self, query: Query) -> list[Candidate]:
        """Return the candidates of a query, the best first, as many as its limit.

        Raises:
            The errors of ``Queryable.query``, if the query has conditions on properties.
        """
        if query.identifier or _looks_like_identifier(query.name):
            entity = self._index.find(query.identifier or query.name)
            if entity is not None:
                return [self._by_identifier(entity)]
            if query.identifier:
                return []
        if not query.name:
            found = constraints.find(self._index, self._engine, query)
        else:
            found = match(self._index, query)
            for name in query.other_names:
                found = _merge(found, match(self._index, replace(query, name=name)), query)
            found = constraints.apply(self._index, self._engine, query, found)
        return found[: query.limit]

    def class_of(self, identifier: str) -> str:
        """Return the IRI of a class by its identifier.

        Raises:
            BadInput: there is no such class.
        """
        return self._resolve(identifier, True, "type").iri

    def property_of(self, identifier: str) -> SchemaTerm:
        """Return a property by its identifier.

        Raises:
            BadInput: there is no such property.
        """
        return self._resolve(identifier, False, "property")

    def suggest_entities(self, prefix: str, cursor: int = 0) -> list[IndexedEntity]:
        """Return things with a name that begins with a text, or has a word that does."""
        if entity := self._index.find(prefix.strip()):
            return [entity]
        folded = normalization.fold(prefix.strip())
        names = self._index.beginning_with(folded, _MAX_CURSOR)
        if len(names) < cursor + SUGGESTIONS and folded:
            names += [
                candidate.name
                for candidate in match(self._index, Query(prefix))
                if candidate.name is not None
            ]
        numbers = list(dict.fromkeys(name.entity for name in names))
        return [self._index.entity(number) for number in numbers[cursor : cursor + SUGGESTIONS]]

    def suggest_terms(self, prefix: str, is_class: bool, cursor: int = 0) -> list[SchemaTerm]:
        """Return classes or properties whose identifier or label begins with a text."""
        folded = normalization.fold(prefix.strip())
        found = [
            term
            for term in self._index.schema_terms
            if term.is_class == is_class and term.uses and _begins(term, folded)
        ]
        return found[cursor : cursor + SUGGESTIONS]

    def types(self, entity: IndexedEntity) -> list[SchemaTerm]:
        """Return the classes of a thing, the narrower ones first."""
        return sorted(
            (term for term in self._classes() if term.iri in entity.types),
            key=lambda term: (term.uses, term.iri),
        )

    def default_types(self) -> list[SchemaTerm]:
        """Return the classes that most things have, for a client to choose from."""
        return [term for term in self._classes() if term.iri in self._index.types_in_use][:8]

    def properties_of_type(self, iri: str, limit: int) -> list[SchemaTerm]:
        """Return the properties that things of a class have, those that most have first."""
        rows = fetch_rows(
            self._engine,
            f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s a {sparql_iri(iri)} ; ?p ?o }} "
            "GROUP BY ?p ORDER BY DESC(?n) ?p",
        )
        by_iri = {term.iri: term for term in self._index.schema_terms if not term.is_class}
        found = [by_iri[row["p"].text] for row in rows if "p" in row and row["p"].text in by_iri]
        return found[:limit]

    def entity(self, identifier: str) -> IndexedEntity:
        """Return a thing by its identifier.

        Raises:
            NotFound: there is none.
        """
        entity = self._index.find(identifier)
        if entity is None:
            raise NotFound(
                f"there is no {identifier[:100]!a}; identifiers are such as "
                "organization/cast, what follows the identifier space of the manifest"
            )
        return entity

    def names_of(self, entity: IndexedEntity) -> list[IndexedName]:
        """Return the forms of the name of a thing, without those of registers and in passing."""
        apart = (PRINTED, REGISTERED)
        return [name for name in self._index.names_of(entity.number) if name.kind not in apart]

    def term_name(self, iri: str, language: str) -> str:
        """Return the label of a class or property in a language."""
        for term in self._index.schema_terms:
            if term.iri == iri:
                return text_in(term.labels, language)
        return term_identifier(iri)

    def extend(
        self,
        identifiers: Sequence[str],
        properties: Sequence[SchemaTerm],
        statements: Sequence[str],
        language: str,
    ) -> Extension:
        """Return the values of properties of things; a thing that is not known has none.

        Args:
            identifiers: of the things.
            properties: their properties.
            statements: for each property, one of STATEMENTS.
            language: of the labels.
        """
        iris = [each if each.startswith(ID) else ID + each for each in identifiers]
        known = {iri for iri in iris if self._index.find(iri)}
        direct = fetch_properties(self._engine, known, {term.iri for term in properties})
        claimed = self._claims(known, properties) if "claims" in statements else {}
        names = self._labels(direct, claimed, language)
        rows = []
        for identifier, iri in zip(identifiers, iris, strict=True):
            row = []
            for term, which in zip(properties, statements, strict=True):
                if which == "claims":
                    found = claimed.get((iri, term.iri), [])
                else:
                    found = [(value, "") for value in direct.objects(iri, term.iri)]
                row.append([Value(value, names.get(value.text, ""), note) for value, note in found])
            rows.append((identifier, row))
        return Extension(properties, rows)

    def _claims(
        self, iris: Iterable[str], properties: Sequence[SchemaTerm]
    ) -> dict[tuple[str, str], list[tuple[Term, str]]]:
        """Return the values that claims give, each with the hedge and the IRI of the claim."""
        things = " ".join(map(sparql_iri, sorted(iris)))
        wanted = ", ".join(sparql_iri(term.iri) for term in properties)
        rows = fetch_rows(
            self._engine,
            f"SELECT ?s ?p ?o ?hedge ?claim WHERE {{ VALUES ?s {{ {things} }} "
            f"?claim <{OIB}claimSubject> ?s ; <{OIB}claimPredicate> ?p . "
            f"{{ ?claim <{OIB}claimObject> ?o }} UNION {{ ?claim <{OIB}claimValue> ?o }} "
            f"OPTIONAL {{ ?claim <{OIB}hasHedge> ?hedge }} FILTER(?p IN ({wanted})) }} "
            "ORDER BY ?claim",
        )
        hedges: dict[tuple[str, str, str, Term], list[str]] = {}
        for row in rows:
            key = (row["s"].text, row["p"].text, row["claim"].text, row["o"])
            names = hedges.setdefault(key, [])
            if "hedge" in row:
                names.append(row["hedge"].text.rpartition("#")[2])
        found: dict[tuple[str, str], list[tuple[Term, str]]] = {}
        for (thing, name, claim, value), names in hedges.items():
            note = " · ".join([*names, claim.removeprefix(ID)])
            found.setdefault((thing, name), []).append((value, note))
        return found

    def _labels(
        self,
        direct: StatementIndex,
        claimed: dict[tuple[str, str], list[tuple[Term, str]]],
        language: str,
    ) -> dict[str, str]:
        iris = {value.text for _, _, value in direct.triples() if value.is_iri}
        iris |= {value.text for found in claimed.values() for value, _ in found if value.is_iri}
        labels: dict[str, str] = {}
        for iri in sorted(iris):
            entity = self._index.find(iri) if iri.startswith(ID) else None
            if entity is not None:
                labels[iri] = entity.label(language)[0]
        others = {iri for iri in iris if iri not in labels and iri.startswith("http")}
        if others:
            found = fetch_properties(self._engine, others).all_names()
            labels |= {iri: text_in(texts, language) for iri, texts in found.items()}
        return labels

    def _classes(self) -> list[SchemaTerm]:
        return [term for term in self._index.schema_terms if term.is_class]

    def _resolve(self, identifier: str, is_class: bool, what: str) -> SchemaTerm:
        iri = identifier if ":" in identifier else OIB + identifier
        if identifier.startswith("oib:"):
            iri = OIB + identifier.removeprefix("oib:")
        for term in self._index.schema_terms:
            if term.iri == iri and term.is_class == is_class:
                return term
        raise BadInput(
            f"there is no {what} {identifier[:100]!a}; suggest/{what}?prefix= lists those there are"
        )

    def _by_identifier(self, entity: IndexedEntity) -> Candidate:
        name = next(iter(self._index.names_of(entity.number)), None)
        return Candidate(entity, name, 100.0, "identifier", {"identifier": True}, is_match=True)


def term_identifier(iri: str) -> str:
    """Return the identifier of a class or property: what follows the schema space."""
    return iri.removeprefix(OIB)


def text_in(texts: Mapping[str, str], language: str) -> str:
    """Return the text for readers of a language, the first text if there is none."""
    for tag, text in texts.items():
        if tag[:2].lower() == language[:2].lower():
            return text
    return next(iter(texts.values()), "")


def _looks_like_identifier(name: str) -> bool:
    return "/" in name and " " not in name.strip()


def _begins(term: SchemaTerm, folded: str) -> bool:
    if not folded:
        return True
    local = term_identifier(term.iri).lower()
    labels = (normalization.fold(label) for label in term.labels.values())
    return local.startswith(folded) or any(
        label.startswith(folded) or f" {folded}" in label for label in labels
    )


def _merge(first: list[Candidate], second: list[Candidate], query: Query) -> list[Candidate]:
    """Join the candidates for two names of one thing: certain only if the names agree."""
    best = {each.entity.number: each for each in first}
    for candidate in second:
        known = best.get(candidate.entity.number)
        if known is None or candidate.score > known.score:
            best[candidate.entity.number] = candidate
    matches = {each.entity.number for each in (*first, *second) if each.is_match}
    joined = decide(list(best.values()), query)
    if len(matches) == 1:
        for each in joined:
            each.is_match = each.entity.number in matches
    return sorted(joined, key=lambda each: (not each.is_match, -each.score, each.entity.iri))
