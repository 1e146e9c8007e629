"""RocksDB stores: created from a file of N-Quads, then only read."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store, parse

#: How many quads are loaded at a time: a store sorts them in memory, some 100 MiB.
BATCH_SIZE = 100_000


def create(data: Path, directory: Path, batch_size: int = BATCH_SIZE) -> None:
    """Load the quads of an N-Quads file into a new store, with the union as its default graph.

    The default graph holds each triple of the named graphs once, see ``engine.stores``.
    """
    store = Store(str(directory))
    # Not ``bulk_load``: it gives blank nodes other names at each call, and so the default graph
    # others than the graphs; and it holds a million quads at a time.
    quads = _with_union(parse(path=str(data), format=RdfFormat.N_QUADS))
    while batch := list(islice(quads, batch_size)):
        store.bulk_extend(batch)
    store.optimize()
    store.flush()


def open_read_only(directory: Path) -> Store:
    """Open a store; any number of processes may have it open."""
    return Store.read_only(str(directory))


def data_files(directory: Path) -> list[Path]:
    """Return the files of a store that never change; it also has logs and locks."""
    patterns = ("*.sst", "*.blob", "CURRENT", "MANIFEST-*")
    return sorted(path for pattern in patterns for path in directory.glob(pattern))


def _with_union(quads: Iterable[Quad]) -> Iterator[Quad]:
    for quad in quads:
        yield quad
        yield Quad(*quad.triple)
