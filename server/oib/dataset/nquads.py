"""The lines: quads go in, their lines of N-Quads come out in order, each once.

Runs of lines are sorted one after the other, each into a file, and the files are merged: so the
memory that it takes does not grow with the data.
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

from pyoxigraph import Quad, RdfFormat, serialize

#: How many lines are sorted at a time; it takes some 200 MiB.
RUN = 250_000

_PACKING = 6  # of gzip: 9 takes three times as long for a twelfth of the size


def write(quads: Iterable[Quad], path: Path, run: int = RUN) -> int:
    """Write the lines of quads into a file, by code point; return how many there are.

    The runs lie in the same folder meanwhile, in files without a name.
    """
    number = 0
    with ExitStack() as runs, path.open("wb") as file:
        files = [
            _keep(lines, runs.enter_context(TemporaryFile(dir=path.parent)))
            for lines in _runs(quads, run)
        ]
        for line, _ in groupby(merge(*files)):
            file.write(line)
            number += 1
    return number


def pack(path: Path, target: Path) -> None:
    """Write a file once more, as gzip: the same bytes at any time and under any name."""
    with (
        path.open("rb") as file,
        target.open("wb") as packed,
        gzip.GzipFile("", "wb", _PACKING, packed, mtime=0) as zipped,
    ):
        shutil.copyfileobj(file, zipped, 2**20)


def _runs(quads: Iterable[Quad], size: int) -> Iterator[list[bytes]]:
    rest = iter(quads)
    while text := serialize(islice(rest, size), format=RdfFormat.N_QUADS):
        yield sorted(text.splitlines(keepends=True))


def _keep(lines: Iterable[bytes], file: IO[bytes]) -> IO[bytes]:
    """Write lines into a file and return it, at its start."""
    file.writelines(lines)
    file.seek(0)
    return file
