"""The composition root: everything that one server or one command uses, opened from one home."""

import threading
from asyncio import AbstractEventLoop
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from oib import project
from oib.dataset import build, releases
from oib.dataset.manifest import FileRecord
from oib.dataset.releases import Release
from oib.dataset.snapshot import CHANGES, DOCUMENT_INDEX, NAME_INDEX, SEARCH_INDEX, Snapshot
from oib.engine.base import Engine, wait_until_ready
from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.engine.statements import fetch_rows
from oib.errors import Unavailable
from oib.namespaces import GRAPH, PREFIXES, QUERIES
from oib.page_queries import PageQueries
from oib.project import Description
from oib.reconciliation.index import NameIndex
from oib.saved_queries import Library
from oib.search.index import SearchIndex
from oib.sparql import jsonld
from oib.sparql.jsonld import Compaction
from oib.views.document_index import DocumentIndex
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
        documents: the document index, None if the data have none.
        data: the sorted N-Quads of the snapshot, if they are a file.
        changes: the file of what changed between releases, if there is one.
        released: when the data were released, if they are those of a release.
        releases: the releases of the home, None for the data of a release.
        results: caches of what was computed from the data, by the functions that compute it.
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
    documents: DocumentIndex | None = None
    data: Path | None = None
    changes: Path | None = None
    released: datetime | None = None
    releases: "ReleasedServices | None" = None
    results: dict[Callable[..., Any], Callable[..., Any]] = field(default_factory=dict, repr=False)

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

        def open_engine(of: Snapshot) -> Engine:
            return Embedded(of.store(), of.compaction())

        return cls._over(
            partial(open_engine, snapshot),
            home,
            snapshot,
            dumps=snapshot.dumps,
            data=snapshot.data,
            changes=snapshot.index_file(CHANGES),
            releases=ReleasedServices(home, folder, open_engine),
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

        ``log`` gets lines for whoever runs the server; ``loop`` as in ``WorkerEngine``.
        """

        def open_engine(of: Snapshot) -> Engine:
            # Few ask for releases: no data in the server's process, and as few workers as can be.
            narrow = replace(limits, inline_triples=0, fast=1, slow=1)
            return WorkerEngine(of.directory, narrow, log, loop)

        return cls._over(
            partial(WorkerEngine, snapshot.directory, limits, log, loop),
            home,
            snapshot,
            limits=limits,
            dumps=snapshot.dumps,
            data=snapshot.data,
            changes=snapshot.index_file(CHANGES),
            releases=ReleasedServices(home, snapshot.directory.parent, open_engine, limits),
        )

    @classmethod
    def relay(
        cls, home: Path, snapshot: Snapshot, engine_url: str, limits: Limits | None = None
    ) -> Self:
        """Open a home for a server that asks another SPARQL endpoint, whose data may change."""
        from oib.engine.remote import Remote  # with its HTTP client: few need it, all wait for it

        return cls._over(partial(Remote, engine_url, limits), home, snapshot, is_immutable=False)

    @classmethod
    def _over(
        cls, open_engine: Callable[[], Engine], home: Path, snapshot: Snapshot, **members: Any
    ) -> Self:
        """Return services over an engine, with what the home and the snapshot hold beside data."""
        with _closed_on_error(open_engine()) as engine:
            return cls(
                engine,
                snapshot.manifest.version,
                Library.load(home),
                pages=PageQueries.load(home),
                description=project.description(home),
                compaction=snapshot.compaction(),
                files=snapshot.manifest.files,
                names=_names(snapshot),
                texts=_texts(snapshot),
                documents=_documents(snapshot),
                **members,
            )

    def close(self) -> None:
        """Close the engine, and those of the releases; forget what was computed from the data."""
        self.results.clear()
        self.engine.close()
        if self.releases:
            self.releases.close()


@contextmanager
def _closed_on_error(engine: Engine) -> Iterator[Engine]:
    """Close an engine if what is to use it cannot be opened: its processes would go on for ever."""
    try:
        yield engine
    except BaseException:
        engine.close()
        raise


_QUERY_TEXTS = f"""
SELECT ?query ?text WHERE {{ GRAPH <{GRAPH}queries> {{
  ?query <{PREFIXES["sh"]}select>|<{PREFIXES["sh"]}ask>|<{PREFIXES["sh"]}construct> ?text }} }}"""
_MAX_OPEN = 4  # releases at once
_START = 60.0  # seconds that an engine may take to start
_GRACE = 60.0  # seconds that an engine stays open for the requests that began with it


class ReleasedServices:
    """The services over the releases of a home; each is opened when it is first asked for.

    The last few that were asked for stay open. All methods are safe from any thread.

    Args:
        home: the folder of the sources.
        folder: where snapshots lie.
        open_engine: opens an engine over a snapshot.
        limits: what such an engine allows a query, None if it sets no limits.
    """

    def __init__(
        self,
        home: Path,
        folder: Path,
        open_engine: Callable[[Snapshot], Engine],
        limits: Limits | None = None,
    ) -> None:
        self.all = releases.find(home)
        self._home, self._folder = home, folder
        self._open_engine, self._limits = open_engine, limits
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Services] = OrderedDict()
        self._is_closed = False

    def opened(self, version: str) -> Services | None:
        """Return the services over a release if they are open; never blocks."""
        found = self._open.get(version)
        if found is not None:
            with suppress(KeyError):  # closed at the same time, in another thread
                self._open.move_to_end(version)
        return found

    def open(self, version: str) -> Services:
        """Return the services over a release; blocks while it is unpacked.

        Raises:
            NotFound: that version was never released.
            Unavailable: the archive of the release is damaged, or these services are closed.
        """
        release = releases.version_of(self.all, version)
        with self._lock:
            if self._is_closed:
                raise Unavailable("these data are no longer served; ask again")
            if version not in self._open:
                self._open[version] = self._services(release)
            self._open.move_to_end(version)
            while len(self._open) > _MAX_OPEN:
                _, closed = self._open.popitem(last=False)
                timer = threading.Timer(_GRACE, closed.engine.close)
                timer.daemon = True
                timer.start()
            return self._open[version]

    def data(self, version: str) -> Path:
        """Return the file of the sorted N-Quads of a release; blocks while it is unpacked.

        Raises:
            NotFound: that version was never released.
            Unavailable: the archive of the release is damaged.
        """
        release = releases.version_of(self.all, version)
        return releases.unpack(self._home, release, self._folder).data

    def close(self) -> None:
        """Close all engines."""
        with self._lock:
            self._is_closed = True
            for services in self._open.values():
                services.engine.close()
            self._open.clear()

    def _services(self, release: Release) -> Services:
        snapshot = releases.unpack(self._home, release, self._folder)
        rows = fetch_rows(Embedded(snapshot.store()), _QUERY_TEXTS)
        texts = {row["query"].text.removeprefix(QUERIES): row["text"].text for row in rows}
        library = Library.parse(texts)
        with _closed_on_error(self._open_engine(snapshot)) as engine:
            wait_until_ready(engine, _START)
            return Services(
                engine,
                release.version,
                library,
                self._limits,
                snapshot.dumps,
                PageQueries.load(self._home),
                _with_pictures_of(library, project.description(self._home)),
                compaction=snapshot.compaction(),
                files=snapshot.manifest.files,
                data=snapshot.data,
                released=release.released,
            )


def _with_pictures_of(library: Library, about: Description) -> Description:
    """Return a description without the pictures for which a library has no query."""
    drawn = {query.name for query in library if query.chart}
    return replace(
        about,
        picture=about.picture if about.picture in drawn else "",
        pictures={kind: name for kind, name in about.pictures.items() if name in drawn},
    )


def _names(snapshot: Snapshot) -> NameIndex | None:
    path = snapshot.index_file(NAME_INDEX)
    return NameIndex.open(path) if path else None


def _texts(snapshot: Snapshot) -> SearchIndex | None:
    path = snapshot.index_file(SEARCH_INDEX)
    return SearchIndex.open(path) if path else None


def _documents(snapshot: Snapshot) -> DocumentIndex | None:
    path = snapshot.index_file(DOCUMENT_INDEX)
    return DocumentIndex.open(path) if path else None
