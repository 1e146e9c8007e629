"""The build: from the sources of a home to its snapshot: parse, check, derive, infer, describe."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from oib import __version__, project
from oib.dataset import changes, releases, snapshot
from oib.dataset.catalog import describe
from oib.dataset.manifest import Manifest
from oib.dataset.snapshot import Snapshot
from oib.engine.embedded import Embedded
from oib.errors import Refused, StorageError, Unavailable
from oib.namespaces import ID, PREFIXES, file_graph
from oib.project import sources
from oib.saved_queries import Library
from oib.views import document_index
from oib.views.entity_triples import Publication

# Turtle, the checker and derivation import rdflib, pySHACL and reasonable, which take longer than
# all the rest of oib: they are imported where they are used, for a server whose snapshot is up to
# date needs none of them.

_TOOLS = ("pyoxigraph", "pyshacl", "rdflib", "reasonable")

Log = Callable[[str], None]


def ensure(home: Path, folder: Path, log: Log) -> Snapshot:
    """Return the current snapshot if it is that of the sources, else build it anew.

    If that fails and an older snapshot is there, the older one is returned, and the log says what
    is wrong: nothing half-built is ever served.

    Args:
        home: the folder of the sources.
        folder: where snapshots lie, one directory each.
        log: gets a line of progress at each step.

    Raises:
        BadInput: a source file cannot be read, and there is no older snapshot.
        Refused: the sources break a rule, and there is no older snapshot.
        StorageError: the folder cannot be written, and there is no older snapshot.
    """
    old = _usable(folder, log)
    if old and old.manifest.digest == snapshot.digest(home):
        return old
    try:
        return build(home, folder, log)
    except (Refused, StorageError) as error:
        if old is None:
            raise
        log(f"{error}\nthe snapshot {old.manifest.version} goes on serving")
        return old


def build(home: Path, folder: Path, log: Log) -> Snapshot:
    """Return the snapshot of the sources, made the current one, and built if it is not there.

    One process at a time builds in a folder; the others wait and then use what it has built. A
    damaged snapshot is built anew.

    Args:
        home: the folder of the sources.
        folder: where snapshots lie, one directory each.
        log: gets a line of progress at each step.

    Raises:
        BadInput: a source file cannot be read, such as a saved query with a broken header.
        Refused: the data break a rule; the message is the report that ``oib check`` prints.
        StorageError: the folder cannot be written, or the disk is full.
    """
    try:
        with snapshot.locked(folder, log):
            digest = snapshot.digest(home)
            old = _usable(folder, log, hash_all=True)
            if old and old.manifest.digest == digest:
                log(f"{old.manifest.version} is up to date")
                return old
            return _build(home, folder, digest, log)
    except OSError as error:
        raise StorageError(
            f"no snapshot was built in {folder}: {error.strerror or error}"
            f"{f' ({error.filename})' if error.filename else ''}; "
            "make room there, or name another folder with --out"
        ) from error


def _usable(folder: Path, log: Log, hash_all: bool = False) -> Snapshot | None:
    """Return the current snapshot, None if there is none or if it is damaged."""
    try:
        found = snapshot.current(folder)
        if found and hash_all:
            found.verify(hash_all=True)
    except Unavailable as error:
        log(f"{error.args[0].partition(';')[0]}; building it anew")
        return None
    return found


def _build(home: Path, folder: Path, digest: str, log: Log) -> Snapshot:
    from oib.dataset import derivation, exports
    from oib.dataset.followthemoney import followthemoney
    from oib.validation import formats
    from oib.validation.checker import check

    log("checking the sources against the rules")
    report = check(home)
    if not report.clean:
        raise Refused(
            f"{formats.text(report)}\nnothing was built; mend what blocks and build again"
        )
    store = Store()
    store.extend(_parse(home))
    log(f"{len(store)} triples in {_count_graphs(store)} graphs; deriving")
    direct = derivation.direct(store, home)
    store.extend(direct)
    store.extend(derivation.bounds(store))
    store.extend(derivation.agreement(store, home))
    store.extend(derivation.inferred(store))
    store.extend(derivation.labels(store))
    store.extend(derivation.links(store))
    store.extend(derivation.units(store))
    manifest = Manifest(
        version=f"{__version__}+{digest[:8]}",
        digest=digest,
        built=datetime.now(UTC).isoformat(timespec="seconds"),
        counts=_counts(store, sum(quad.graph_name == derivation.DIRECT for quad in direct)),
        tools={name: version(name) for name in _TOOLS},
    )
    library, about = Library.load(home), project.description(home)
    store.extend(describe(store, library, manifest, about, releases.find(home)))
    log(f"writing {len(store)} triples as {manifest.version}")
    dumps = {
        "claims-rdf12.ttl": exports.claims_rdf12(store),
        "ftm.json": followthemoney(store),
        "context.jsonld": json.dumps(
            {"@context": exports.context(store)}, ensure_ascii=False
        ).encode(),
    }
    log("indexing names, texts and documents")
    indexes = _indexes(store, library)
    if len(store) <= document_index.MAX_QUADS:
        publication = Publication(about.license_iri, about.publisher_iri)
        engine = Embedded(store)  # which adds the default graph: nothing is read of the store later
        indexes[snapshot.DOCUMENT_INDEX] = document_index.encode_index(engine, publication)

    def create_indexes(data: Path) -> Mapping[str, bytes]:
        return _changes(home, data, log)

    return snapshot.write(
        folder, manifest, store, dumps, indexes=indexes, create_indexes=create_indexes
    )


def _changes(home: Path, data: Path, log: Log) -> dict[str, bytes]:
    """Return the file of what changed between the releases; none where there are none to read."""
    found = releases.find(home)
    if not found:
        return {}
    try:
        summaries = releases.summarize_steps(home, found, data)
    except Unavailable as error:  # what is published now does not depend on it
        log(f"{error}; until then nothing tells what changed since that release")
        return {}
    return {snapshot.CHANGES: changes.encode_summaries(summaries)}


def _indexes(store: Store, library: Library) -> dict[str, bytes]:
    """Return the name index and the search index, by file name."""
    from oib.reconciliation import collection, index_writer
    from oib.search import collection as search_collection
    from oib.search import index_writer as search_index_writer

    entities = collection.collect_entities(store)
    terms = collection.collect_terms(store)
    records = search_collection.collect_records(store, entities, terms, library)
    return {
        snapshot.NAME_INDEX: index_writer.encode_index(entities, terms),
        snapshot.SEARCH_INDEX: search_index_writer.encode_index(records),
    }


def _parse(home: Path) -> Iterator[Quad]:
    from oib import turtle

    for folder in ("ontology", "shapes", "instances"):
        for path in sources(home, folder, ".ttl"):
            graph = NamedNode(file_graph(path, home))
            for triple in turtle.parse_file(path, base=ID).triples:
                yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _count_graphs(store: Store) -> int:
    return sum(1 for _ in store.named_graphs())


def _counts(store: Store, direct: int) -> dict[str, int]:
    """Return how many things of each kind of IRI are in use, and how many direct triples."""
    deprecated = NamedNode(PREFIXES["owl"] + "deprecated")
    retired = {quad.subject for quad in store.quads_for_pattern(None, deprecated, None)}
    subjects = {
        quad.subject.value
        for quad in store
        if isinstance(quad.subject, NamedNode) and quad.subject not in retired
    }
    # What has a fragment, as a link or a unit, is a part of the description of a thing.
    things = [name for name in subjects if name.startswith(ID) and "#" not in name]
    kinds = [name.removeprefix(ID).split("/")[0] for name in things]
    by_kind = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    return {**by_kind, "direct": direct, "graphs": _count_graphs(store), "triples": len(store)}
