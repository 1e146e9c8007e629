"""The description of an entity for its page: names, record, direct statements, claims."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import (
    Statement,
    StatementIndex,
    Term,
    fetch_bindings,
    fetch_properties,
    parse_term,
)
from oib.namespaces import GRAPH, OIB, PREFIXES
from oib.views import entity_queries, paging
from oib.views.agreement import Agreement, fetch_agreement
from oib.views.claim import Claim
from oib.views.claim_parser import parse_claim
from oib.views.entity_queries import FIRST_PAGE, DocumentPage
from oib.views.lifecycle import Lifecycle

_TYPE: Final = PREFIXES["rdf"] + "type"
_NAMES: Final = tuple(PREFIXES["skos"] + f"{kind}Label" for kind in ("pref", "alt", "hidden"))
_APART: Final = (*_NAMES, _TYPE, OIB + "hasUnit")
_IDENTITY: Final = OIB + "isIdentifiedWith"
_YEAR_BASIS: Final = OIB + "hasYearBasis"
_DERIVED: Final = tuple(
    GRAPH + name
    for name in ("agreement", "bounds", "direct", "inferred", "labels", "links", "units")
)


#: The values of each property of one thing.
PropertyValues = Mapping[str, tuple[Term, ...]]


@dataclass(frozen=True)
class EntityDescription:
    """An entity with everything that its page shows.

    ``names`` holds the names of every IRI that occurs, by IRI and language tag. Of the thing
    itself, ``labels`` and ``record`` are what its file states, ``direct`` what documents state
    directly; ``entailed`` are the classes that follow from the ontology. ``links`` (entries of
    outside registers) and ``units`` (parts of a document) are the nodes of its fragments.
    ``claims`` are about it, ``mentions`` have it as their object, ``posts`` say who holds a post in
    it, and ``outlines`` are claims in outline by the property through which they refer to it. All
    but the posts are those of one ``page`` of
    ``pages``; ``counts`` has the numbers over all pages, by the property that links a claim to it.
    ``agreement`` has what other documents say about a claim of ``claims`` or ``mentions``, by its
    IRI.
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
    posts: tuple[Claim, ...]
    agreement: Mapping[str, Agreement]
    outlines: Mapping[str, tuple[Claim, ...]]
    counts: Mapping[str, int]
    page: int
    pages: int

    @property
    def identities(self) -> tuple[tuple[Term, Claim], ...]:
        """Return the other things that a document treats as this one, each with the claim.

        Claims on this page only; one that is disputed or no longer valid is left out.
        """
        found = []
        for claim in (*self.claims, *self.mentions):
            of_identity = claim.predicate is not None and claim.predicate.text == _IDENTITY
            if not of_identity or claim.is_disputed or claim.is_deprecated:
                continue
            ends = (claim.subject, claim.object)
            found += [(end, claim) for end in ends if end is not None and end.text != self.iri]
        return tuple(found)


@dataclass(frozen=True)
class EntityStatements:
    """The statements that a page about an entity is made of.

    ``own`` are the graph, the property and the value of the entity's triples; ``nodes`` are all
    statements about the entity and about the other nodes of its description; ``outlines`` are
    some statements about the claims that refer to it; ``postings`` are all statements about the
    claims on who holds a post in it, and about their assessments. ``total`` things refer to the
    entity, over all pages, and ``counts`` claims by the property that links them to it.
    """

    iri: str
    own: tuple[tuple[str, str, Term], ...]
    nodes: StatementIndex
    outlines: StatementIndex
    postings: StatementIndex
    total: int
    counts: Mapping[str, int]
    page: int

    @property
    def pages(self) -> int:
        """Return how many pages the description has."""
        return paging.count(self.total)

    @property
    def lifecycle(self) -> Lifecycle:
        """Return whether the entity is known, withdrawn or replaced."""
        return Lifecycle.from_properties([(name, value) for _, name, value in self.own])


def fetch_entity(engine: Queryable, iri: str, page: DocumentPage = FIRST_PAGE) -> EntityStatements:
    """Return the statements of a page about an entity; one query.

    Raises:
        BadInput: the text is no IRI.
    """
    own: list[tuple[str, str, Term]] = []
    nodes: list[Statement] = []
    outlines: list[Statement] = []
    postings: list[Statement] = []
    counts: dict[str, int] = {}
    total = 0
    for row in fetch_bindings(engine, entity_queries.description(iri, page)):
        if "total" in row:
            total = int(row["total"]["value"])
            continue
        if "count" in row:
            counts[row["link"]["value"]] = int(row["count"]["value"])
            continue
        name, value = row["p"]["value"], parse_term(row["o"])
        if "g" in row:
            own.append((row["g"]["value"], name, value))
            nodes.append((iri, name, value))
        elif "s" in row:
            nodes.append((row["s"]["value"], name, value))
        elif "posting" in row:
            postings.append((row["posting"]["value"], name, value))
        else:
            outlines.append((row["outline"]["value"], name, value))
    return EntityStatements(
        iri,
        tuple(own),
        StatementIndex(nodes),
        StatementIndex(outlines),
        StatementIndex(postings),
        total,
        counts,
        page.number,
    )


