"""The description of an entity for its page: names, record, direct statements, claims."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import StatementIndex, Term, fetch_properties, fetch_rows
from oib.namespaces import GRAPH, OIB, PREFIXES
from oib.views import entity_queries
from oib.views.claim import Claim
from oib.views.claim_parser import parse_claim

_TYPE: Final = PREFIXES["rdf"] + "type"
_NAMES: Final = tuple(PREFIXES["skos"] + f"{kind}Label" for kind in ("pref", "alt", "hidden"))
_APART: Final = (*_NAMES, _TYPE, OIB + "hasUnit")
_DERIVED: Final = (GRAPH + "direct", GRAPH + "inferred")


#: The values of each property of one thing.
PropertyValues = Mapping[str, tuple[Term, ...]]


@dataclass(frozen=True)
class EntityDescription:
    """An entity with everything that its page shows.

    ``names`` holds the names of every IRI that occurs, by IRI and language tag. Of the thing
    itself, ``labels`` and ``record`` are what its file states, ``direct`` what documents state
    directly; ``entailed`` are the classes that follow from the ontology. ``links`` (entries of
    outside registers) and ``units`` (parts of a document) are the nodes of its fragments.
    ``claims`` are about it, ``mentions`` have it as their object, and ``outlines`` are claims in
    outline by the property through which they refer to it.
    """

    iri: str
    names: Mapping[str, Mapping[str, str]]
    types: tuple[Term, ...]
    entailed: tuple[Term, ...]
    labels: PropertyValues
    record: PropertyValues
    direct: PropertyValues
    links: tuple[Mapping[str, Term], ...]
    units: tuple[Mapping[str, Term], ...]
    claims: tuple[Claim, ...]
    mentions: tuple[Claim, ...]
    outlines: Mapping[str, tuple[Claim, ...]]


def describe(engine: Queryable, iri: str) -> EntityDescription:
    """Return the description of an entity for its page.

    Raises:
        BadInput: the text is no IRI.
    """
    own = [
        (row["g"].text, row["p"].text, row["o"])
        for row in fetch_rows(engine, entity_queries.own_triples(iri))
    ]
    description = StatementIndex.select(engine, entity_queries.description(iri))
    outlines = StatementIndex.select(engine, entity_queries.claim_outlines(iri))
    facts = _with_names(engine, description | outlines)
    stated = _values_by_property(own, lambda graph: graph not in _DERIVED)
    entailed = _values_by_property(own, lambda graph: graph in _DERIVED)
    types = stated.get(_TYPE, ())
    claims = [
        parse_claim(facts, node) for node in sorted(description) if _is_claim(description, node)
    ]
    return EntityDescription(
        iri=iri,
        names={node: names for node in facts if (names := facts.names(node))},
        types=types,
        entailed=tuple(
            value for value in entailed.get(_TYPE, ())
            if value.text.startswith(OIB) and value not in types
        ),
        labels={name: stated[name] for name in _NAMES if name in stated},
        record={name: values for name, values in stated.items() if name not in _APART},
        direct=_values_by_property(own, lambda graph: graph == GRAPH + "direct"),
        links=_nodes(description, description.subjects(OIB + "linksEntity", iri)),
        units=_nodes(
            description, (unit.text for unit in description.objects(iri, OIB + "hasUnit"))
        ),
        claims=tuple(claim for claim in claims if not _has_object(claim, iri)),
        mentions=tuple(claim for claim in claims if _has_object(claim, iri)),
        outlines={
            link: tuple(parse_claim(facts, node) for node in _pointing_claims(outlines, link, iri))
            for link in entity_queries.CLAIM_LINKS
            if outlines.subjects(link, iri)
        },
    )  # fmt: skip


def _with_names(engine: Queryable, facts: StatementIndex) -> StatementIndex:
    """Add the properties of everything that is mentioned, and the names of what these mention."""
    known = facts.iris()
    mentioned = fetch_properties(engine, known, entity_queries.MENTION_PROPERTIES)
    return facts | mentioned | fetch_properties(engine, mentioned.iris() - known)


def _values_by_property(
    own: Iterable[tuple[str, str, Term]], selects: Callable[[str], bool]
) -> PropertyValues:
    properties: dict[str, tuple[Term, ...]] = {}
    pairs = {(prop, value) for graph, prop, value in own if selects(graph)}
    for prop, value in sorted(pairs):
        properties[prop] = (*properties.get(prop, ()), value)
    return properties


def _nodes(facts: StatementIndex, iris: Iterable[str]) -> tuple[Mapping[str, Term], ...]:
    """Return nodes as dictionaries from the local name of a property to its first value.

    The key ``iri`` holds the node itself.
    """
    return tuple(
        {prop.removeprefix(OIB): value for prop, value in reversed(facts.predicate_objects(iri))}
        | {"iri": Term(iri, "uri")}
        for iri in sorted(iris)
    )


def _pointing_claims(facts: StatementIndex, link: str, iri: str) -> list[str]:
    """Return the claims that refer to a thing, or that have an assessment which does."""
    pointing = facts.subjects(link, iri)
    assessed = {value.text for node in pointing for value in facts.objects(node, OIB + "assesses")}
    return [node for node in sorted({*pointing, *assessed}) if _is_claim(facts, node)]


def _is_claim(facts: StatementIndex, node: str) -> bool:
    return facts.value(node, OIB + "claimPredicate") is not None


def _has_object(claim: Claim, iri: str) -> bool:
    is_subject = claim.subject is not None and claim.subject.text == iri
    return not is_subject and claim.object is not None and claim.object.text == iri
