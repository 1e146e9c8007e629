"""The manifest of a snapshot: what it holds and what made it, as a JSON file within."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from oib.errors import Unavailable

_NAME = "manifest.json"
# It goes into headers and addresses as it is.
_VERSION = re.compile(r"[0-9A-Za-z._+-]{1,100}")
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True)
class FileRecord:
    """The size in bytes and the SHA-256 of a file, in hexadecimal digits."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the record of a file as it is now."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path.stat().st_size, digest)


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds and what made it.

    Attributes:
        version: the release and the first eight digits of ``digest``.
        digest: the SHA-256 over the sources, in hexadecimal digits.
        built: the time of the build, by ISO 8601.
        counts: numbers of things by the name of their kind.
        tools: versions of the programs that took part, by name.
        files: what the files of the snapshot were when it was written, by their path in it.
    """

    version: str
    digest: str
    built: str
    counts: Mapping[str, int]
    tools: Mapping[str, str]
    files: Mapping[str, FileRecord] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Read the manifest of a snapshot.

        Raises:
            Unavailable: the directory holds no manifest, or one that cannot be read.
        """
        try:
            return cls._parse(json.loads((directory / _NAME).read_text("utf-8")))
        except FileNotFoundError as error:
            raise Unavailable(f"{directory} holds no snapshot; run oib build") from error
        except (OSError, ValueError, RecursionError) as error:
            raise Unavailable(
                f"{directory / _NAME} is damaged ({error}); run oib build to write it anew"
            ) from error

    @classmethod
    def _parse(cls, members: Any) -> Self:
        names = [each.name for each in fields(cls)]
        if not isinstance(members, dict) or sorted(members) != sorted(names):
            raise ValueError(f"it is no object with the members {', '.join(names)}")
        for name in ("version", "digest", "built"):
            if not isinstance(members[name], str):
                raise ValueError(f"its {name} is no string")
        if not _VERSION.fullmatch(members["version"]) or not _HEX.fullmatch(members["digest"]):
            raise ValueError("its version or its digest has characters that do not belong there")
        for name, kind in (("counts", int), ("tools", str), ("files", dict)):
            values = members[name]
            if not isinstance(values, dict) or not all(
                isinstance(value, kind) for value in values.values()
            ):
                raise ValueError(f"its {name} are no object of the right kind")
        try:
            files = {name: FileRecord(**record) for name, record in members["files"].items()}
        except TypeError as error:
            raise ValueError("its files have no size and sha256") from error
        return cls(**{**members, "files": files})

    def write(self, directory: Path) -> None:
        """Write the manifest of a snapshot."""
        body = json.dumps(asdict(self), indent=2, sort_keys=True)
        (directory / _NAME).write_text(body + "\n", "utf-8")