@dataclass(frozen=True)
class Vocabulary:
    """Terms and concepts: what concepts do to claims, and the names of both.

    They are the same for all entities of a version of the data.
    """

    statements: StatementIndex
    names: Mapping[str, Mapping[str, str]]


def fetch_vocabulary(engine: Queryable) -> Vocabulary:
    """Return the terms and concepts of the data; one query."""
    statements = StatementIndex.select(engine, entity_queries.vocabulary())
    return Vocabulary(statements, statements.all_names())


def describe(
    engine: Queryable, entity: EntityStatements, vocabulary: Vocabulary
) -> EntityDescription:
    """Return the description of an entity for its page; one to three queries.

    One fetches what other documents say about its claims, if it has any; one, the names of what its
    statements mention; and one, the names of the bases of years of cited documents, if the
    vocabulary has not got them.
    """
    iri, own, nodes, outlines = entity.iri, entity.own, entity.nodes, entity.outlines
    postings = entity.postings
    shown = [node for node in sorted(nodes) if _is_claim(nodes, node)]
    agreement = fetch_agreement(engine, shown)
    compared = {term.text for each in agreement.values() for term in each.terms if term.is_iri}
    described = nodes | outlines | postings | _fetch_mentioned(engine, entity, vocabulary, compared)
    statements = described | vocabulary.statements
    stated = _values_by_property(own, lambda graph: not _is_derived(graph))
    entailed = _values_by_property(own, _is_derived)
    types = stated.get(_TYPE, ())
    claims = [parse_claim(statements, node) for node in shown]
    return EntityDescription(
        iri=iri,
        names={**vocabulary.names, **described.all_names()},
        types=types,
        entailed=tuple(
            value for value in entailed.get(_TYPE, ())
            if value.text.startswith(OIB) and value not in types
        ),
        labels={name: stated[name] for name in _NAMES if name in stated},
        record={name: values for name, values in stated.items() if name not in _APART},
        direct=_values_by_property(own, lambda graph: graph == GRAPH + "direct"),
        links=_nodes(nodes, nodes.subjects(OIB + "linksEntity", iri)),
        units=_nodes(nodes, (unit.text for unit in nodes.objects(iri, OIB + "hasUnit"))),
        claims=tuple(claim for claim in claims if not _has_object(claim, iri)),
        mentions=tuple(claim for claim in claims if _has_object(claim, iri)),
        posts=tuple(
            parse_claim(statements, node) for node in sorted(postings) if _is_claim(postings, node)
        ),
        agreement=agreement,
        outlines={
            link: tuple(
                parse_claim(statements, node) for node in _pointing_claims(outlines, link, iri)
            )
            for link in entity_queries.CLAIM_LINKS
            if outlines.subjects(link, iri)
        },
        counts=entity.counts,
        page=entity.page,
        pages=entity.pages,
    )  # fmt: skip


def _fetch_mentioned(
    engine: Queryable, entity: EntityStatements, vocabulary: Vocabulary, compared: set[str]
) -> StatementIndex:
    """Return some properties of everything mentioned, and the names of unusual year bases."""
    shown = (entity.nodes, entity.outlines, entity.postings)
    mentioned = compared.union(*(index.iris() for index in shown))
    described = (entity.nodes, entity.postings, vocabulary.statements)
    known = {iri for index in described for iri in index}
    properties = fetch_properties(engine, mentioned - known, entity_queries.MENTION_PROPERTIES)
    bases = {basis.text for iri in properties for basis in properties.objects(iri, _YEAR_BASIS)}
    unnamed = bases - mentioned - known
    return properties | fetch_properties(engine, unnamed) if unnamed else properties


def _is_derived(graph: str) -> bool:
    return graph in _DERIVED or graph.startswith(GRAPH + "direct/")


def _values_by_property(
    own: Iterable[tuple[str, str, Term]], selects: Callable[[str], bool]
) -> PropertyValues:
    properties: dict[str, tuple[Term, ...]] = {}
    pairs = {(prop, value) for graph, prop, value in own if selects(graph)}
    for prop, value in sorted(pairs):
        properties[prop] = (*properties.get(prop, ()), value)
    return properties


def _nodes(statements: StatementIndex, iris: Iterable[str]) -> tuple[Mapping[str, Term], ...]:
    """Return nodes as dictionaries from the local name of a property to its first value.

    The key ``iri`` holds the node itself.
    """
    return tuple(
        {
            prop.removeprefix(OIB): value
            for prop, value in reversed(statements.predicate_objects(iri))
        }
        | {"iri": Term(iri, "uri")}
        for iri in sorted(iris)
    )


def _pointing_claims(statements: StatementIndex, link: str, iri: str) -> list[str]:
    """Return the claims that refer to a thing, or that have an assessment which does."""
    pointing = statements.subjects(link, iri)
    assessed = {
        value.text for node in pointing for value in statements.objects(node, OIB + "assesses")
    }
    return [node for node in sorted({*pointing, *assessed}) if _is_claim(statements, node)]


def _is_claim(statements: StatementIndex, node: str) -> bool:
    return statements.value(node, OIB + "claimPredicate") is not None


def _has_object(claim: Claim, iri: str) -> bool:
    is_subject = claim.subject is not None and claim.subject.text == iri
    return not is_subject and claim.object is not None and claim.object.text == iri
