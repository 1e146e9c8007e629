"""Sorted N-Quads files, written in bounded memory by an external merge sort.

Runs of lines are sorted one after the other, each into a temporary file, and the files are merged:
so the memory does not grow with the data.
"""

import gzip
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

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

_COMPRESSION = 6  # of gzip: 9 takes three times as long for a twelfth of the size


def write_sorted(quads: Iterable[Quad], path: Path, run_length: int = RUN_LENGTH) -> int:
    """Write quads as N-Quads, sorted by code point and each once; return their number.

    The temporary files lie in the same folder and have no name.
    """
    number = 0
    with ExitStack() as stack, path.open("wb") as file:
        runs = [
            _spool(lines, stack.enter_context(TemporaryFile(dir=path.parent)))
            for lines in _sorted_runs(quads, run_length)
        ]
        for line, _ in groupby(merge(*runs)):
            file.write(line)
            number += 1
    return number


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
        gzip.GzipFile("", "wb", _COMPRESSION, compressed, mtime=0) as stream,
    ):
        shutil.copyfileobj(file, stream, 2**20)


def _sorted_runs(quads: Iterable[Quad], run_length: int) -> Iterator[list[bytes]]:
    rest = iter(quads)
    while text := serialize(islice(rest, run_length), format=RdfFormat.N_QUADS):
        yield sorted(text.splitlines(keepends=True))


def _spool(lines: Iterable[bytes], file: IO[bytes]) -> IO[bytes]:
    """Write lines into a file and return it, at its start."""
    file.writelines(lines)
    file.seek(0)
    return file
