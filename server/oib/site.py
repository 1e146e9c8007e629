"""The site: everything that one server or one command holds, opened from one home."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from oib import build
from oib.engine import Engine
from oib.engine.embedded import Embedded
from oib.engine.isolated import Isolated
from oib.engine.limits import Limits
from oib.engine.remote import Remote
from oib.library import Library
from oib.snapshot import Snapshot


@dataclass(frozen=True)
class Site:
    """The engine that answers, the version of its data, and the library of saved queries.

    ``services`` are the origins that SERVICE may call; none, unless somebody trusts one.
    ``limits`` are what the engine allows a query; None where it sets none.
    """

    engine: Engine
    version: str
    library: Library
    services: frozenset[str] = frozenset()
    limits: Limits | None = None

    @classmethod
    def open(
        cls,
        home: Path,
        folder: Path,
        say: Callable[[str], None] = lambda line: None,
    ) -> Self:
        """Open a home for a command: build its snapshot if the sources changed, and load it.

        Args:
            home: the folder of the sources.
            folder: where its snapshots lie.
            say: gets a line of progress at each step of a build.

        Raises:
            Refused: the sources break a rule, and there is no older snapshot.
        """
        snapshot = build.ensure(home, folder, say)
        return cls(Embedded(snapshot.store()), snapshot.manifest.version, Library(home))

    @classmethod
    def serve(
        cls,
        home: Path,
        snapshot: Snapshot,
        limits: Limits,
        say: Callable[[str], None] = lambda line: None,
    ) -> Self:
        """Open a snapshot of a home for a server: within limits, in processes of its own.

        ``say`` gets what is worth a line to whoever runs the server.
        """
        engine = Isolated(snapshot.directory, limits, say)
        return cls(engine, snapshot.manifest.version, Library(home), limits=limits)

    @classmethod
    def relay(cls, home: Path, snapshot: Snapshot, engine_url: str) -> Self:
        """Open a home for a server that asks a SPARQL endpoint in place of the snapshot."""
        return cls(Remote(engine_url), snapshot.manifest.version, Library(home))
