"""Queries and candidates of reconciliation, whatever version of the API speaks of them."""

from dataclasses import dataclass, field

from oib.reconciliation.index import IndexedEntity, IndexedName


@dataclass(frozen=True)
class Condition:
    """A condition on a property of the thing that is looked for.

    Attributes:
        property_iri: the property.
        values: IRIs, identifiers or texts.
        is_required: whether a thing without such a value is no candidate.
        quantifier: ``any``, ``all`` or ``none`` of the values.
    """

    property_iri: str
    values: tuple[str, ...]
    is_required: bool = False
    quantifier: str = "any"


@dataclass(frozen=True)
class Query:
    """What a client looks for.

    Attributes:
        name: the name as the client has it; empty if only conditions are there.
        other_names: further names of the same thing.
        types: IRIs of classes, one of which a candidate must have; none if it may have any.
        needs_all_types: whether a candidate must have all of them.
        prefers_types: whether things of other types are candidates, too, though never matches.
        limit: the largest number of candidates.
        language: of the labels of the candidates, a BCP 47 tag.
        identifier: of the thing, where the client knows it.
        conditions: on properties.
    """

    name: str = ""
    other_names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    needs_all_types: bool = False
    prefers_types: bool = False
    limit: int = 10
    language: str = "en"
    identifier: str = ""
    conditions: tuple[Condition, ...] = ()


@dataclass
class Candidate:
    """A thing that a query may mean, and why.

    Attributes:
        entity: the thing.
        name: the form of its name that fits best; None if conditions alone found it.
        score: from 0 to 100.
        reason: which rule of ``matching`` judged it.
        features: what the score is made of, by the identifier of the feature, not rounded.
        is_match: whether the query can mean nothing else here.
    """

    entity: IndexedEntity
    name: IndexedName | None
    score: float
    reason: str
    features: dict[str, float | bool] = field(default_factory=dict)
    is_match: bool = False
