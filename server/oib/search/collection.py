"""What is searched: a record for each thing, claim, term, concept, rule and saved query."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Store

from oib.namespaces import GRAPH, ID, OIB, ONTOLOGY, PREFIXES, SHAPES, VOCAB
from oib.reconciliation import transliteration
from oib.reconciliation.collection import KIND_NAMES, NamedEntity, SchemaTerm, notes, retired_nodes
from oib.reconciliation.normalization import compact, fold, has_chinese
from oib.rule_messages import message_in_words
from oib.saved_queries import SavedQuery

_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_LABELS: Final = tuple(
    NamedNode(iri) for iri in (PREFIXES["skos"] + "prefLabel", PREFIXES["rdfs"] + "label")
)
_SOURCE_TEXTS: Final = tuple(OIB + name for name in ("publisherName", "dateAsPrinted"))
_CLAIM_TEXTS: Final = tuple(
    OIB + name
    for name in (
        "curatorNote",
        "subjectAsNamed",
        "objectAsNamed",
        "roleAsNamed",
        "hedgeAsNamed",
        "qualifierAsNamed",
    )
)
# What a document of the vocabulary holds, by the page that shows it.
_PAGES: Final = {
    ONTOLOGY + "#": ("term", "ontology"),
    VOCAB + "#": ("concept", "vocab"),
    SHAPES + "#": ("rule", "shapes"),
}

#: The kinds of records.
KINDS: Final = ("entity", "term", "concept", "rule", "query", "claim")
#: Those of them that say how the data are made. A search gives them after all others.
SCHEMA_KINDS: Final = ("term", "concept", "rule")


@dataclass(frozen=True)
class Form:
    """A text by which a record is found, its language and what it is: ``preferred``, ``note`` …"""

    text: str
    language: str
    role: str


@dataclass(frozen=True)
class Record:
    """What a search can find.

    Attributes:
        iri: of the thing.
        kind: one of KINDS.
        labels: what it is called, by ``en`` and ``zh``.
        types: IRIs of its classes that have no narrower one here.
        names: forms of its name.
        texts: other texts about it.
        spellings: further words that find it, such as pinyin; never shown.
        documents: IRIs of the documents that speak of it.
    """

    iri: str
    kind: str
    labels: Mapping[str, str]
    types: tuple[str, ...]
    names: tuple[Form, ...]
    texts: tuple[Form, ...]
    spellings: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


def collect_records(
    store: Store,
    entities: Sequence[NamedEntity],
    schema_terms: Iterable[SchemaTerm],
    library: Iterable[SavedQuery],
) -> list[Record]:
    """Return every record of a version of the data, those of SCHEMA_KINDS last, then by IRI."""
    broader = {term.iri: term.broader for term in schema_terms}
    labels = {thing.iri: {tag: thing.label(tag) for tag in ("en", "zh")} for thing in entities}
    records = [_of_entity(store, thing, broader) for thing in entities]
    records += _of_terms(store)
    records += [_of_query(saved) for saved in library]
    records += _of_claims(store, labels)
    return sorted(records, key=lambda record: (record.kind in SCHEMA_KINDS, record.iri))


def _of_entity(store: Store, thing: NamedEntity, broader: Mapping[str, Sequence[str]]) -> Record:
    node = NamedNode(thing.iri)
    names = tuple(Form(name.text, name.language, KIND_NAMES[name.kind]) for name in thing.names)
    sources = [Form(text, tag, "source") for text, tag in _texts(store, node, _SOURCE_TEXTS)]
    texts = [Form(text, tag, "note") for tag, found in notes(store, node).items() for text in found]
    pinyin = {
        spelling
        for name in thing.names
        if has_chinese(name.text)
        for spelling in transliteration.toneless(compact(fold(name.text)), False)
    }
    return Record(
        thing.iri,
        "entity",
        {tag: thing.label(tag) for tag in ("en", "zh")},
        _narrowest(thing.types, broader),
        names,
        (*sources, *texts),
        tuple(sorted(pinyin)),
        tuple(thing.documents),
    )


def _narrowest(types: Sequence[str], broader: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    above = {other for kind in types for other in broader.get(kind, ())}
    return tuple(kind for kind in types if kind not in above and kind in broader)


def _of_terms(store: Store) -> Iterator[Record]:
    retired = retired_nodes(store)
    for namespace, (kind, graph) in _PAGES.items():
        node_graph = NamedNode(GRAPH + graph)
        subjects = {
            quad.subject
            for quad in store.quads_for_pattern(None, _TYPE, None, node_graph)
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(namespace)
        }
        for node in sorted(subjects - retired, key=str):
            names = [
                Form(text, tag, "preferred")
                for text, tag in _texts(store, node, [label.value for label in _LABELS])
            ]
            texts = [
                Form(text, tag, "definition")
                for tag, found in notes(store, node).items()
                for text in found
            ]
            message = _texts(store, node, [PREFIXES["sh"] + "message"])
            texts += [Form(message_in_words(text, tag), tag, "message") for text, tag in message]
            if names or texts:
                local = node.value.removeprefix(namespace)
                yield Record(
                    node.value,
                    kind,
                    _labels(names, local),
                    (),
                    tuple(names),
                    tuple(texts),
                    (local,),
                )


def _of_query(saved: SavedQuery) -> Record:
    names = tuple(Form(text, tag, "question") for tag, text in saved.question.items())
    return Record(saved.iri, "query", _labels(names, saved.name), (), names, (), (saved.name,))


def _of_claims(store: Store, labels: Mapping[str, Mapping[str, str]]) -> Iterator[Record]:
    for quad in store.quads_for_pattern(None, _TYPE, NamedNode(OIB + "Claim")):
        node = quad.subject
        if not isinstance(node, NamedNode) or quad.graph_name == NamedNode(GRAPH + "inferred"):
            continue
        texts = tuple(Form(text, tag, "note") for text, tag in _texts(store, node, _CLAIM_TEXTS))
        if not texts:
            continue
        subject = _object(store, node, "claimSubject")
        of_subject = labels.get(subject, {})
        local = node.value.removeprefix(ID)
        shown = {tag: of_subject.get(tag, local) for tag in ("en", "zh")}
        documents = tuple(filter(None, [_object(store, node, "isReportedIn")]))
        yield Record(node.value, "claim", shown, (OIB + "Claim",), (), texts, (), documents)


def _texts(store: Store, node: NamedNode, properties: Iterable[str]) -> Iterator[tuple[str, str]]:
    seen = set()
    for name in properties:
        for quad in store.quads_for_pattern(node, NamedNode(name), None):
            value = quad.object
            if isinstance(value, Literal) and value.value.strip():
                found = value.value.strip(), value.language or ""
                if found not in seen:
                    seen.add(found)
                    yield found


def _object(store: Store, node: NamedNode, name: str) -> str:
    for quad in store.quads_for_pattern(node, NamedNode(OIB + name), None):
        if isinstance(quad.object, NamedNode):
            return quad.object.value
    return ""


def _labels(names: Sequence[Form], fallback: str) -> dict[str, str]:
    found = {}
    for tag in ("en", "zh"):
        fitting = [form.text for form in names if form.language.lower().startswith(tag)]
        found[tag] = fitting[0] if fitting else (names[0].text if names else fallback)
    return found
