"""TriG: the quads of a snapshot, one block for each graph."""

import gzip
import io
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from pyoxigraph import RdfFormat, parse, serialize

from oib.namespaces import PREFIXES

_DECLARES = b"@prefix "
_RUN = 250_000  # lines that are sorted at a time; it takes some 200 MiB
_COMPRESSION = 6  # of gzip: 9 takes three times as long for a twelfth of the size


def write_compressed(data: Path, target: Path) -> None:
    """Write a file of N-Quads as TriG in gzip; the same data give the same bytes.

    Lines are sorted by graph, in runs that are merged, so the memory that it takes does not grow
    with the data.
    """
    with ExitStack() as files, data.open("rb") as lines:
        runs = []
        while run := sorted(islice(lines, _RUN), key=_graph_first):
            file = files.enter_context(TemporaryFile(dir=target.parent))
            file.writelines(run)
            file.seek(0)
            runs.append(file)
        merged = files.enter_context(TemporaryFile(dir=target.parent))
        merged.writelines(merge(*runs, key=_graph_first))
        merged.seek(0)
        binary = files.enter_context(target.open("wb"))
        packed = files.enter_context(gzip.GzipFile("", "wb", _COMPRESSION, binary, mtime=0))
        output = _SortedPrefixes(packed)
        quads = parse(merged, RdfFormat.N_QUADS)
        serialize(quads, output, format=RdfFormat.TRIG, prefixes=PREFIXES)
        output.flush_prefixes()


def _graph_first(line: Any) -> tuple[bytes, bytes]:
    return line.rsplit(b" ", 2)[1], line


class _SortedPrefixes(io.BytesIO):
    """A file for pyoxigraph to write to, which declares the prefixes in no fixed order.

    The declarations at its start are held back and written in order.
    """

    def __init__(self, file: gzip.GzipFile) -> None:
        super().__init__()
        self._file = file
        self._is_at_start = True

    def write(self, data: Any) -> int:
        """Write data, or hold it back."""
        if not self._is_at_start:
            return self._file.write(data)
        written = super().write(data)
        whole = self.getvalue().splitlines(keepends=True)[:-1]
        if not all(line.startswith(_DECLARES) for line in whole):
            self.flush_prefixes()
        return written

    def flush_prefixes(self) -> None:
        """Write what is held back."""
        if self._is_at_start:
            lines = self.getvalue().splitlines(keepends=True)
            lines.sort(key=lambda line: (0, line) if line.startswith(_DECLARES) else (1, b""))
            self._file.writelines(lines)
            self._is_at_start = False
