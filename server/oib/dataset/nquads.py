"""Sorted N-Quads files, written in bounded memory by an external merge sort."""

import gzip
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    RdfFormat,
    serialize,
)

#: How many lines are sorted at a time; it takes some 200 MiB.
RUN_LENGTH = 250_000

#: The level of gzip: 9 takes three times as long for a twelfth of the size.
COMPRESSION = 6

_BATCH = 10_000  # quads that are serialized at a time


def write_sorted(quads: Iterable[Quad], path: Path, run_length: int = RUN_LENGTH) -> int:
    """Write quads as N-Quads, sorted by code point and each once; return their number."""
    number = 0
    with path.open("wb") as file, merge_sort(_lines(quads), path.parent, None, run_length) as lines:
        for line, _ in groupby(lines):
            file.write(line)
            number += 1
    return number


@contextmanager
def merge_sort(
    lines: Iterable[bytes],
    folder: Path,
    key: Callable[[bytes], Any] | None = None,
    run_length: int = RUN_LENGTH,
) -> Iterator[Iterable[bytes]]:
    """Yield lines in order, within a ``with`` block; the memory does not grow with their number.

    Runs of lines are sorted one after the other, each into a temporary file, and the files are
    merged.

    Args:
        lines: each with its line feed.
        folder: where the temporary files lie, which have no name.
        key: returns what a line is sorted by; by default, the line.
        run_length: how many lines are sorted at a time.
    """
    with ExitStack() as stack:
        rest, runs = iter(lines), []
        while run := sorted(islice(rest, run_length), key=key):
            file = stack.enter_context(TemporaryFile(dir=folder))
            file.writelines(run)
            file.seek(0)
            runs.append(file)
        yield merge(*runs, key=key)


def canonical(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield quads with canonical labels of their blank nodes (RDFC-1.0), in another order.

    Only quads with blank nodes are held in memory: others have no part in the labels.
    """
    labelled = Dataset()
    for quad in quads:
        if any(isinstance(term, BlankNode) for term in quad):
            labelled.add(quad)
        else:
            yield quad
    labelled.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    yield from labelled


def compress(path: Path, target: Path) -> None:
    """Write a copy of a file as gzip: the same bytes at any time and under any name."""
    with (
        path.open("rb") as file,
        target.open("wb") as compressed,
        gzip.GzipFile("", "wb", COMPRESSION, compressed, mtime=0) as stream,
    ):
        shutil.copyfileobj(file, stream, 2**20)


def _lines(quads: Iterable[Quad]) -> Iterator[bytes]:
    rest = iter(quads)
    while text := serialize(islice(rest, _BATCH), format=RdfFormat.N_QUADS):
        yield from text.splitlines(keepends=True)
