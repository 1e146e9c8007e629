"""The scheduler: short queries never wait for long ones, clients share the workers fairly, and no
query takes longer than it may.

Every query starts with a worker of the fast lane. One that is not answered within a slice of
processor time keeps its worker, which leaves the fast lane, and another takes its place. It is
suspended while the slow lane has no free place, gets a lower priority when it has run for long,
and is killed at its deadline. No cost is estimated beforehand. Suspended workers take memory: where
there are too many, one gives up its worker, is deferred, and starts again in the slow lane.

Where queries have to wait, each client has a queue, and the queues take turns: a client with
hundreds of queries delays those of another by one turn. Of the places in the slow lane, too, a
client that has many gives way to one that has fewer. And clients that have long queries under way
leave one worker of the fast lane to all others, who then need not even wait for a turn to end.

A worker that was not long at its query is used again: the memory that it has touched is its own
by then, and a new worker would have to copy all of that, which takes several times as long as a
query that reads all data.
"""

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Collection
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.workers import failures
from oib.workers.messages import Reply
from oib.workers.pool import WorkerPool
from oib.workers.process import WorkerProcess

# On a busy machine a worker may not have had its slice of the processor when so much time has
# passed; so many times it is given the rest.
_EXTRA_WAITS: Final = 4

# After so many seconds in the slow lane a worker gets a lower priority. It cannot be raised again
# without privileges, so the worker is not used again.
_LONG_SECONDS: Final = 1.0

#: How many queries of all clients may wait for a worker.
MAX_QUEUED: Final = 4096


class PendingQuery(asyncio.Future[bytes]):
    """The answer to a query that was submitted; cancelling it stops the query."""

    def __init__(
        self, scheduler: "Scheduler", request: bytes, client: str, deadline: float, seconds: float
    ) -> None:
        super().__init__(loop=scheduler.loop)
        self.scheduler, self.request, self.client = scheduler, request, client
        self.deadline, self.seconds = deadline, seconds
        self.worker: WorkerProcess | None = None
        #: When to look after it again, by ``time.monotonic``; see ``Scheduler._check``.
        self.next_check = 0.0
        self.extra_waits = 0
        #: Whether it has left the fast lane; has a place in the slow lane; waits for one with its
        #: worker, or without one.
        self.is_long = self.is_slow = self.is_suspended = self.is_deferred = False

    def cancel(self, msg: object = None) -> bool:
        """Stop the query, and kill its worker if it has one."""
        if self.done():
            return False
        self.scheduler.abandon(self)
        return super().cancel(msg)


