"""The handle: the server's end of one worker."""

import asyncio
import os
import signal
import socket
import time
from contextlib import suppress

from oib.workers import messages
from oib.workers.messages import Reply


class Handle:
    """One worker, by its process id and its connection, which an event loop listens to.

    A worker is signalled only while it has not been buried or forgotten: until then its id
    belongs to no other process. All is done in the thread of the loop.
    """

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self._connection = connection
        self._got = bytearray()
        self._reply: asyncio.Future[Reply | None] | None = None
        self._has_ended = self._is_closed = False
        #: Whether it has left the fast lane, and whether it comes after all others.
        self.is_lent = self.is_low = False
        # CLOCK_PROCESS_CPUTIME_ID of another process, as clock_getcpuclockid(3) makes it on Linux.
        self._clock = ~pid << 3 | 2

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let a loop tell when the worker has written something."""
        self._loop = loop
        self._connection.setblocking(False)
        loop.add_reader(self._connection, self._read)

    async def ask(self, question: bytes) -> bool:
        """Send a question; tell whether the worker was there to take it."""
        if self._has_ended:
            return False
        try:
            sent = self._connection.send(question)
            if sent < len(question):
                await self._loop.sock_sendall(self._connection, question[sent:])
        except BlockingIOError:
            await self._loop.sock_sendall(self._connection, question)
        except OSError:
            return False
        return True

    def spent(self) -> float:
        """Return the processor time that the worker has had, in seconds.

        Where the system does not tell, it is the time on the wall.
        """
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return time.monotonic()

    async def wait(self, seconds: float) -> Reply | None:
        """Return the reply, or None if it is not whole after so many seconds.

        Raises:
            EOFError: the worker has died.
        """
        if reply := self._whole():  # it came while nobody waited
            return reply
        if self._has_ended:
            raise EOFError
        if seconds <= 0:
            return None
        future: asyncio.Future[Reply | None] = self._loop.create_future()
        self._reply = future
        timer = self._loop.call_later(seconds, _give_up, future)
        try:
            return await future
        finally:
            timer.cancel()
            self._reply = None

    def pause(self) -> None:
        """Stop the worker where it is."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let the worker go on."""
        self._signal(signal.SIGCONT)

    def lower(self) -> None:
        """Let the worker come after all others when there is little processor time, for good."""
        self.is_low = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, 15)

    def kill(self) -> None:
        """End the worker at once, whatever it does, if it has not been let go of."""
        if not self._is_closed:
            self._signal(signal.SIGKILL)
            self.close()

    def close(self) -> None:
        """Let go of the connection: a worker that waits for a question ends."""
        if not self._is_closed:
            self._has_ended = self._is_closed = True
            self._loop.remove_reader(self._connection)
            self._connection.close()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # gone with its zygote
            os.kill(self.pid, number)

    def _read(self) -> None:
        try:
            chunk = self._connection.recv(messages.CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        self._got += chunk
        future = self._reply
        is_asked = future is not None and not future.done()
        if not chunk:
            self._has_ended = True
            self._loop.remove_reader(self._connection)
            if future and is_asked:
                future.set_exception(EOFError())
        elif future and is_asked and (reply := self._whole()):
            future.set_result(reply)

    def _whole(self) -> Reply | None:
        """Return the reply that has come, once, if it is whole."""
        reply = messages.unpack_reply(self._got)
        if reply:
            self._got.clear()
        return reply


def _give_up(future: "asyncio.Future[Reply | None]") -> None:
    if not future.done():
        future.set_result(None)
