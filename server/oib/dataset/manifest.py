"""The manifest: what a snapshot holds and what made it, as the JSON file within."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from oib.errors import Unavailable


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds and what made it.

    ``version`` is the release and the first eight digits of ``digest``, the SHA-256 over the
    sources; ``counts`` are numbers of things by name; ``tools`` are versions by name.
    """

    version: str
    digest: str
    built: str
    counts: Mapping[str, int]
    tools: Mapping[str, str]

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Read the manifest of a snapshot.

        Raises:
            Unavailable: the directory holds no whole snapshot.
        """
        try:
            return cls(**json.loads((directory / "manifest.json").read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise Unavailable(f"{directory} holds no snapshot; run oib build") from error

    def write(self, directory: Path) -> None:
        """Write the manifest of a snapshot."""
        body = json.dumps(asdict(self), indent=2, sort_keys=True)
        (directory / "manifest.json").write_text(body + "\n", "utf-8")
