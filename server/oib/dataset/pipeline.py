"""The making: a home goes in, a snapshot comes out: parse, check, derive, infer, describe."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from oib import __version__, turtle
from oib.dataset import derivation, exports, snapshot
from oib.dataset.catalog import describe
from oib.dataset.manifest import Manifest
from oib.dataset.snapshot import Snapshot
from oib.errors import Refused
from oib.namespaces import ID, file_graph
from oib.project import sources
from oib.saved_queries import Library
from oib.validation import formats
from oib.validation.checker import check

_TOOLS = ("pyoxigraph", "pyshacl", "rdflib", "reasonable")


def make(home: Path, folder: Path, say: Callable[[str], None]) -> Snapshot:
    """Make the snapshot of a home below a folder, as ``build.build`` says."""
    digest = snapshot.digest(home)
    say("checking the sources against the rules")
    report = check(home)
    if not report.clean:
        raise Refused(
            f"{formats.text(report)}\nnothing was built; mend what blocks and build again"
        )
    store = Store()
    store.extend(_parse(home))
    say(f"{len(store)} triples in {_count(store)} graphs; deriving")
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
    store.extend(describe(store, Library(home), manifest))
    say(f"writing {len(store)} triples as {manifest.version}")
    dumps = {
        "claims-rdf12.ttl": exports.claims_rdf12(store),
        "context.jsonld": json.dumps(
            {"@context": exports.context(store)}, ensure_ascii=False
        ).encode(),
    }
    return snapshot.write(folder, manifest, store, dumps)


def _parse(home: Path) -> Iterator[Quad]:
    for folder in ("ontology", "shapes", "instances"):
        for path in sources(home, folder, ".ttl"):
            graph = NamedNode(file_graph(path, home))
            for triple in turtle.parse_file(path, base=ID).triples:
                yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _count(store: Store) -> int:
    return sum(1 for _ in store.named_graphs())


def _counts(store: Store, direct: int) -> dict[str, int]:
    """Return how many things of each kind of IRI there are, and how many direct triples."""
    subjects = {quad.subject.value for quad in store if isinstance(quad.subject, NamedNode)}
    kinds = [subject.removeprefix(ID).split("/")[0] for subject in subjects if ID in subject]
    named = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    return {**named, "direct": direct, "graphs": _count(store), "triples": len(store)}
