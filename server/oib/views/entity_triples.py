"""The RDF description of an entity, and named graphs, in the serializations of RDF."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from oib import media_types
from oib.engine.base import Queryable
from oib.engine.statements import Term
from oib.namespaces import BASE, DOC, GRAPH, ID, PREFIXES
from oib.sparql import jsonld, results
from oib.sparql.jsonld import Compaction
from oib.views import entity_queries, paging
from oib.views.entity_queries import DocumentPage
from oib.views.lifecycle import Lifecycle

_N_TRIPLES: Final = "application/n-triples"
_TYPE: Final = PREFIXES["rdf"] + "type"
_THING: Final = ID.encode()
# An IRI in N-Triples; a literal may hold what looks like one, and then a name too many is fetched.
_IRI: Final = re.compile(rb"<([^<>\"{}|^`\\\x00-\x20]++)>")

#: Media types of the forms of a document about a thing, by suffix, and all that it is offered in.
FORMS: Final = {
    **media_types.GRAPH_SUFFIXES,
    **media_types.DATASET_SUFFIXES,
    **media_types.PAGE_SUFFIXES,
}
OFFERED: Final = (
    *results.GRAPHS,
    media_types.HTML,
    *results.DATASETS,
    *media_types.GRAPH_ALIASES,
)

#: Names as statements in N-Triples, by the IRI that they are the names of.
Labels = Mapping[bytes, tuple[bytes, ...]]


@dataclass(frozen=True)
class Publication:
    """What every document says of its own publication: licence and publisher, if there are any."""

    license_iri: str = ""
    publisher_iri: str = ""

    def statements(self, iri: str) -> list[str]:
        """Return the statements on the document with an IRI, in N-Triples."""
        dcterms = PREFIXES["dcterms"]
        found = [f"<{iri}> <{PREFIXES['void']}inDataset> <{BASE}dataset> ."]
        if self.license_iri:
            found.append(f"<{iri}> <{dcterms}license> {NamedNode(self.license_iri)} .")
        if self.publisher_iri:
            found.append(f"<{iri}> <{dcterms}publisher> {NamedNode(self.publisher_iri)} .")
        return found


@dataclass(frozen=True)
class EntityDocument:
    """A page of the RDF description of a thing.

    ``lines`` are its statements in N-Triples, ``total`` is the number of things that refer to the
    thing, over all pages.
    """

    iri: str
    page: DocumentPage
    lines: frozenset[bytes]
    total: int

    @property
    def pages(self) -> int:
        """Return how many pages the description has."""
        return paging.count(self.total)

    @property
    def lifecycle(self) -> Lifecycle:
        """Return whether the thing is known, withdrawn or replaced; by the first page only."""
        own = [line for line in self.lines if line.startswith(b"<%s> " % self.iri.encode())]
        quads = parse(b"\n".join(own), RdfFormat.N_TRIPLES)
        return Lifecycle.from_properties(
            [
                (quad.predicate.value, Term(quad.object.value, "uri"))
                for quad in quads
                if isinstance(quad.object, NamedNode | Literal)
            ]
        )


def fetch_document(engine: Queryable, iri: str, page: DocumentPage) -> EntityDocument:
    """Return a page of the RDF description of a thing; one query.

    It holds the thing's own triples, its fragments (identity links, units of a document), its
    claims with their evidence and assessments, and every other triple with the thing as its object.

    Raises:
        BadInput: the text is no IRI.
    """
    body = engine.query(entity_queries.construct_description(iri, page), _N_TRIPLES)
    lines = set(filter(None, body.split(b"\n")))
    counted = f"{entity_queries.document(iri)} <{paging.HYDRA}totalItems> ".encode()
    total = next(line for line in lines if line.startswith(counted))
    return EntityDocument(
        iri, page, frozenset(lines - {total}), int(total[len(counted) :].split(b'"')[1])
    )


def fetch_term_labels(engine: Queryable) -> Labels:
    """Return the names of all terms and concepts, as statements in N-Triples by IRI; one query."""
    return _by_subject(engine.query(entity_queries.construct_term_labels(), _N_TRIPLES))


def serialize_document(
    engine: Queryable,
    document: EntityDocument,
    media_type: str,
    term_labels: Labels,
    publication: Publication,
    compaction: Compaction = jsonld.DEFAULT,
    thing_labels: MutableMapping[bytes, tuple[bytes, ...]] | None = None,
) -> bytes:
    """Return a page of the description of a thing with the names of all that it mentions.

    The names of things that ``thing_labels`` has not got are fetched by one query, and added to it.
    The last statements are those on the document itself. TriG and N-Quads have the IRI of the
    document as the name of the graph.

    Raises:
        NotAcceptable: RDF has no such media type, or cannot write one of the terms in it.
    """
    own_name = b"<%s> " % document.iri.encode()
    mentioned = set(_IRI.findall(b"\n".join(document.lines)))
    labels = {line for iri in mentioned for line in term_labels.get(iri, ())}
    known = thing_labels if thing_labels is not None else {}
    things = {iri for iri in mentioned if iri.startswith(_THING)}
    # Copied, for another thread may empty what is known at any time.
    found = {iri: lines for iri in things if (lines := known.get(iri)) is not None}
    if unknown := things.difference(found):
        fetched = _by_subject(
            b"\n".join(fetch_labels(engine, sorted(iri.decode() for iri in unknown)))
        )
        fresh = {iri: fetched.get(iri, ()) for iri in unknown}
        known.update(fresh)
        found |= fresh
    labels.update(line for lines in found.values() for line in lines)
    stated = sorted(document.lines)
    start = bisect_left(stated, own_name)
    end = bisect_left(stated, own_name[:-1] + b"!")  # the character after the blank
    own, others = stated[start:end], [*stated[:start], *stated[end:]]
    ordered = [*own, *others, *sorted(labels - document.lines), *_statements(document, publication)]
    body = b"\n".join(ordered) + b"\n"
    if b"_:" in body:
        triples = _canonical(body, document.iri)
        ordered = [b"%s ." % str(triple).encode() for triple in triples]
        body = b"\n".join(ordered) + b"\n"
    if media_type == _N_TRIPLES:
        return body
    return _write(parse(body, RdfFormat.N_TRIPLES), document.iri, media_type, compaction)


def write_document(iri: str, turtle: bytes, media_type: str, compaction: Compaction) -> bytes:
    """Return a document about a thing, which is given in Turtle, in another form.

    Raises:
        NotAcceptable: as ``serialize_document``.
    """
    return _write(parse(turtle, RdfFormat.TURTLE), iri, media_type, compaction)


def _write(statements: Iterable[Quad], iri: str, media_type: str, compaction: Compaction) -> bytes:
    if media_type in results.DATASETS:
        graph = NamedNode(_document_iri(iri))
        return results.write_quads(
            (Quad(quad.subject, quad.predicate, quad.object, graph) for quad in statements),
            media_type,
        )
    return results.write_triples(
        (quad.triple for quad in statements), media_type, compaction=compaction
    )


def serialize_graph(
    engine: Queryable,
    name: str,
    media_type: str,
    compaction: Compaction = jsonld.DEFAULT,
    added: Iterable[Quad] = (),
) -> bytes:
    """Return one named graph, by its name after ``…/graph/``; also in TriG and N-Quads.

    ``added`` are statements that the document has beside those of the graph.
    """
    body = engine.query(entity_queries.construct_graph(name), _N_TRIPLES)
    if media_type in results.DATASETS:
        graph = NamedNode(GRAPH + name)
        parsed = parse(body, RdfFormat.N_TRIPLES)
        quads = [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed]
        return results.write_quads(sorted([*quads, *added], key=str), media_type)
    lines = b"".join(f"{quad.triple} .\n".encode() for quad in added)
    triples = _canonical(body + lines, "")
    return results.write_triples(triples, media_type, compaction=compaction)


def serialize_described_graph(
    engine: Queryable, name: str, media_type: str, compaction: Compaction = jsonld.DEFAULT
) -> bytes:
    """Return one named graph with its description, which stands in the graph of the data set."""
    described = engine.query(entity_queries.construct_own_triples(GRAPH + name), _N_TRIPLES)
    meta = NamedNode(GRAPH + "meta")
    added = [
        Quad(quad.subject, quad.predicate, quad.object, meta)
        for quad in parse(described, RdfFormat.N_TRIPLES)
    ]
    return serialize_graph(engine, name, media_type, compaction, added if name != "meta" else ())


def serialize_list(
    members: Sequence[str],
    labels: Iterable[bytes],
    about: Iterable[bytes],
    iri: str,
    media_type: str,
    compaction: Compaction = jsonld.DEFAULT,
) -> bytes:
    """Return a page of a list: its members with their names, and what is said of the list itself.

    Args:
        members: the IRIs of the members on this page.
        labels: the names of the members, in N-Triples.
        about: statements on the list and the page, in N-Triples.
        iri: the IRI of the list.
        media_type: one of RDF.
        compaction: the context for JSON-LD.
    """
    lines = [
        f"<{iri}> <{_TYPE}> <{paging.HYDRA}Collection> .".encode(),
        *(f"<{iri}> <{paging.HYDRA}member> {NamedNode(member)} .".encode() for member in members),
        *sorted(about),
        *sorted(labels),
    ]
    body = b"\n".join(lines) + b"\n"
    parsed = parse(body, RdfFormat.N_TRIPLES)
    if media_type in results.DATASETS:
        graph = NamedNode(iri)
        return results.write_quads(
            (Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed), media_type
        )
    return results.write_triples((quad.triple for quad in parsed), media_type, None, compaction)


def fetch_labels(engine: Queryable, iris: Collection[str]) -> list[bytes]:
    """Return the names of things as statements in N-Triples; one query, none for no things."""
    if not iris:
        return []
    body = engine.query(entity_queries.construct_labels(iris), _N_TRIPLES)
    return [line for line in body.split(b"\n") if line]


def serialize_own_triples(
    engine: Queryable, iri: str, media_type: str, compaction: Compaction = jsonld.DEFAULT
) -> bytes:
    """Return the triples whose subject is the IRI: of a withdrawn thing, or of a saved query."""
    return _serialize(
        engine, entity_queries.construct_own_triples(iri), iri, media_type, compaction
    )


def serialize_quads(
    engine: Queryable, construct: str, graph_iri: str | None, media_type: str
) -> bytes:
    """Return what a CONSTRUCT query yields with the name of its graph, in TriG or N-Quads.

    Args:
        engine: answers the query.
        construct: the query.
        graph_iri: the name of the graph, None for the default graph.
        media_type: one of ``results.DATASETS``.
    """
    graph = NamedNode(graph_iri) if graph_iri is not None else DefaultGraph()
    triples = parse(engine.query(construct, _N_TRIPLES), RdfFormat.N_TRIPLES)
    quads = [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in triples]
    return results.write_quads(sorted(quads, key=str), media_type)


def _serialize(
    engine: Queryable, query: str, first: str, media_type: str, compaction: Compaction
) -> bytes:
    triples = _canonical(engine.query(query, _N_TRIPLES), first)
    return results.write_triples(triples, media_type, compaction=compaction)


def _canonical(body: bytes, first: str) -> list[Triple]:
    """Return triples in N-Triples in one order, those about one IRI first.

    Their blank nodes have canonical labels (RDFC-1.0): the same bytes under one strong ETag,
    whichever engine or process answers.
    """
    dataset = Dataset(parse(body, RdfFormat.N_TRIPLES))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    triples = [Triple(quad.subject, quad.predicate, quad.object) for quad in dataset]
    return sorted(triples, key=lambda triple: _sort_key(triple, first))


def _statements(document: EntityDocument, publication: Publication) -> list[bytes]:
    """Return what a document states of itself, in N-Triples."""
    iri = _document_iri(document.iri)
    statements = [
        f"<{iri}> <{_TYPE}> <{PREFIXES['foaf']}Document> .",
        f"<{iri}> <{PREFIXES['foaf']}primaryTopic> <{document.iri}> .",
        *publication.statements(iri),
    ]
    page = paging.statements(iri, document.total, document.page.number)
    return sorted([*(line.encode() for line in statements), *page])


def _document_iri(iri: str) -> str:
    return DOC + iri.removeprefix(ID)


def _by_subject(body: bytes) -> Labels:
    lines: dict[bytes, tuple[bytes, ...]] = {}
    for line in filter(None, body.split(b"\n")):
        subject = line.partition(b"> ")[0][1:]
        lines[subject] = (*lines.get(subject, ()), line)
    return lines


def _sort_key(triple: Triple, first: str) -> tuple[bool, bool, str]:
    """Return a key that sorts the entity first, its document last, the rest by subject."""
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else "_:"
    return subject.startswith(DOC), subject != first, str(triple)
