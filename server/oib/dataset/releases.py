"""Releases: states of the data that stay, each an archive in ``instances/releases``.

An archive holds the quads of the release, sorted and with canonical labels of blank nodes
(RDFC-1.0), and the documents that were published as a whole, byte for byte. ``index.yaml`` lists
the archives with their digests. A release that is asked for is unpacked as a snapshot.
"""

import hashlib
import io
import json
import lzma
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from pyoxigraph import Quad, RdfFormat, Store, parse, serialize

from oib import yaml_text
from oib.dataset import changes, exports, nquads, snapshot
from oib.dataset.changes import Summaries, Summary
from oib.dataset.manifest import Manifest
from oib.dataset.snapshot import Snapshot
from oib.errors import BadInput, NotFound, Unavailable

#: The folder of the archives, below a home, and the list of them in it.
FOLDER: Final = Path("instances", "releases")
INDEX: Final = FOLDER / "index.yaml"

#: What the present data are called among the versions.
PRESENT: Final = "present"

_VERSION = re.compile(r"\d{1,6}\.\d{1,6}\.\d{1,6}")
_DATA = "data.nq"
_MANIFEST = "manifest.json"
_HEADER = (
    "# The releases, the oldest first; `oib release` adds to them. Nothing here is ever changed.\n"
)


@dataclass(frozen=True)
class Release:
    """A state of the data that was released.

    Attributes:
        version: three numbers with dots (Semantic Versioning).
        released: when, in UTC.
        sha256: the digest of the archive, in hexadecimal digits.
        triples: the number of its quads.
    """

    version: str
    released: datetime
    sha256: str
    triples: int

    @property
    def archive(self) -> Path:
        """Return the path of the archive below the home."""
        return FOLDER / f"{self.version}.tar.xz"


def find(home: Path) -> tuple[Release, ...]:
    """Return the releases of a home, the oldest first; none where there is no list of them.

    Raises:
        BadInput: the list cannot be read.
    """
    path = home / INDEX
    if not path.is_file():
        return ()
    try:
        entries = yaml_text.load(path.read_text("utf-8"))
        found = tuple(_release(entry) for entry in entries)
    except (OSError, ValueError, TypeError, KeyError, OverflowError, yaml.YAMLError) as error:
        reason = yaml_text.reason(error)
        raise BadInput(f"{path} is no list of releases: {reason}; restore it from git") from error
    return tuple(sorted(found, key=lambda release: release.released))


def unpack(home: Path, release: Release, folder: Path) -> Snapshot:
    """Return the snapshot of a release, unpacked if that was not done yet.

    Its dumps are those of any snapshot, and the documents of the release.

    Args:
        home: the folder of the sources.
        release: one of those of the home.
        folder: where snapshots lie; the releases have a folder in it.

    Raises:
        Unavailable: the archive is missing or damaged.
    """
    target = folder / "releases"
    directory = target / release.sha256[:16]
    with suppress(Unavailable):  # not unpacked yet, or damaged since
        found = Snapshot.open(directory)
        found.verify()
        return found
    files = _read(home, release)
    try:
        members = json.loads(files.pop(_MANIFEST))
        manifest = Manifest(**{**members, "digest": release.sha256, "files": {}})
        stated = list(parse(files.pop(_DATA), RdfFormat.N_QUADS))  # labels of blank nodes are kept
        store = Store()
        store.extend(stated)
    except (ValueError, KeyError, TypeError, SyntaxError) as error:
        raise _damaged(release, error) from error
    context = json.dumps({"@context": exports.context(store)}, ensure_ascii=False).encode()
    dumps = {"context.jsonld": context, "claims-rdf12.ttl": exports.claims_rdf12(store), **files}
    with snapshot.locked(target, lambda line: None):
        return snapshot.write(target, manifest, stated, dumps, is_current=False)


def quads(home: Path, release: Release) -> Iterator[Quad]:
    """Return the quads of a release.

    Raises:
        Unavailable: the archive is missing or damaged.
    """
    return parse(_data(home, release), RdfFormat.N_QUADS)


def lines(home: Path, release: Release) -> list[bytes]:
    """Return the quads of a release as sorted lines of N-Quads, each with its line feed.

    Raises:
        Unavailable: the archive is missing or damaged.
    """
    return _data(home, release).splitlines(keepends=True)


def _data(home: Path, release: Release) -> bytes:
    try:
        return _read(home, release)[_DATA]
    except KeyError as error:
        raise _damaged(release, error) from error


