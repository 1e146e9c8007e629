"""The snapshot: one immutable directory with all quads, an optional store, and a manifest.

    <folder>/<digest>/data.nq       every quad, sorted
    <folder>/<digest>/dump/         the same and other exports, for downloading
    <folder>/<digest>/store/        RocksDB, only above MEMORY_LIMIT quads
    <folder>/<digest>/manifest.json
    <folder>/current                symbolic link to the snapshot that serves

A directory is written under another name and renamed when whole, and is never written again.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store

from oib import __version__
from oib.dataset import nquads, rocksdb
from oib.dataset.manifest import Manifest
from oib.project import FOLDERS, sources

#: Up to so many quads the store is held in memory, above it is read from disk.
MEMORY_LIMIT = 2_000_000


@dataclass(frozen=True)
class Snapshot:
    """An open snapshot: where it lies, and its manifest."""

    directory: Path
    manifest: Manifest

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open a snapshot.

        Raises:
            Unavailable: the directory holds no whole snapshot.
        """
        return cls(directory, Manifest.read(directory))

    @property
    def dumps(self) -> Path:
        """The folder of the files for downloading."""
        return self.directory / "dump"

    @property
    def on_disk(self) -> bool:
        """Whether the store stays on disk, where there is too much of it for memory."""
        return (self.directory / "store").is_dir()

    def store(self) -> Store:
        """Return the store, in memory or read-only from disk."""
        if self.on_disk:
            return rocksdb.read(self.directory / "store")
        store = Store()
        store.bulk_load(path=str(self.directory / "data.nq"), format=RdfFormat.N_QUADS)
        return store


def digest(home: Path) -> str:
    """Return the SHA-256 over the names and bytes of all source files and the version of oib."""
    total = hashlib.sha256(__version__.encode())
    for folder in FOLDERS:
        for path in sources(home, folder, ""):
            if path.suffix in (".ttl", ".rq", ".txt"):
                total.update(path.relative_to(home).as_posix().encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def write(
    folder: Path,
    manifest: Manifest,
    quads: Iterable[Quad],
    dumps: Mapping[str, bytes] | None = None,
    memory_limit: int = MEMORY_LIMIT,
) -> Snapshot:
    """Write a snapshot below a folder and make it the current one, in one step each.

    ``dumps`` are the exports beside the quads, by file name.

    A snapshot of the same digest that is there already is whole, and is used as it is.
    """
    target = folder / manifest.digest[:16]
    folder.mkdir(parents=True, exist_ok=True)
    if not target.is_dir():
        half = Path(tempfile.mkdtemp(prefix=".half-", dir=folder))
        try:
            _fill(half, manifest, quads, memory_limit)
            _dump(half, dumps or {})
            half.chmod(0o755)
            half.rename(target)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise
    _point(folder, target)
    return Snapshot.open(target)


def current(folder: Path) -> Snapshot | None:
    """Return the snapshot that serves, or None where nothing was built yet."""
    link = folder / "current"
    return Snapshot.open(link.resolve()) if link.exists() else None


def default_folder(home: Path) -> Path:
    """Return where snapshots lie: in ``.oib`` of a checkout, else in the user's cache.

    The cache is ``$XDG_CACHE_HOME/oib`` (XDG Base Directory Specification), one folder a home.
    """
    if (home / "pyproject.toml").is_file():
        return home / ".oib"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "oib" / hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]


def _fill(half: Path, manifest: Manifest, quads: Iterable[Quad], memory_limit: int) -> None:
    # The default graph is made of the others, so it is not kept beside them.
    default = DefaultGraph()
    named = (quad for quad in quads if quad.graph_name != default)
    data = half / "data.nq"
    if nquads.write(named, data) > memory_limit:
        rocksdb.write(data, half / "store")
    manifest.write(half)


def _dump(half: Path, dumps: Mapping[str, bytes]) -> None:
    folder = half / "dump"
    folder.mkdir()
    nquads.pack(half / "data.nq", folder / "data.nq.gz")
    for name, content in dumps.items():
        (folder / name).write_bytes(content)


def _point(folder: Path, target: Path) -> None:
    """Let ``current`` point at a snapshot; readers see the old one or the new one, never none."""
    link = folder / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(target.name)
    link.replace(folder / "current")