class Scheduler:
    """Two lanes of workers over one snapshot. All methods are for the thread of the event loop.

    Args:
        directory: the directory of the snapshot.
        limits: what a query may use, and how many workers there are.
        log: receives lines for the operator, in another thread.
        loop: the event loop.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        log: Callable[[str], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.loop = loop
        self._limits = limits
        self._queues = OrderedDict[str, deque[PendingQuery]]()
        self._queued = 0
        self._running = set[PendingQuery]()  # with a worker, suspended ones included
        self._long = Counter[str]()  # queries that have left the fast lane, by client
        self._suspended = list[PendingQuery]()  # in the order of their arrival
        self._deferred = list[PendingQuery]()  # likewise
        self._slow = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self.pool = WorkerPool(directory, limits, log, loop, self._start_queued)

    def submit(self, request: bytes, client: str, deadline: float, seconds: float) -> PendingQuery:
        """Have a query answered.

        Args:
            request: from ``messages.pack_request``.
            client: whose query it is.
            deadline: a reading of ``time.monotonic``.
            seconds: how long the query may take altogether, for the message when it is over.

        Returns:
            A future of the answer. Its exceptions are what the worker raised (``OibError``);
            ``TooCostly`` if the query took more time or memory than it may; ``Unavailable`` if
            there is no worker for it, or its worker ended.
        """
        query = PendingQuery(self, request, client, deadline, seconds)
        if fault := self.pool.fault:
            query.set_exception(Unavailable(fault))
        elif (
            client in self._queues
            or (self._long[client] and not self._is_open_to_all())
            or not self._start(query)
        ):
            self._enqueue(query)
        return query

    def abandon(self, query: PendingQuery) -> None:
        """Stop a query whose answer nobody wants any more."""
        worker = query.worker
        if worker is None and not query.is_deferred:
            self._dequeue(query)
            return
        self._end(query)
        if worker:
            self.pool.kill(worker)

    # Waiting for a worker

    def _enqueue(self, query: PendingQuery) -> None:
        if self._queued >= MAX_QUEUED:
            longest = max(self._queues.values(), key=len)
            if len(longest) <= len(self._queues.get(query.client, ())) + 1:
                query.set_exception(failures.busy())
                return
            refused = longest[-1]
            self._dequeue(refused)
            refused.set_exception(failures.busy())
        self._queues.setdefault(query.client, deque()).append(query)
        self._queued += 1
        query.next_check = query.deadline
        self._check_by(query.next_check)

    def _dequeue(self, query: PendingQuery) -> None:
        queue = self._queues.get(query.client)
        if queue and query in queue:
            queue.remove(query)
            self._queued -= 1
            if not queue:
                del self._queues[query.client]

    def _start_queued(self) -> None:
        """Start the next query of the client whose turn it is, while there are free workers."""
        self._resume_next()
        while self._queued:
            is_open = self._is_open_to_all()
            client = next((one for one in self._queues if is_open or not self._long[one]), None)
            if client is None or not self._start(self._queues[client][0]):
                return
            queue = self._queues[client]
            queue.popleft()
            self._queued -= 1
            if queue:
                self._queues.move_to_end(client)
            else:
                del self._queues[client]

    def _is_open_to_all(self) -> bool:
        """Return whether clients with long queries under way may take one more fast worker.

        Together they have all but one.
        """
        taken = sum(not query.is_long and self._long[query.client] > 0 for query in self._running)
        return taken < max(1, self._limits.fast - 1)

    # Running

    def _start(self, query: PendingQuery) -> bool:
        """Give a query to a free worker; return False if there is none."""
        while worker := self.pool.acquire():
            if worker.send(query.request, partial(self._finish, query, worker)):
                query.worker = worker
                slice_end = time.monotonic() + self._limits.slice_seconds
                query.next_check = min(slice_end, query.deadline)
                self._running.add(query)
                self._check_by(query.next_check)
                return True
            self.pool.kill(worker)  # it ended while it waited
        return False

    def _finish(self, query: PendingQuery, worker: WorkerProcess, reply: Reply | None) -> None:
        """Hand on the reply of a worker, or the reason for which it ended without one."""
        self._end(query)
        if reply is None:
            self.pool.wait_exit(worker, lambda status: self._fail_with_exit(query, status))
            self.pool.kill(worker)
            return
        if error := reply.error():
            query.set_exception(error)
        else:
            query.set_result(reply.body)
        if reply.is_last or worker.is_low:
            self.pool.kill(worker)
        else:
            self.pool.release(worker)

    def _fail_with_exit(self, query: PendingQuery, status: int | None) -> None:
        if not query.done():
            query.set_exception(failures.ended(status, self._limits, query.seconds))

    def _stop(self, query: PendingQuery, worker: WorkerProcess, error: Exception) -> None:
        """Kill the worker of a query, and let the query fail."""
        self._end(query)
        self.pool.kill(worker)
        query.set_exception(error)

    def _end(self, query: PendingQuery) -> None:
        """Forget a query that ends, and let another have its place in the slow lane."""
        self._running.discard(query)
        query.worker, query.request = None, b""
        if query.is_long:
            query.is_long = False
            self._long[query.client] -= 1
            if not self._long[query.client]:
                del self._long[query.client]
                self.loop.call_soon(self._start_queued)  # its other queries may take any worker
        if query.is_suspended:
            self._suspended.remove(query)
            query.is_suspended = False
        if query.is_deferred:
            self._deferred.remove(query)
            query.is_deferred = False
        if query.is_slow:
            query.is_slow = False
            self._slow -= 1
            self._resume_next()

    # Growing old

    def _check_by(self, moment: float) -> None:
        """See to it that ``_check`` runs at a moment, or before."""
        if self._timer is None or moment < self._timer_at:
            if self._timer:
                self._timer.cancel()
            self._timer_at = moment
            self._timer = self.loop.call_later(moment - time.monotonic(), self._check)

    def _check(self) -> None:
        """Look after all queries whose time has come."""
        self._timer = None
        now = time.monotonic()
        for query in [query for query in self._running if query.next_check <= now]:
            if query.worker:
                self._check_running(query, query.worker, now)
        without_worker = chain(self._deferred, *self._queues.values())
        for query in [query for query in without_worker if query.deadline <= now]:
            if query.is_deferred:
                self._end(query)
            else:
                self._dequeue(query)
            fault = self.pool.fault
            query.set_exception(Unavailable(fault) if fault else failures.busy())
        moments = [query.next_check for query in (*self._running, *self._deferred)]
        moments += [query.deadline for queue in self._queues.values() for query in queue]
        if moments:
            self._check_by(min(moments))

    def _check_running(self, query: PendingQuery, worker: WorkerProcess, now: float) -> None:
        if now >= query.deadline:
            error = failures.busy() if query.is_suspended else failures.out_of_time(query.seconds)
            self._stop(query, worker, error)
        elif not worker.is_promoted:
            used = worker.cpu_since_reply()
            left = 0.0 if used is None else self._limits.slice_seconds - used
            if left > 0.001 and query.extra_waits < _EXTRA_WAITS:
                query.extra_waits += 1
                query.next_check = min(now + left, query.deadline)
            else:
                self._promote(query, worker)
        elif query.is_slow:
            worker.lower_priority()
            query.next_check = query.deadline

    def _promote(self, query: PendingQuery, worker: WorkerProcess) -> None:
        """Move a query out of the fast lane: it runs in the slow lane, waits, or is refused."""
        self.pool.promote(worker)
        query.is_long = True
        self._long[query.client] += 1
        if self._slow < self._limits.slow:
            self._enter_slow_lane(query)
        elif other := self._greedier_than(query, [q for q in self._running if q.is_slow]):
            other.is_slow = False
            self._slow -= 1
            self._enter_slow_lane(query)
            self._suspend(other)
        else:
            self._suspend(query)
        self._start_queued()  # for clients with long queries, too, a free worker may be open now

    def _enter_slow_lane(self, query: PendingQuery) -> None:
        self._slow += 1
        query.is_slow = True
        query.next_check = min(query.deadline, time.monotonic() + _LONG_SECONDS)
        self._check_by(query.next_check)

    def _suspend(self, query: PendingQuery) -> None:
        """Let a query wait for a place in the slow lane; defer one if too many are suspended."""
        if query.worker:
            query.worker.pause()
        query.is_suspended = True
        query.next_check = query.deadline
        self._suspended.append(query)
        if len(self._suspended) > self._limits.waiting:
            self._defer(self._greedier_than(query, self._suspended) or query)

    def _defer(self, query: PendingQuery) -> None:
        """Take a suspended query's worker, and let it start again later; refuse one if too many."""
        self._suspended.remove(query)
        query.is_suspended = False
        self._running.discard(query)
        if query.worker:
            self.pool.kill(query.worker)
            query.worker = None
        query.is_deferred = True
        self._deferred.append(query)
        if len(self._deferred) > self._limits.deferred:
            refused = self._greedier_than(query, self._deferred) or query
            self._end(refused)
            refused.set_exception(failures.busy())

    def _resume_next(self) -> None:
        """Give free places to queries that wait for one: to the client with fewest places first.

        Of one client, suspended queries come before deferred ones, and those that wait longer
        before others.
        """
        while (self._suspended or self._deferred) and self._slow < self._limits.slow:
            places = Counter(query.client for query in self._running if query.is_slow)
            waiting = (*self._suspended, *self._deferred)
            query = min(waiting, key=lambda other: places[other.client])
            if query.is_suspended:
                self._suspended.remove(query)
                query.is_suspended = False
                if query.worker:
                    query.worker.resume()
            elif self._start(query):
                self._deferred.remove(query)
                query.is_deferred = False
                if query.worker:
                    self.pool.promote(query.worker)
            else:
                return  # it is tried again when there is a free worker
            self._enter_slow_lane(query)

    @staticmethod
    def _greedier_than(
        query: PendingQuery, others: Collection[PendingQuery]
    ) -> PendingQuery | None:
        """Return the youngest query of the client that has most, if ``query``'s has two fewer."""
        counts = Counter(other.client for other in others)
        own = counts[query.client]
        candidates = [other for other in others if counts[other.client] > own + 1]
        return max(
            candidates, key=lambda other: (counts[other.client], other.deadline), default=None
        )
