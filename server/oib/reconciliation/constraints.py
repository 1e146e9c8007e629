"""Conditions on properties: which candidates have the values that a query asks for."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import StatementIndex, Term, fetch_properties, fetch_rows, sparql_iri
from oib.namespaces import BASE, ID
from oib.reconciliation import normalization
from oib.reconciliation.index import IndexedName, NameIndex
from oib.reconciliation.matching import decide
from oib.reconciliation.model import Candidate, Condition, Query

_CONTRADICTED: Final = 0.5  # of the score, where a thing has other values of a property
_AGREEMENT: Final = 0.3  # of what lacks to 100, where it has the value
_MAX_FOUND: Final = 200  # things found by their properties alone
_DATE: Final = re.compile(r"-?\d{4}(?:-\d{2}(?:-\d{2})?)?")


def apply(
    index: NameIndex, engine: Queryable, query: Query, candidates: list[Candidate]
) -> list[Candidate]:
    """Return the candidates that the conditions of a query leave, scored anew, the best first.

    A value that a candidate has raises its score; other values lower it, and then it is no match;
    a candidate of which the data say nothing stays as it is, unless the condition is required.
    Where names leave several things equally likely, the one that has all values is the match.

    Args:
        index: the names, of things and of the values.
        engine: answers for the values.
        query: its conditions.
        candidates: found by the name.
    """
    if not query.conditions or not candidates:
        return candidates
    properties = {condition.property_iri for condition in query.conditions}
    statements = fetch_properties(engine, {each.entity.iri for each in candidates}, properties)
    names = _value_names(index, engine, statements)
    left = []
    for candidate in candidates:
        shares = [
            _share(statements, names, candidate.entity.iri, condition)
            for condition in query.conditions
        ]
        if any(
            condition.is_required and share != 1.0
            for condition, share in zip(query.conditions, shares, strict=True)
        ):
            continue
        for condition, share in zip(query.conditions, shares, strict=True):
            if share is not None:
                local = condition.property_iri.rpartition("#")[2]
                candidate.features[f"property_{local}"] = round(100 * share, 1)
        known = [share for share in shares if share is not None]
        if any(share == 0.0 for share in known):
            candidate.reason = "contradiction"
            candidate.score *= _CONTRADICTED
        elif known:
            candidate.score += _AGREEMENT * (100 - candidate.score)
        left.append(candidate)
    decided = decide(left, query)
    if not any(each.is_match for each in decided):
        agreeing = [each for each in decided if _agrees(each) and each.reason in _SAME_NAME]
        if len(agreeing) == 1:  # namesakes, of which one has all that was asked for
            agreeing[0].is_match = True
            decided.sort(key=lambda each: (not each.is_match, -each.score, each.entity.iri))
    return decided


_SAME_NAME: Final = frozenset(("same", "pinyin", "alias", "core", "bare", "short form", "kind"))


def find(index: NameIndex, engine: Queryable, query: Query) -> list[Candidate]:
    """Return the things that have the values which a query without a name asks for."""
    counts: dict[str, int] = {}
    for condition in query.conditions:
        for iri in _subjects(index, engine, condition):
            counts[iri] = counts.get(iri, 0) + 1
    candidates = []
    for iri, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MAX_FOUND]:
        entity = index.find(iri)
        if entity is None:
            continue
        share = count / len(query.conditions)
        name = next(iter(index.names_of(entity.number)), None)
        candidates.append(
            Candidate(entity, name, 60.0 * share, "property", {"conditions_met": 100 * share})
        )
    return decide(candidates, query)


def _agrees(candidate: Candidate) -> bool:
    found = [value for name, value in candidate.features.items() if name.startswith("property_")]
    return bool(found) and all(value == 100.0 for value in found)


def _subjects(index: NameIndex, engine: Queryable, condition: Condition) -> list[str]:
    iris = {iri for value in condition.values for iri in _meant(index, value)}
    rows = []
    if iris:
        values = " ".join(map(sparql_iri, sorted(iris)))
        rows += fetch_rows(
            engine,
            f"SELECT DISTINCT ?s WHERE {{ VALUES ?o {{ {values} }} "
            f"?s {sparql_iri(condition.property_iri)} ?o }} ORDER BY ?s LIMIT {_MAX_FOUND}",
        )
    found = [row["s"].text for row in rows]
    if not found:  # the value is a text or a date
        rows = fetch_rows(
            engine,
            f"SELECT DISTINCT ?s ?o WHERE {{ ?s {sparql_iri(condition.property_iri)} ?o "
            f"FILTER(isLiteral(?o)) }} ORDER BY ?s LIMIT 5000",
        )
        found = [
            row["s"].text
            for row in rows
            if any(_equals(row["o"], {}, value) for value in condition.values)
        ]
    return list(dict.fromkeys(found))


def _meant(index: NameIndex, value: str) -> Iterable[str]:
    """Return the IRIs that a value may stand for: itself, an identifier, or by name."""
    if value.startswith(BASE):
        yield value
        return
    if entity := index.find(value):
        yield entity.iri
    key = normalization.compact(normalization.fold(value))
    for found, _, number in index.named_by([key] if key else []):
        if found == key:
            yield index.entity(index.name(number).entity).iri


def _value_names(
    index: NameIndex, engine: Queryable, statements: StatementIndex
) -> Mapping[str, frozenset[str]]:
    """Return the names of the values, in normal form, by their IRI."""
    iris = {value.text for _, _, value in statements.triples() if value.is_iri}
    names: dict[str, frozenset[str]] = {}
    others = set()
    for iri in iris:
        entity = index.find(iri) if iri.startswith(ID) else None
        if entity is None:
            others.add(iri)
        else:
            names[iri] = frozenset(map(_key, index.names_of(entity.number)))
    if others:
        labels = fetch_properties(engine, others).all_names()
        for iri, texts in labels.items():
            names[iri] = frozenset(
                normalization.compact(normalization.fold(text)) for text in texts.values()
            )
    return names


def _key(name: IndexedName) -> str:
    return name.compact


def _share(
    statements: StatementIndex,
    names: Mapping[str, frozenset[str]],
    iri: str,
    condition: Condition,
) -> float | None:
    """Return how far a thing meets a condition, from 0 to 1; None if the data say nothing."""
    values = statements.objects(iri, condition.property_iri)
    if not values:
        return None if condition.quantifier != "none" else 1.0
    met = [any(_equals(value, names, wanted) for value in values) for wanted in condition.values]
    if condition.quantifier == "none":
        return 0.0 if any(met) else 1.0
    if condition.quantifier == "all":
        return 1.0 if all(met) else 0.0
    return 1.0 if any(met) else 0.0


def _equals(value: Term, names: Mapping[str, frozenset[str]], wanted: str) -> bool:
    if value.is_iri:
        if wanted in (value.text, value.text.removeprefix(ID), value.text.rpartition("#")[2]):
            return True
        key = normalization.compact(normalization.fold(wanted))
        return bool(key) and key in names.get(value.text, ())
    if _DATE.fullmatch(wanted) and value.text.startswith(wanted):
        return True  # a date of which the query knows the year, or year and month
    return normalization.compact(normalization.fold(value.text)) == normalization.compact(
        normalization.fold(wanted)
    )
