"""The thing: names, record, direct statements and claims, gathered for the page about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import Facts, Value, rows, tell
from oib.namespaces import GRAPH, OIB, PREFIXES
from oib.views import entity_queries
from oib.views.claim import Claim
from oib.views.claim_parser import read_claim

_TYPE: Final = PREFIXES["rdf"] + "type"
_NAMES: Final = tuple(PREFIXES["skos"] + f"{kind}Label" for kind in ("pref", "alt", "hidden"))
_APART: Final = (*_NAMES, _TYPE, OIB + "hasUnit")
_DERIVED: Final = (GRAPH + "direct", GRAPH + "inferred")


#: What is said of one thing: the values of each property.
Statements = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True)
class Description:
    """A thing, with everything that its page tells.

    ``names`` holds the names of every IRI that occurs, by IRI and language tag. Of the thing
    itself, ``labels`` and ``record`` are what its file states, ``direct`` what documents state
    outright; ``entailed`` are the classes that follow from the ontology. ``links`` (entries of
    outside registers) and ``units`` (parts of a document) are the nodes of its fragments.
    ``claims`` are about it, ``mentions`` have it as their object, and ``listed`` are outlines of
    claims by the property through which they point at it.
    """

    iri: str
    names: Mapping[str, Mapping[str, str]]
    types: tuple[Value, ...]
    entailed: tuple[Value, ...]
    labels: Statements
    record: Statements
    direct: Statements
    links: tuple[Mapping[str, Value], ...]
    units: tuple[Mapping[str, Value], ...]
    claims: tuple[Claim, ...]
    mentions: tuple[Claim, ...]
    listed: Mapping[str, tuple[Claim, ...]]


def describe(engine: Queryable, iri: str) -> Description:
    """Describe a thing for its page, in five queries that start from it.

    Raises:
        BadInput: the text is no IRI.
    """
    own = [
        (row["g"].text, row["p"].text, row["o"]) for row in rows(engine, entity_queries.own(iri))
    ]
    near = Facts.select(engine, entity_queries.whole(iri))
    outlines = Facts.select(engine, entity_queries.listed(iri))
    facts = _with_names(engine, near | outlines)
    stated = _about(own, lambda graph: graph not in _DERIVED)
    entailed = _about(own, lambda graph: graph in _DERIVED)
    types = stated.get(_TYPE, ())
    claims = [read_claim(facts, node) for node in sorted(near) if _is_claim(near, node)]
    return Description(
        iri=iri,
        names={each: names for each in facts if (names := facts.names(each))},
        types=types,
        entailed=tuple(
            value for value in entailed.get(_TYPE, ())
            if value.text.startswith(OIB) and value not in types
        ),
        labels={name: stated[name] for name in _NAMES if name in stated},
        record={name: values for name, values in stated.items() if name not in _APART},
        direct=_about(own, lambda graph: graph == GRAPH + "direct"),
        links=_nodes(near, near.pointing(OIB + "linksEntity", iri)),
        units=_nodes(near, (value.text for value in near.all(iri, OIB + "hasUnit"))),
        claims=tuple(claim for claim in claims if not _has_object(claim, iri)),
        mentions=tuple(claim for claim in claims if _has_object(claim, iri)),
        listed={
            link: tuple(read_claim(facts, node) for node in _claims(outlines, link, iri))
            for link in entity_queries.LINKS
            if outlines.pointing(link, iri)
        },
    )  # fmt: skip


def _with_names(engine: Queryable, facts: Facts) -> Facts:
    """Add what a page must know of all that is mentioned, and the names of what that mentions."""
    known = facts.iris()
    told = tell(engine, known, entity_queries.TOLD)
    return facts | told | tell(engine, told.iris() - known)


def _about(own: Iterable[tuple[str, str, Value]], wanted: Callable[[str], bool]) -> Statements:
    said: dict[str, tuple[Value, ...]] = {}
    pairs = {(prop, value) for graph, prop, value in own if wanted(graph)}
    for prop, value in sorted(pairs, key=str):
        said[prop] = (*said.get(prop, ()), value)
    return said


def _nodes(facts: Facts, iris: Iterable[str]) -> tuple[Mapping[str, Value], ...]:
    """Return nodes as dictionaries from the local name of a property to its first value.

    The key ``iri`` holds the node itself.
    """
    return tuple(
        {prop.removeprefix(OIB): value for prop, value in reversed(facts.about(iri))}
        | {"iri": Value(iri, "uri")}
        for iri in sorted(iris)
    )


def _claims(facts: Facts, link: str, iri: str) -> list[str]:
    """Return the claims that point at a thing, or of which the assessments do."""
    pointing = facts.pointing(link, iri)
    judged = {value.text for node in pointing for value in facts.all(node, OIB + "assesses")}
    return [node for node in sorted({*pointing, *judged}) if _is_claim(facts, node)]


def _is_claim(facts: Facts, node: str) -> bool:
    return facts.one(node, OIB + "claimPredicate") is not None


def _has_object(claim: Claim, iri: str) -> bool:
    is_subject = claim.subject is not None and claim.subject.text == iri
    return not is_subject and claim.object is not None and claim.object.text == iri
