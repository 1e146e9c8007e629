"""The build: a home goes in, a snapshot comes out: parse, check, derive, infer, describe, write."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from oib import __version__, derive, exports, snapshot, turtle
from oib.check import check, writers
from oib.dataset import describe
from oib.errors import Refused
from oib.home import sources
from oib.library import Library
from oib.names import ID, file_graph
from oib.snapshot import Manifest, Snapshot

_TOOLS = ("pyoxigraph", "pyshacl", "rdflib", "reasonable")


def ensure(home: Path, folder: Path, say: Callable[[str], None]) -> Snapshot:
    """Return the current snapshot if it is that of the sources, else build it anew.

    When the sources break a rule and an older snapshot is there, that one is returned, and what
    is wrong is said: nothing half-built is ever served.

    Raises:
        Refused: the sources break a rule, and there is no older snapshot.
    """
    old = snapshot.current(folder)
    if old and old.manifest.digest == snapshot.digest(home):
        return old
    try:
        return build(home, folder, say)
    except Refused as error:
        if old is None:
            raise
        say(f"{error}\nthe snapshot {old.manifest.version} goes on serving")
        return old


def build(home: Path, folder: Path, say: Callable[[str], None]) -> Snapshot:
    """Build the snapshot of a home below a folder and make it the current one.

    Args:
        home: the folder of the sources.
        folder: where snapshots lie, one directory each.
        say: gets a line of progress at each step.

    Raises:
        BadTurtle: a source file does not parse.
        BadInput: a saved query has a header that cannot be read.
        Refused: the data break a rule; the message is the report that ``oib check`` prints.
    """
    digest = snapshot.digest(home)
    say("checking the sources against the rules")
    report = check(home)
    if not report.clean:
        raise Refused(
            f"{writers.text(report)}\nnothing was built; mend what blocks and build again"
        )
    store = Store()
    store.extend(_parse(home))
    say(f"{len(store)} triples in {_count(store)} graphs; deriving")
    direct = derive.direct(store, home)
    store.extend(direct)
    store.extend(derive.bounds(store))
    store.extend(derive.inferred(store))
    manifest = Manifest(
        version=f"{__version__}+{digest[:8]}",
        digest=digest,
        built=datetime.now(UTC).isoformat(timespec="seconds"),
        counts=_counts(store, len(direct)),
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
            for triple in turtle.read(path, base=ID).triples:
                yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _count(store: Store) -> int:
    return sum(1 for _ in store.named_graphs())


def _counts(store: Store, direct: int) -> dict[str, int]:
    """Return how many things of each kind of IRI there are, and how many direct triples."""
    subjects = {quad.subject.value for quad in store if isinstance(quad.subject, NamedNode)}
    kinds = [subject.removeprefix(ID).split("/")[0] for subject in subjects if ID in subject]
    named = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    return {**named, "direct": direct, "graphs": _count(store), "triples": len(store)}
