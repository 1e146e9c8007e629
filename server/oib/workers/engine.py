"""The worker engine: queries answered by worker processes, which can be stopped."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import asdict
from functools import cache
from pathlib import Path

from oib import media_types
from oib.dataset.snapshot import Snapshot
from oib.engine.bounded import BoundedEvaluator
from oib.engine.limits import Limits
from oib.engine.preview import Preview, PreviewLimits
from oib.engine.stores import Stores
from oib.errors import OibError
from oib.sparql import guard
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.guard import ParsedQuery
from oib.workers import failures, messages
from oib.workers.scheduler import PendingQuery, Scheduler

_PAUSE_SECONDS = 1.0  # between two attempts to load the data for queries of bounded cost


class WorkerEngine:
    """An engine over the snapshot in a directory.

    Queries are answered by workers, the server's own and saved queries included: a value from a
    stranger can make any of them expensive, and an overflow of the stack or a failed allocation
    ends the process it happens in. The only exception are queries that cannot do so, see
    ``engine.bounded``.

    SERVICE is refused by the guard and would not work: workers have no network.

    Args:
        directory: the directory of the snapshot.
        limits: what a query may use.
        log: receives lines for the operator, such as which measures of the sandbox are missing.
        loop: the event loop that waits for the workers; by default, one in a thread of its own
            that all such engines of this process share.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        log: Callable[[str], None] = lambda line: None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.loop = loop or _shared_loop()
        self._limits, self._log = limits, log
        self._closed = threading.Event()
        self._scheduler = Scheduler(directory, limits, log, self.loop)
        self._bounded: BoundedEvaluator | None = None
        if limits.inline_triples:
            loading = (directory,)
            threading.Thread(target=self._load, args=loading, name="load", daemon=True).start()

    def _load(self, directory: Path) -> None:
        """Load the data for queries of bounded cost, as soon as workers answer."""
        while not self._is_answering():
            if self._closed.wait(_PAUSE_SECONDS):
                return
        try:
            snapshot = Snapshot.open(directory)
            number = snapshot.manifest.counts.get("triples", 0)
            if not snapshot.on_disk and number <= self._limits.inline_triples:
                self._bounded = BoundedEvaluator(Stores.union_only(snapshot.store()))
        except (OibError, OSError, SyntaxError) as error:
            self._log(f"workers answer all queries, for the data cannot be loaded: {error}")

    def _is_answering(self) -> bool:
        try:
            self.query("ASK {}", media_types.SPARQL_JSON)
        except OibError:
            return False
        return True

    def evaluate_bounded(self, query: ParsedQuery, media_type: str) -> bytes | None:
        """Return the answer to a query of bounded cost, as ``Engine.evaluate_bounded`` defines."""
        bounded = self._bounded
        return bounded.evaluate(query, media_type) if bounded else None

    def session(self, client: str = "", seconds: float | None = None) -> "WorkerSession":
        """Begin a session, as ``Engine.session`` defines."""
        seconds = min(seconds or self._limits.seconds, self._limits.seconds)
        return WorkerSession(self, self._scheduler, client, seconds)

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query in a session of its own, as ``Queryable.query`` defines.

        Not to be called in the thread of the event loop.
        """
        return self.session().query(text, media_type, dataset)

    def close(self) -> None:
        """End all workers and their queries; safe from any thread."""
        self._closed.set()
        self._bounded = None
        self._scheduler.pool.close()


class WorkerSession:
    """A session of a worker engine; see ``QuerySession``."""

    def __init__(
        self, engine: WorkerEngine, scheduler: Scheduler, client: str, seconds: float
    ) -> None:
        self._engine, self._scheduler = engine, scheduler
        self._client, self._seconds = client, seconds
        self._deadline = time.monotonic() + seconds
        self._queries = list[PendingQuery]()
        self._is_cancelled = False

    def answer(
        self, query: ParsedQuery, media_type: str, dataset: Dataset = UNION
    ) -> asyncio.Future[bytes]:
        """Answer a query, as ``QuerySession.answer`` defines; in the thread of the event loop."""
        return self._submit(messages.pack_request(query, media_type, dataset))

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, as ``Queryable.query`` defines; from any thread but the loop's."""
        # Parsed in this thread, because a long text would hold up the event loop.
        return self._wait(messages.pack_request(guard.parse(text), media_type, dataset))

    def preview(
        self, text: str, dataset: Dataset = UNION, limits: PreviewLimits | None = None
    ) -> Preview:
        """Return the beginning of an answer, as ``QuerySession.preview`` defines."""
        options = asdict(limits or PreviewLimits())
        request = messages.pack_request(guard.parse(text), "", dataset, options)
        return Preview.from_json(self._wait(request))

    def cancel(self) -> None:
        """Stop all queries of this session and refuse further ones; safe from any thread."""
        self._is_cancelled = True
        self._scheduler.loop.call_soon_threadsafe(self._cancel_all)

    def _submit(self, request: bytes) -> PendingQuery:
        query = self._scheduler.submit(request, self._client, self._deadline, self._seconds)
        self._queries.append(query)
        if self._is_cancelled:
            query.cancel()
        return query

    def _wait(self, request: bytes) -> bytes:
        """Block this thread until the answer is there."""
        if self._is_cancelled:
            raise failures.cancelled()
        answer: Future[bytes] = Future()
        self._scheduler.loop.call_soon_threadsafe(self._submit_for_thread, request, answer)
        try:
            return answer.result()
        except CancelledError:
            raise failures.cancelled() from None

    def _submit_for_thread(self, request: bytes, answer: "Future[bytes]") -> None:
        def finish(query: asyncio.Future[bytes]) -> None:
            if query.cancelled():
                answer.cancel()
            elif error := query.exception():
                answer.set_exception(error)
            else:
                answer.set_result(query.result())

        self._submit(request).add_done_callback(finish)

    def _cancel_all(self) -> None:
        for query in self._queries:
            query.cancel()


@cache
def _shared_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="engine", daemon=True).start()
    return loop
