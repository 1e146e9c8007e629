"""The lanes: quick questions never wait for long ones, and no question takes longer than it may.

Every question starts with a fast worker. One that is not answered after a slice of processor time
keeps its worker, but that one leaves the fast lane and another takes its place: it stands still
while no place in the slow lane is free, comes after all others when it has been at it for long,
and is killed at the deadline. Nothing is estimated beforehand, and nothing is begun twice.

A worker that was not too long at its question is used again: the memory that it has touched is
its own by now, and a fresh one would have to copy all of that anew, which takes several times as
long as a question that walks through all data.
"""

import asyncio
import time

from oib.engine.limits import Limits
from oib.workers import failures
from oib.workers.messages import Reply
from oib.workers.pool import Nursery
from oib.workers.process import Handle

# A worker that got no processor on a busy machine has not had its slice; so many times it may
# wait as long again.
_TIMES = 4

# After so many seconds in the slow lane a worker comes after all others. It cannot be raised
# again without privileges, so it ends with its question.
_LONG = 1.0


class Lanes:
    """Two lanes of workers from a nursery, on its event loop."""

    def __init__(self, nursery: Nursery, limits: Limits) -> None:
        self._nursery, self._limits = nursery, limits
        self._slow = asyncio.Semaphore(limits.slow)
        self._admitted = 0

    async def ask(self, question: bytes, deadline: float) -> bytes:
        """Return the answer to a question, packed as ``messages`` does it.

        ``deadline`` is a reading of ``time.monotonic``.

        Whoever does not want it any more cancels this: then its worker is killed.

        Raises:
            OibError: what the worker raised.
            TooCostly: the question took more time or memory than it may.
            Unavailable: there is no worker for it now, or it died.
        """
        worker, before = await self._begin(question, deadline)
        is_of_use = False
        try:
            reply = await worker.wait(self._limits.slice_seconds)
            reply = reply or await self._starve(worker, before)
            if reply is None:
                self._nursery.lend(worker)
                reply = await self._go_on(worker, deadline)
            is_of_use = not reply.last and not worker.is_low
        except EOFError:
            raise failures.death(await self._nursery.bury(worker), self._limits) from None
        finally:
            if is_of_use:
                self._nursery.give(worker)
            else:
                self._nursery.kill(worker)
        return reply.answer()

    async def _begin(self, question: bytes, deadline: float) -> tuple[Handle, float]:
        """Return a worker that has the question, and the processor time it had before."""
        while True:
            worker = await self._nursery.take(deadline - time.monotonic())
            before, is_there = worker.spent(), False
            try:
                is_there = await worker.ask(question)
            finally:
                if not is_there:  # it died while it waited
                    self._nursery.kill(worker)
            if is_there:
                return worker, before

    async def _starve(self, worker: Handle, before: float) -> Reply | None:
        for _ in range(_TIMES):
            left = self._limits.slice_seconds - (worker.spent() - before)
            if left <= 0.001:
                break
            if reply := await worker.wait(left):
                return reply
        return None

    async def _go_on(self, worker: Handle, deadline: float) -> Reply:
        """Return the reply of a worker in the slow lane.

        Raises:
            EOFError: the worker died.
        """
        if self._admitted >= self._limits.slow + self._limits.waiting:
            raise failures.busy()
        self._admitted += 1
        try:
            if self._slow.locked():
                worker.pause()
            try:
                await asyncio.wait_for(self._slow.acquire(), deadline - time.monotonic())
            except TimeoutError:
                raise failures.busy() from None
            try:
                worker.resume()
                reply = await worker.wait(min(_LONG, deadline - time.monotonic()))
                if reply is None:
                    worker.lower()
                    reply = await worker.wait(deadline - time.monotonic())
            finally:
                self._slow.release()
        finally:
            self._admitted -= 1
        if reply is None:
            raise failures.out_of_time(self._limits)
        return reply
