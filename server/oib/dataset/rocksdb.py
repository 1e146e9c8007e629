"""The disk: a file of N-Quads goes in, a RocksDB store of them comes out, for reading only."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store, parse

#: How many quads are loaded at a time: a store sorts them in memory, some 100 MiB.
BATCH = 100_000


def write(data: Path, directory: Path, batch: int = BATCH) -> None:
    """Write the quads of a file into a new store, and all their triples into its default graph.

    The default graph is the union of the others, each triple once: see ``engine.holding``.
    """
    store = Store(str(directory))
    # Not ``bulk_load``: it gives blank nodes other names at each call, and so the default graph
    # others than the graphs; and it holds a million quads at a time.
    quads = _with_union(parse(path=str(data), format=RdfFormat.N_QUADS))
    while some := list(islice(quads, batch)):
        store.bulk_extend(some)
    store.optimize()
    store.flush()


def read(directory: Path) -> Store:
    """Open a store; any number of processes may have it open."""
    return Store.read_only(str(directory))


def _with_union(quads: Iterable[Quad]) -> Iterator[Quad]:
    for quad in quads:
        yield quad
        yield Quad(*quad.triple)
