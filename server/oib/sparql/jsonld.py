"""JSON-LD 1.1: triples compacted by a context, of which the result holds what it uses.

Every answer is complete without a request for its context, and ``rdf:type`` is ``@type``, so that
framing finds things by their class. Libraries that compact need the expanded form first, which
takes three times the memory; what a flat graph needs of the algorithm is short.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from oib.errors import AnswerTooLarge, NotAcceptable
from oib.namespaces import PREFIXES

#: What ``@context`` holds: term definitions by name (JSON-LD 1.1, section 9.15).
Context = Mapping[str, Any]

_RDF_TYPE = PREFIXES["rdf"] + "type"
_XSD_STRING = PREFIXES["xsd"] + "string"
# More than the punctuation around any value takes.
_OVERHEAD = 4


@dataclass(frozen=True, slots=True)
class _Term:
    """A term definition that stands for a property."""

    name: str
    coercion: str = ""  # the value of @type, with IRIs in full
    is_language_map: bool = False


class Compaction:
    """A context that is ready to compact triples; it may be used any number of times."""

    def __init__(self, context: Context) -> None:
        """Prepare a context of simple and expanded term definitions, without nested contexts."""
        self._context = context
        self._prefixes = {
            name: iri
            for name, iri in context.items()
            if isinstance(iri, str) and iri.endswith(("#", "/")) and not name.startswith("@")
        }
        self._terms: defaultdict[str, list[_Term]] = defaultdict(list)
        self._names: dict[str, str] = {}  # of the terms, by what they stand for
        for name, definition in context.items():
            if not name.startswith("@") and name not in self._prefixes:
                self._add(name, definition)

    def write(self, triples: Iterable[Triple], max_bytes: int | None = None) -> bytes:
        """Return triples as a JSON-LD document with one node object for each subject.

        Raises:
            NotAcceptable: a triple term occurs, which JSON-LD 1.1 cannot hold.
            AnswerTooLarge: the document would have more than ``max_bytes`` bytes.
        """
        used: set[str] = set()
        nodes: dict[str, dict[str, Any]] = {}
        size = 0
        for triple in triples:
            if isinstance(triple.object, Triple) or isinstance(triple.subject, Triple):
                raise NotAcceptable(
                    f"JSON-LD holds no triple terms, as in the statement {triple}; "
                    "ask for text/turtle or application/n-triples"
                )
            key, value = self._property(triple.predicate.value, triple.object, used)
            subject = self._reference(triple.subject, used)
            node = nodes.get(subject)
            if node is None:
                node = nodes[subject] = {"@id": subject}
                size += len(subject)
            size += len(value) if isinstance(value, str) else len(triple.object.value)
            if max_bytes is not None and size > max_bytes:
                raise AnswerTooLarge.beyond(max_bytes)
            _insert(node, key, value)
            size += _OVERHEAD
        document = {"@context": self._part(used), "@graph": list(nodes.values())}
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        if max_bytes is not None and len(body) > max_bytes:
            raise AnswerTooLarge.beyond(max_bytes)
        return body

    def _add(self, name: str, definition: Any) -> None:
        if isinstance(definition, str):
            if not definition.startswith("@"):
                iri = self._expand(definition)
                self._terms[iri].append(_Term(name))
                self._names[iri] = name
        elif isinstance(definition, Mapping) and isinstance(definition.get("@id"), str):
            iri = self._expand(definition["@id"])
            is_map = definition.get("@container") == "@language"
            if not is_map and "@container" in definition:
                return
            coercion = definition.get("@type", "")
            coercion = coercion if coercion.startswith("@") else self._expand(coercion)
            self._terms[iri].append(_Term(name, coercion, is_map))
            self._names[iri] = name

    def _expand(self, curie: str) -> str:
        prefix, colon, local = curie.partition(":")
        is_curie = colon and prefix in self._prefixes and not local.startswith("//")
        return self._prefixes[prefix] + local if is_curie else curie

    def _property(
        self, iri: str, value: NamedNode | BlankNode | Literal, used: set[str]
    ) -> tuple[str, Any]:
        """Return the key and the value of one statement."""
        if iri == _RDF_TYPE and not isinstance(value, Literal):
            return "@type", self._vocabulary(value, used)
        for term in self._terms.get(iri, ()):
            if (compacted := self._coerce(term, value, used)) is not None:
                used.add(term.name)
                return term.name, compacted
        return self._shorten(iri, used), self._value_object(value, used)

    def _coerce(
        self, term: _Term, value: NamedNode | BlankNode | Literal, used: set[str]
    ) -> Any | None:
        """Return a value as a term writes it, None if the term cannot hold it."""
        if not isinstance(value, Literal):
            if term.coercion == "@id":
                return self._reference(value, used)
            if term.coercion == "@vocab":
                return self._vocabulary(value, used)
            is_plain = not term.coercion and not term.is_language_map
            return {"@id": self._reference(value, used)} if is_plain else None
        if term.is_language_map:
            is_tagged = value.language is not None and value.direction is None
            return _Tagged(value.language or "", value.value) if is_tagged else None
        if term.coercion:
            return value.value if value.datatype.value == term.coercion else None
        return self._value_object(value, used)

    def _value_object(self, value: NamedNode | BlankNode | Literal, used: set[str]) -> Any:
        if not isinstance(value, Literal):
            return {"@id": self._reference(value, used)}
        if value.language is not None:
            tagged = {"@value": value.value, "@language": value.language}
            if value.direction is not None:
                tagged["@direction"] = str(value.direction)
            return tagged
        if value.datatype.value == _XSD_STRING:
            return value.value
        return {"@value": value.value, "@type": self._vocabulary(value.datatype, used)}

    def _vocabulary(self, value: NamedNode | BlankNode, used: set[str]) -> str:
        """Return an IRI where terms stand for IRIs, too: a class, a datatype."""
        name = self._names.get(value.value) if isinstance(value, NamedNode) else None
        if name is None:
            return self._reference(value, used)
        used.add(name)
        return name

    def _reference(self, value: NamedNode | BlankNode, used: set[str]) -> str:
        if isinstance(value, BlankNode):
            return str(value)
        return self._shorten(value.value, used)

    def _shorten(self, iri: str, used: set[str]) -> str:
        # The end of the namespace is where most IRIs have their last ``#`` or ``/``.
        for prefix, namespace in self._prefixes.items():
            if iri.startswith(namespace):
                local = iri[len(namespace) :]
                if local and not local.startswith("//"):
                    used.add(prefix)
                    return f"{prefix}:{local}"
        scheme = iri.partition(":")[0]
        if scheme in self._prefixes and not iri.startswith(scheme + "://"):
            raise NotAcceptable(
                f"in JSON-LD, <{iri}> would be read as a name with our prefix {scheme}:; "
                "ask for text/turtle or application/n-triples"
            )
        return iri

    def _part(self, used: set[str]) -> dict[str, Any]:
        """Return the part of the context that a document uses, in the order of the context."""
        part: dict[str, Any] = {}
        for name in sorted(used - self._prefixes.keys()):
            part[name] = definition = self._context[name]
            values = definition.values() if isinstance(definition, Mapping) else (definition,)
            used = used | {value.partition(":")[0] for value in values if isinstance(value, str)}
        prefixes = {name: self._prefixes[name] for name in sorted(used & self._prefixes.keys())}
        return {"@version": 1.1, **prefixes, **part}


@dataclass(frozen=True, slots=True)
class _Tagged:
    """A value of a language map."""

    language: str
    text: str


def _insert(node: dict[str, Any], key: str, value: Any) -> None:
    if isinstance(value, _Tagged):
        node, key, value = node.setdefault(key, {}), value.language, value.text
    if key == "@type":
        node.setdefault(key, []).append(value)
    elif key not in node:
        node[key] = value
    elif isinstance(node[key], list):
        node[key].append(value)
    else:
        node[key] = [node[key], value]


#: Compacts by prefixes alone, for graphs of any vocabulary.
DEFAULT = Compaction(PREFIXES)
