"""TriG: the quads of a snapshot, one block for each graph."""

import gzip
import io
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from pyoxigraph import RdfFormat, parse, serialize

from oib.dataset import nquads
from oib.namespaces import PREFIXES

_DECLARES = b"@prefix "


def write_compressed(data: Path, target: Path) -> None:
    """Write a file of N-Quads as TriG in gzip; the same data give the same bytes."""
    with ExitStack() as files:
        lines = files.enter_context(data.open("rb"))
        by_graph = files.enter_context(nquads.merge_sort(lines, target.parent, _graph_first))
        merged = files.enter_context(TemporaryFile(dir=target.parent))
        merged.writelines(by_graph)
        merged.seek(0)
        binary = files.enter_context(target.open("wb"))
        packed = files.enter_context(gzip.GzipFile("", "wb", nquads.COMPRESSION, binary, mtime=0))
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
