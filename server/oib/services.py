"""The site: everything that one server or one command holds, opened from one home."""

from asyncio import AbstractEventLoop
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from oib.dataset import build
from oib.dataset.snapshot import Snapshot
from oib.engine.base import Engine
from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.engine.writable import Writable
from oib.saved_queries import Library
from oib.workers.engine import WorkerEngine


@dataclass(frozen=True)
class Site:
    """The engine that answers, the version of its data, and the library of saved queries.

    ``limits`` are what the engine allows a query, None where it sets none; ``dumps`` is the folder
    of the files for downloading, if there is one; ``services`` are the origins that SERVICE may
    call: none, unless somebody trusts one; ``writable`` takes updates, in a throw-away store only.
    """

    engine: Engine
    version: str
    library: Library
    services: frozenset[str] = frozenset()
    limits: Limits | None = None
    dumps: Path | None = None
    writable: Writable | None = None

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
        engine = Embedded(snapshot.store())
        return cls(engine, snapshot.manifest.version, Library(home), dumps=snapshot.dumps)

    @classmethod
    def serve(
        cls,
        home: Path,
        snapshot: Snapshot,
        limits: Limits,
        say: Callable[[str], None] = lambda line: None,
        loop: AbstractEventLoop | None = None,
    ) -> Self:
        """Open a snapshot of a home for a server: within limits, in processes of its own.

        ``say`` gets what is worth a line to whoever runs the server; ``loop`` as in
        ``WorkerEngine``.
        """
        engine = WorkerEngine(snapshot.directory, limits, say, loop)
        version = snapshot.manifest.version
        return cls(engine, version, Library(home), limits=limits, dumps=snapshot.dumps)

    @classmethod
    def relay(cls, home: Path, snapshot: Snapshot, engine_url: str) -> Self:
        """Open a home for a server that asks a SPARQL endpoint in place of the snapshot."""
        from oib.engine.remote import Remote  # with its HTTP client: few need it, all wait for it

        return cls(Remote(engine_url), snapshot.manifest.version, Library(home))
