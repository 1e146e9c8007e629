"""What the data hold of names: the things, the forms of their names, and where these come from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store

from oib.namespaces import GRAPH, ID, OIB, PREFIXES

_SKOS, _DCTERMS = PREFIXES["skos"], PREFIXES["dcterms"]
_RDFS, _OWL = PREFIXES["rdfs"], PREFIXES["owl"]
_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")

#: The kinds of a form of a name, the most trusted first; each with the properties that hold it.
PREFERRED, ALTERNATIVE, HIDDEN, TRANSLATED, STATED, REGISTERED, PRINTED = range(7)
KIND_NAMES: Final = (
    "preferred",
    "alternative",
    "hidden",
    "translated",
    "stated",
    "registered",
    "as printed",
)
_PROPERTIES: Final = {
    _SKOS + "prefLabel": PREFERRED,
    _RDFS + "label": PREFERRED,
    PREFIXES["foaf"] + "name": PREFERRED,
    _DCTERMS + "title": PREFERRED,
    _SKOS + "altLabel": ALTERNATIVE,
    _SKOS + "hiddenLabel": HIDDEN,
    OIB + "translatedName": TRANSLATED,
}
_NOTES: Final = (
    _SKOS + "definition",
    _SKOS + "scopeNote",
    _SKOS + "note",
    _RDFS + "comment",
    _DCTERMS + "description",
    OIB + "curatorNote",
)
# Graphs that repeat in other words what stands elsewhere.
_REPEATING: Final = frozenset(
    NamedNode(GRAPH + name) for name in ("inferred", "labels", "direct", "meta", "queries", "links")
)
_RECORDS: Final = frozenset(("claim", "assessment", "evidence"))


#: The tags of what the readers of a language read first.
_READ: Final = {"zh": ("zh-hans", "zh-cn", "zh-sg")}


@dataclass(frozen=True)
class Name:
    """A form of a name.

    Attributes:
        text: the form as it stands in the data.
        language: its BCP 47 tag, empty if it has none.
        kind: one of PREFERRED to PRINTED.
        source: IRI of the document or register that it comes from; empty for what curators chose.
        status: IRI of the status of the link to a register, empty otherwise.
    """

    text: str
    language: str
    kind: int
    source: str = ""
    status: str = ""


@dataclass
class NamedEntity:
    """A thing, the forms of its name, and what a match has to agree with.

    Attributes:
        iri: of the thing.
        names: its forms.
        types: IRIs of its classes, with those that the ontology entails.
        places: IRIs of the places that a direct triple links it to.
        parents: IRIs of the things that it is a part of.
        documents: IRIs of the documents that speak of it.
    """

    iri: str
    names: list[Name] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)

    def label(self, language: str) -> str:
        """Return the name that readers of a language see.

        Readers of ``zh`` read Simplified characters: a translation in these comes before a name
        that is printed in Traditional ones.
        """
        for tags in (_READ.get(language, (language,)), (language,)):
            for kinds in ((PREFERRED,), (TRANSLATED,), (ALTERNATIVE, STATED)):
                for name in self.names:
                    if name.kind in kinds and name.language.lower().startswith(tags):
                        return name.text
        return self.names[0].text


@dataclass(frozen=True)
class SchemaTerm:
    """A class or a property of the ontology, with labels and definitions by language."""

    iri: str
    is_class: bool
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    broader: tuple[str, ...]
    uses: int


def collect_entities(store: Store) -> list[NamedEntity]:
    """Return every thing of the data that has a name and is in use, sorted by IRI."""
    retired = retired_nodes(store)
    found: dict[str, NamedEntity] = {}
    for iri, kind in _PROPERTIES.items():
        for quad in store.quads_for_pattern(None, NamedNode(iri), None):
            node = quad.subject
            if isinstance(node, NamedNode) and _is_entity(node, quad) and node not in retired:
                thing = found.setdefault(node.value, NamedEntity(node.value))
                _add(thing, quad.object, kind)
    _add_claimed_names(store, found)
    _add_register_names(store, found)
    for thing in found.values():
        _describe(store, thing)
    return sorted(found.values(), key=lambda thing: thing.iri)


def retired_nodes(store: Store) -> set[NamedNode]:
    """Return what was replaced or withdrawn, which is found by its IRI only."""
    deprecated = NamedNode(_OWL + "deprecated")
    return {
        quad.subject
        for quad in store.quads_for_pattern(None, deprecated, None)
        if isinstance(quad.subject, NamedNode)
    }


def collect_terms(store: Store) -> list[SchemaTerm]:
    """Return the classes and properties of the ontology that are in force."""
    ontology, retired = NamedNode(GRAPH + "ontology"), retired_nodes(store)
    classes, properties = NamedNode(_OWL + "Class"), NamedNode(_RDFS + "Class")
    terms: dict[str, bool] = {}
    for quad in store.quads_for_pattern(None, _TYPE, None, ontology):
        if quad.subject in retired:
            continue
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            if quad.object in (classes, properties):
                terms[quad.subject.value] = True
            elif quad.object.value.startswith(_OWL) and quad.object.value.endswith("Property"):
                terms[quad.subject.value] = False
    return [
        term
        for iri, is_class in sorted(terms.items())
        if (term := _term(store, ontology, iri, is_class)) and term.labels
    ]


def notes(store: Store, subject: NamedNode) -> Mapping[str, list[str]]:
    """Return the definitions and notes about a thing, by language tag."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in _NOTES:
        for quad in store.quads_for_pattern(subject, NamedNode(name), None):
            if isinstance(quad.object, Literal) and quad.object.value:
                texts = found[quad.object.language or ""]
                if quad.object.value not in texts:
                    texts.append(quad.object.value)
    return found


