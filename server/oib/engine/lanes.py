"""The lanes: quick questions never wait for long ones, and no question takes longer than it may.

Every question starts with a fast worker. One that is not answered after a slice of processor time
keeps its worker, but that one leaves the fast lane and another takes its place: it comes after
all others, stands still while no place in the slow lane is free, and is killed at the deadline.
Nothing is estimated beforehand, and nothing is begun twice.
"""

import threading
import time

from oib.engine import verdict
from oib.engine.frames import Reply
from oib.engine.handle import Handle
from oib.engine.limits import Limits
from oib.engine.nursery import Nursery

# A worker that got no processor on a busy machine has not had its slice; so many times it may
# wait as long again.
_TIMES = 4


class Lanes:
    """Two lanes of workers from a nursery."""

    def __init__(self, nursery: Nursery, limits: Limits) -> None:
        self._nursery, self._limits = nursery, limits
        self._slow = threading.Semaphore(limits.slow)
        self._admitted = threading.Semaphore(limits.slow + limits.waiting)

    def ask(self, question: bytes) -> bytes:
        """Return the answer to a question, packed as ``frames`` has it.

        Raises:
            OibError: what the worker raised.
            TooCostly: the question took more time or memory than it may.
            Unavailable: there is no worker for it now, or it died.
        """
        deadline = time.monotonic() + self._limits.seconds
        worker, before = self._begin(question, deadline)
        is_fast = True
        try:
            reply = worker.wait(self._limits.slice_seconds) or self._starve(worker, before)
            if reply is None:
                is_fast = False
                self._nursery.replace()
                reply = self._go_on(worker, deadline)
        except EOFError:
            if is_fast:
                self._nursery.replace()
            raise verdict.death(self._nursery.bury(worker), self._limits) from None
        if is_fast:
            self._end(worker, reply)
        return reply.answer()

    def _begin(self, question: bytes, deadline: float) -> tuple[Handle, float]:
        while True:
            worker = self._nursery.take(deadline - time.monotonic())
            before = worker.spent()
            if worker.ask(question):
                return worker, before
            self._nursery.replace()  # it died while it waited
            self._nursery.kill(worker)

    def _starve(self, worker: Handle, before: float) -> Reply | None:
        for _ in range(_TIMES):
            left = self._limits.slice_seconds - (worker.spent() - before)
            if left <= 0.001:
                break
            if reply := worker.wait(left):
                return reply
        return None

    def _end(self, worker: Handle, reply: Reply) -> None:
        if reply.last:
            self._nursery.replace()
            self._nursery.kill(worker)
        else:
            self._nursery.give(worker)

    def _go_on(self, worker: Handle, deadline: float) -> Reply:
        """Return the reply of a worker in the slow lane; none but a dead one is left behind.

        Raises:
            EOFError: the worker died.
        """
        if not self._admitted.acquire(blocking=False):
            self._nursery.kill(worker)
            raise verdict.busy()
        try:
            reply = self._wait(worker, deadline)
        finally:
            self._admitted.release()
        self._nursery.kill(worker)
        return reply

    def _wait(self, worker: Handle, deadline: float) -> Reply:
        worker.lower()
        if not self._slow.acquire(blocking=False):
            worker.pause()
            if not self._slow.acquire(timeout=max(0.0, deadline - time.monotonic())):
                self._nursery.kill(worker)
                raise verdict.busy()
            worker.resume()
        try:
            reply = worker.wait(deadline - time.monotonic())
            if reply is None:
                self._nursery.kill(worker)
                raise verdict.out_of_time(self._limits)
        finally:
            self._slow.release()
        return reply
