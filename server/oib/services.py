"""The composition root: everything that one server or one command uses, opened from one home."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from oib import project
from oib.dataset import build
from oib.dataset.manifest import FileRecord
from oib.dataset.snapshot import NAME_INDEX, SEARCH_INDEX, Snapshot
from oib.engine.base import Engine
from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.page_queries import PageQueries
from oib.project import Description
from oib.reconciliation.index import NameIndex
from oib.saved_queries import Library
from oib.search.index import SearchIndex
from oib.sparql import jsonld
from oib.sparql.jsonld import Compaction
from oib.workers.engine import WorkerEngine


@dataclass(frozen=True, eq=False)
class Services:
    """An engine over one version of the data, and what belongs to that version.

    Attributes:
        engine: answers queries.
        version: of the data. Together with a request it determines the response.
        library: the saved queries.
        limits: what the engine allows a query, None if it sets no limits.
        pages: the lists, and the lines of the home page.
        dumps: the folder of the files for downloading, if there is one.
        description: what the home says of itself.
        is_immutable: whether the data stay as they are, so that responses may be cached.
        compaction: the context of the data for JSON-LD.
        files: sizes and digests of the files of the snapshot, by their path in it.
        names: the name index, None if the data have none.
        texts: the search index, None if the data have none.
    """

    engine: Engine
    version: str
    library: Library
    limits: Limits | None = None
    dumps: Path | None = None
    pages: PageQueries = field(default_factory=PageQueries)
    description: Description = field(default_factory=Description)
    is_immutable: bool = True
    compaction: Compaction = jsonld.DEFAULT
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    names: NameIndex | None = None
    texts: SearchIndex | None = None

    @classmethod
    def open(
        cls,
        home: Path,
        folder: Path,
        log: Callable[[str], None] = lambda line: None,
    ) -> Self:
        """Open a home for a command: build its snapshot if the sources changed, and load it.

        Args:
            home: the folder of the sources.
            folder: where its snapshots lie.
            log: gets a line of progress at each step of a build.

        Raises:
            Refused: the sources break a rule, and there is no older snapshot.
        """
        snapshot = build.ensure(home, folder, log)
        engine = Embedded(snapshot.store(), snapshot.compaction())
        return cls(
            engine,
            snapshot.manifest.version,
            Library(home),
            dumps=snapshot.dumps,
            pages=PageQueries.load(home),
            description=project.description(home),
            compaction=snapshot.compaction(),
            files=snapshot.manifest.files,
            names=_names(snapshot),
            texts=_texts(snapshot),
        )

    @classmethod
    def serve(
        cls,
        home: Path,
        snapshot: Snapshot,
        limits: Limits,
        log: Callable[[str], None] = lambda line: None,
        loop: AbstractEventLoop | None = None,
    ) -> Self:
        """Open a snapshot of a home for a server: within limits, in processes of its own.

        ``log`` gets lines for whoever runs the server; ``loop`` as in
        ``WorkerEngine``.
        """
        return cls(
            WorkerEngine(snapshot.directory, limits, log, loop),
            snapshot.manifest.version,
            Library(home),
            limits,
            snapshot.dumps,
            PageQueries.load(home),
            project.description(home),
            compaction=snapshot.compaction(),
            files=snapshot.manifest.files,
            names=_names(snapshot),
            texts=_texts(snapshot),
        )

    @classmethod
    def relay(
        cls, home: Path, snapshot: Snapshot, engine_url: str, limits: Limits | None = None
    ) -> Self:
        """Open a home for a server that asks another SPARQL endpoint, whose data may change."""
        from oib.engine.remote import Remote  # with its HTTP client: few need it, all wait for it

        version = snapshot.manifest.version
        return cls(
            Remote(engine_url, limits),
            version,
            Library(home),
            pages=PageQueries.load(home),
            description=project.description(home),
            is_immutable=False,
            compaction=snapshot.compaction(),
            files=snapshot.manifest.files,
            names=_names(snapshot),
            texts=_texts(snapshot),
        )


def _names(snapshot: Snapshot) -> NameIndex | None:
    path = snapshot.index_file(NAME_INDEX)
    return NameIndex.open(path) if path else None


def _texts(snapshot: Snapshot) -> SearchIndex | None:
    path = snapshot.index_file(SEARCH_INDEX)
    return SearchIndex.open(path) if path else None