def _is_entity(node: NamedNode, quad: Quad) -> bool:
    """Return whether a statement names a thing of the data, and is not a repetition."""
    if quad.graph_name in _REPEATING:
        return False
    local = node.value.removeprefix(ID)
    return local != node.value and "#" not in local and local.partition("/")[0] not in _RECORDS


def _add(thing: NamedEntity, value: object, kind: int, source: str = "", status: str = "") -> None:
    if not isinstance(value, Literal) or not value.value.strip():
        return
    text, language = value.value.strip(), value.language or ""
    if all((name.text, name.language) != (text, language) for name in thing.names):
        thing.names.append(Name(text, language, kind, source, status))


def _add_claimed_names(store: Store, by_iri: Mapping[str, NamedEntity]) -> None:
    """Add the names that documents state, and those under which they speak of a thing."""
    for quad in store.quads_for_pattern(
        None, NamedNode(OIB + "claimPredicate"), NamedNode(OIB + "hasName")
    ):
        for thing, claim in _claimed(store, by_iri, quad.subject, "claimSubject"):
            for value in store.quads_for_pattern(claim, NamedNode(OIB + "claimValue"), None):
                _add(thing, value.object, STATED, _document(store, claim))
    for side, named in (("claimSubject", "subjectAsNamed"), ("claimObject", "objectAsNamed")):
        for quad in store.quads_for_pattern(None, NamedNode(OIB + named), None):
            for thing, claim in _claimed(store, by_iri, quad.subject, side):
                _add(thing, quad.object, PRINTED, _document(store, claim))


def _add_register_names(store: Store, by_iri: Mapping[str, NamedEntity]) -> None:
    """Add the names that registers hold for a thing, with the register's IRI and the link's status.

    They serve to find a thing; what the documents call it stands apart.
    """
    for quad in store.quads_for_pattern(None, NamedNode(OIB + "registeredName"), None):
        link = quad.subject
        source = _first(store, link, OIB + "linksTo")
        status = _first(store, link, OIB + "hasLinkStatus")
        entity = _first(store, link, OIB + "linksEntity")
        if entity in by_iri:
            _add(by_iri[entity], quad.object, REGISTERED, source, status)


def _claimed(
    store: Store, by_iri: Mapping[str, NamedEntity], claim: object, side: str
) -> Iterable[tuple[NamedEntity, NamedNode]]:
    if isinstance(claim, NamedNode):
        for quad in store.quads_for_pattern(claim, NamedNode(OIB + side), None):
            if isinstance(quad.object, NamedNode) and quad.object.value in by_iri:
                yield by_iri[quad.object.value], claim


def _document(store: Store, claim: NamedNode) -> str:
    return _first(store, claim, OIB + "isReportedIn")


def _first(store: Store, subject: object, property_iri: str) -> str:
    if not isinstance(subject, NamedNode):
        return ""
    values = sorted(
        quad.object.value
        for quad in store.quads_for_pattern(subject, NamedNode(property_iri), None)
        if isinstance(quad.object, NamedNode)
    )
    return values[0] if values else ""


def _describe(store: Store, thing: NamedEntity) -> None:
    """Fill in types, places, parents and documents of a thing."""
    node = NamedNode(thing.iri)
    place, documents = NamedNode(OIB + "Place"), set()
    for quad in store.quads_for_pattern(node, None, None):
        value = quad.object
        if not isinstance(value, NamedNode):
            continue
        if quad.predicate == _TYPE:
            if value.value.startswith(OIB) and value.value not in thing.types:
                thing.types.append(value.value)
        elif value.value.startswith(ID) and quad.predicate.value.startswith(OIB):
            if any(True for _ in store.quads_for_pattern(value, _TYPE, place)):
                _append(thing.places, value.value)
            elif quad.predicate.value == OIB + "isPartOf":
                _append(thing.parents, value.value)
    for side in ("claimSubject", "claimObject"):
        for quad in store.quads_for_pattern(None, NamedNode(OIB + side), node):
            if isinstance(quad.subject, NamedNode):
                documents.add(_document(store, quad.subject))
    thing.documents = sorted(documents - {""})
    thing.types.sort()


def _append(values: list[str], value: str) -> None:
    if value not in values:
        values.append(value)


def _term(store: Store, graph: NamedNode, iri: str, is_class: bool) -> SchemaTerm:
    node = NamedNode(iri)

    def texts(name: str) -> dict[str, str]:
        return {
            quad.object.language or "": quad.object.value
            for quad in store.quads_for_pattern(node, NamedNode(name), None, graph)
            if isinstance(quad.object, Literal)
        }

    upward = NamedNode(_RDFS + ("subClassOf" if is_class else "subPropertyOf"))
    broader = sorted(
        quad.object.value
        for quad in store.quads_for_pattern(node, upward, None, graph)
        if isinstance(quad.object, NamedNode) and quad.object.value.startswith(OIB)
    )
    if is_class:
        uses = len({quad.subject for quad in store.quads_for_pattern(None, _TYPE, node)})
    else:
        uses = len({quad.triple for quad in store.quads_for_pattern(None, node, None)})
        uses += sum(
            1 for _ in store.quads_for_pattern(None, NamedNode(OIB + "claimPredicate"), node)
        )
    definitions = texts(_SKOS + "definition") or texts(_RDFS + "comment")
    return SchemaTerm(iri, is_class, texts(_RDFS + "label"), definitions, tuple(broader), uses)
