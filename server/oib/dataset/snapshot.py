"""The snapshot: one immutable directory with all quads, an optional store, and a manifest.

    <folder>/<digest>/data.nq       every quad, sorted
    <folder>/<digest>/dump/         the same and other exports, for downloading
    <folder>/<digest>/names.sqlite  the name index, for reconciliation
    <folder>/<digest>/search.sqlite the search index
    <folder>/<digest>/documents.sqlite the document index, except of large data
    <folder>/<digest>/changes.json  what changed between the releases, if there are any
    <folder>/<digest>/store/        RocksDB, only above MEMORY_LIMIT quads
    <folder>/<digest>/manifest.json with the digest of every other file
    <folder>/current                symbolic link to the snapshot in use
    <folder>/.lock                  held while a build writes

A directory is written under another name, synchronized to the disk, renamed when whole, and never
written again. One that is damaged is replaced as a whole.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store

from oib import __version__
from oib.dataset import nquads, rocksdb, trig
from oib.dataset.manifest import FileRecord, Manifest
from oib.errors import Unavailable
from oib.project import FOLDERS, sources
from oib.sparql import jsonld
from oib.sparql.jsonld import Compaction

#: Up to so many quads the store is held in memory, above it is read from disk.
MEMORY_LIMIT = 2_000_000

# A file up to this size is hashed each time that a snapshot is opened, which takes some 0.1 s; of
# larger ones the size is compared, and RocksDB checks each block that it reads.
_ALWAYS_HASHED = 64 * 2**20

_DATA = "data.nq"
# Counts the changes of what files a snapshot has: one of another layout is built anew.
_LAYOUT = 4
#: The files of the name index, of the search index and of the document index.
NAME_INDEX, SEARCH_INDEX, DOCUMENT_INDEX = "names.sqlite", "search.sqlite", "documents.sqlite"
#: The file of what changed from each release to the next and to the data.
CHANGES = "changes.json"
_TEMPORARY = (".half-*", ".damaged-*", ".current-*")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot: where it lies, and its manifest."""

    directory: Path
    manifest: Manifest

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open a snapshot without a look at its data, see ``verify``.

        Raises:
            Unavailable: the directory holds no manifest, or one that cannot be read.
        """
        return cls(directory, Manifest.read(directory))

    @property
    def dumps(self) -> Path:
        """The folder of the files for downloading."""
        return self.directory / "dump"

    def index_file(self, name: str) -> Path | None:
        """Return the path of a file for the server alone, None if the snapshot has none."""
        return self.directory / name if name in self.manifest.files else None

    @property
    def data(self) -> Path:
        """The file of all quads, in sorted N-Quads."""
        return self.directory / _DATA

    @property
    def on_disk(self) -> bool:
        """Whether the store stays on disk, because there is too much of it for memory."""
        return any(name.startswith("store/") for name in self.manifest.files)

    def store(self) -> Store:
        """Return the store, in memory or read-only from disk."""
        if self.on_disk:
            return rocksdb.open_read_only(self.directory / "store")
        store = Store()
        store.bulk_load(path=str(self.directory / _DATA), format=RdfFormat.N_QUADS)
        return store

    def compaction(self) -> Compaction:
        """Return the context of the data for JSON-LD, prefixes alone if there is none."""
        try:
            members = json.loads((self.dumps / "context.jsonld").read_text("utf-8"))
            return Compaction(members["@context"])
        except FileNotFoundError:
            return jsonld.DEFAULT

    def verify(self, hash_all: bool = False) -> None:
        """Make sure that the files are those that were written.

        Args:
            hash_all: compare the digests of large files, too, which takes a second a gigabyte.

        Raises:
            Unavailable: a file is missing or differs, or there is one that was not written.
        """
        if _DATA not in self.manifest.files:
            raise self._damaged("its manifest names no data")
        for name, record in self.manifest.files.items():
            path = self.directory / name
            try:
                size = path.stat().st_size
                is_same = size == record.size and (
                    (size > _ALWAYS_HASHED and not hash_all) or FileRecord.of(path) == record
                )
            except OSError as error:
                raise self._damaged(f"{name} cannot be read ({error.strerror})") from error
            if not is_same:
                raise self._damaged(f"{name} is not what was written")
        for path in _data_files(self.directory):
            name = path.relative_to(self.directory).as_posix()
            if name not in self.manifest.files:
                raise self._damaged(f"{name} is not in its manifest")

    def _damaged(self, reason: str) -> Unavailable:
        return Unavailable(
            f"the snapshot {self.directory} is damaged: {reason}; run oib build to write it anew"
        )


def digest(home: Path) -> str:
    """Return the SHA-256 over all that makes a snapshot: the source files, oib, the layout."""
    total = hashlib.sha256(f"{__version__} {_LAYOUT}".encode())
    for folder in FOLDERS:
        for path in sources(home, folder, (".ttl", ".rq", ".txt", ".yaml")):
            total.update(path.relative_to(home).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def write(
    folder: Path,
    manifest: Manifest,
    quads: Iterable[Quad],
    dumps: Mapping[str, bytes] | None = None,
    memory_limit: int = MEMORY_LIMIT,
    indexes: Mapping[str, bytes] | None = None,
    is_current: bool = True,
    create_indexes: Callable[[Path], Mapping[str, bytes]] = lambda data: {},
) -> Snapshot:
    """Write a snapshot below a folder and make it the current one, in one step each.

    A snapshot of the same sources that is there already is used if it is whole, else replaced.

    Args:
        folder: where snapshots lie.
        manifest: what to write about the snapshot; its files are added.
        quads: the data; quads of the default graph are left out, which is made of the others.
        dumps: exports beside the quads, by file name.
        memory_limit: with more quads than this, a store is written, too.
        indexes: files for the server alone, by file name.
        is_current: whether it becomes the current one of the folder.
        create_indexes: returns further indexes, given the file of the sorted quads.

    Raises:
        OSError: the folder cannot be written, or the disk is full; nothing is left behind.
    """
    target = folder / manifest.digest[:16]
    folder.mkdir(parents=True, exist_ok=True)
    if not _is_whole(target, indexes or {}):
        half = Path(tempfile.mkdtemp(prefix=".half-", dir=folder))
        try:
            _fill(half, manifest, quads, dumps or {}, memory_limit, indexes or {}, create_indexes)
            half.chmod(0o755)
            _synchronize(half)
            _put(half, target)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise
    if is_current:
        _make_current(folder, target)
    return Snapshot.open(target)


def current(folder: Path) -> Snapshot | None:
    """Return the current snapshot, verified, or None where nothing was built yet.

    Raises:
        Unavailable: it is damaged.
    """
    directory = current_directory(folder)
    if directory is None:
        return None
    snapshot = Snapshot.open(directory)
    snapshot.verify()
    return snapshot


def current_directory(folder: Path) -> Path | None:
    """Return where the current snapshot lies, without a look at it; None if there is none."""
    link = folder / "current"
    return link.resolve() if link.exists() else None


@contextmanager
def locked(folder: Path, log: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a folder, so that one process at a time writes there.

    What a process left behind that was killed while it wrote is removed.

    Args:
        folder: where snapshots lie.
        log: gets a line if another process holds the lock.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log("another build is running here; waiting for it to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        _remove_leftovers(folder)
        yield


def default_folder(home: Path) -> Path:
    """Return where snapshots lie: in ``.oib`` of a checkout, else in the user's cache.

    The cache is ``$XDG_CACHE_HOME/oib`` (XDG Base Directory Specification), one folder a home.
    """
    if (home / "pyproject.toml").is_file():
        return home / ".oib"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "oib" / hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]


def _is_whole(directory: Path, indexes: Iterable[str]) -> bool:
    try:
        found = Snapshot.open(directory)
        found.verify(hash_all=True)
    except Unavailable:
        return False
    return all(found.index_file(name) for name in indexes)


def _fill(
    directory: Path,
    manifest: Manifest,
    quads: Iterable[Quad],
    dumps: Mapping[str, bytes],
    memory_limit: int,
    indexes: Mapping[str, bytes],
    create_indexes: Callable[[Path], Mapping[str, bytes]],
) -> None:
    default_graph = DefaultGraph()
    named = (quad for quad in quads if quad.graph_name != default_graph)
    data, store, exports = directory / _DATA, directory / "store", directory / "dump"
    if nquads.write_sorted(nquads.canonical(named), data) > memory_limit:
        rocksdb.create(data, store)
    exports.mkdir()
    nquads.compress(data, exports / "data.nq.gz")
    trig.write_compressed(data, exports / "data.trig.gz")
    for name, content in dumps.items():
        (exports / name).write_bytes(content)
    for name, content in {**indexes, **create_indexes(data)}.items():
        (directory / name).write_bytes(content)
    records = {
        path.relative_to(directory).as_posix(): FileRecord.of(path)
        for path in _data_files(directory)
    }
    replace(manifest, files=records).write(directory)


def _data_files(directory: Path) -> list[Path]:
    """Return the files of a snapshot that never change, all but its manifest."""
    exports = sorted(path for path in (directory / "dump").rglob("*") if path.is_file())
    indexes = sorted(path for name in ("*.sqlite", CHANGES) for path in directory.glob(name))
    return [directory / _DATA, *indexes, *exports, *rocksdb.data_files(directory / "store")]


def _synchronize(directory: Path) -> None:
    """Wait until a directory and all in it is on the disk."""
    for path in [*directory.rglob("*"), directory]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _put(directory: Path, target: Path) -> None:
    """Rename a directory, in place of a damaged one if there is one."""
    damaged = None
    if target.exists():
        damaged = Path(tempfile.mkdtemp(prefix=".damaged-", dir=target.parent)) / target.name
        target.rename(damaged)
    directory.rename(target)
    _synchronize_entries(target.parent)
    if damaged:
        shutil.rmtree(damaged.parent, ignore_errors=True)


def _make_current(folder: Path, target: Path) -> None:
    """Let ``current`` point to a snapshot; readers see the old one or the new one, never none."""
    link = folder / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(target.name)
    link.replace(folder / "current")
    _synchronize_entries(folder)


def _synchronize_entries(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_leftovers(folder: Path) -> None:
    for pattern in _TEMPORARY:
        for path in folder.glob(pattern):
            if path.is_symlink() or path.is_file():
                path.unlink(missing_ok=True)
            else:
                shutil.rmtree(path, ignore_errors=True)