def summarize_steps(home: Path, releases: Sequence[Release], data: Path) -> Summaries:
    """Return what changed from each release to the next and to the present data.

    The first release is compared with nothing.

    Args:
        home: the folder of the sources.
        releases: those of the home, the oldest first.
        data: the sorted N-Quads of the present data.

    Raises:
        Unavailable: an archive is missing or damaged.
    """
    found = dict[tuple[str | None, str], Summary]()
    old, before = None, list[bytes]()
    for release in releases:
        after = lines(home, release)
        difference = changes.compare(before, after)
        found[old, release.version] = changes.summarize(difference, before, after)
        old, before = release.version, after
    if old is not None:
        with data.open("rb") as first, data.open("rb") as second:
            difference = changes.compare(before, first)
            found[old, PRESENT] = changes.summarize(difference, before, second)
    return found


def freeze(
    home: Path,
    source: Snapshot,
    version: str,
    released: datetime,
    documents: Mapping[str, bytes],
) -> Release:
    """Write a snapshot as a release, and add it to the list.

    Args:
        home: the folder of the sources.
        source: the snapshot.
        version: that of the release.
        released: when, in UTC.
        documents: what is published as a whole: bytes by file name.

    Raises:
        BadInput: the version is not three numbers, or was released before.
    """
    if not _VERSION.fullmatch(version):
        raise BadInput(f"{version} is no version of a release; give three numbers, such as 1.2.0")
    known = find(home)
    if version in {release.version for release in known}:
        raise BadInput(f"{version} was released before, and stays as it is; give a higher version")
    data = canonical_lines((source.directory / _DATA).read_bytes())
    manifest = asdict(replace(source.manifest, version=version, files={}))
    described = {name: value for name, value in manifest.items() if name not in ("files", "digest")}
    packed = _pack(
        {
            _DATA: b"".join(line + b"\n" for line in data),
            _MANIFEST: json.dumps(described, indent=2, sort_keys=True).encode(),
            **documents,
        }
    )
    release = Release(version, released, hashlib.sha256(packed).hexdigest(), len(data))
    (home / FOLDER).mkdir(parents=True, exist_ok=True)
    (home / release.archive).write_bytes(packed)
    (home / INDEX).write_text(_HEADER + _listed([*known, release]), "utf-8")
    return release


def canonical_lines(data: bytes) -> list[bytes]:
    """Return N-Quads as sorted lines, their blank nodes with canonical labels (RDFC-1.0)."""
    canonical = nquads.canonical(parse(data, RdfFormat.N_QUADS))
    lines = serialize(canonical, format=RdfFormat.N_QUADS) or b""
    return sorted(line for line in lines.split(b"\n") if line)


def version_of(releases: Sequence[Release], version: str) -> Release:
    """Return the release with a version.

    Raises:
        NotFound: there is none.
    """
    for release in releases:
        if release.version == version:
            return release
    known = ", ".join(release.version for release in releases) or "none"
    raise NotFound(f"version {version[:40]} was never released; released are: {known}")


def _read(home: Path, release: Release) -> dict[str, bytes]:
    """Return the files of an archive, by name."""
    try:
        packed = (home / release.archive).read_bytes()
        if hashlib.sha256(packed).hexdigest() != release.sha256:
            raise ValueError("its digest is not that of the list")
        return _members(packed)
    except (OSError, ValueError, lzma.LZMAError, tarfile.TarError) as error:
        raise _damaged(release, error) from error


def _damaged(release: Release, error: Exception) -> Unavailable:
    # Clients read this, too: it says nothing of where the home lies.
    reason = error.strerror if isinstance(error, OSError) else error
    return Unavailable(
        f"the archive of release {release.version} cannot be read ({reason}); "
        f"restore {release.archive} in the home",
        retry_after=None,
    )


def _release(entry: Mapping[str, Any]) -> Release:
    version, released = entry["version"], entry["released"]
    if not isinstance(released, datetime) or not _VERSION.fullmatch(version):
        raise ValueError(f"{version} has no version or no time")
    return Release(
        version,
        released.replace(tzinfo=released.tzinfo or UTC).astimezone(UTC),
        str(entry["sha256"]),
        int(entry["triples"]),
    )


def _listed(releases: Sequence[Release]) -> str:
    entries = [
        f'- version: "{release.version}"\n'
        f"  released: {release.released.strftime('%Y-%m-%dT%H:%M:%SZ')}\n"
        f"  triples: {release.triples}\n"
        f"  sha256: {release.sha256}\n"
        for release in releases
    ]
    return "".join(entries)


def _pack(files: Mapping[str, bytes]) -> bytes:
    """Return files as an archive: the same bytes for the same files."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return lzma.compress(plain.getvalue(), preset=9)


def _members(packed: bytes) -> dict[str, bytes]:
    files = {}
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(packed)), mode="r:") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if "/" not in member.name and content is not None:
                files[member.name] = content.read()
    return files
