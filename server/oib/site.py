"""The site: everything that one server or one command holds, opened from one home."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from oib import build
from oib.engine import Engine
from oib.engine.embedded import Embedded
from oib.engine.remote import Remote
from oib.engine.writable import Writable
from oib.library import Library


@dataclass(frozen=True)
class Site:
    """The engine that answers, the version of its data, and the library of saved queries.

    ``dumps`` is the folder of the files for downloading, if there is one; ``services`` are the
    origins that SERVICE may call: none, unless somebody trusts one. ``writable`` is the engine
    again where updates are taken: never over a snapshot, see ``engine.writable``.
    """

    engine: Engine
    version: str
    library: Library
    services: frozenset[str] = frozenset()
    dumps: Path | None = None
    writable: Writable | None = None

    @classmethod
    def open(
        cls,
        home: Path,
        folder: Path,
        engine_url: str | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> Self:
        """Open a home: build its snapshot if the sources changed, and load it.

        Args:
            home: the folder of the sources.
            folder: where its snapshots lie.
            engine_url: a SPARQL endpoint to ask in place of the snapshot.
            say: gets a line of progress at each step of a build.

        Raises:
            Refused: the sources break a rule, and there is no older snapshot.
        """
        snapshot = build.ensure(home, folder, say)
        engine: Engine = Remote(engine_url) if engine_url else Embedded(snapshot.store())
        dumps = snapshot.directory / "dump"
        return cls(engine, snapshot.manifest.version, Library(home), dumps=dumps)
