"""One worker process, as the server sees it."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from oib.workers import messages
from oib.workers.messages import Reply

#: Receives the reply of a worker, or None if the worker has ended without one.
OnReply = Callable[[Reply | None], object]


class WorkerProcess:
    """A worker process and the server's end of its connection.

    All methods are for the thread of the event loop. A process is signalled only while the fork
    server has not reaped it: until then its process id belongs to no other process.
    """

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self._connection = connection
        self._buffer = bytearray()
        self._on_reply: OnReply | None = None
        self._has_ended = self._is_closed = False
        #: Whether it works on a query outside of the fast lane.
        self.is_promoted = False
        #: Whether its priority was lowered, which cannot be undone without privileges.
        self.is_low = False
        self._cpu_at_reply = 0.0  # seconds
        # The CLOCK_PROCESS_CPUTIME_ID of another process; Linux, clock_getcpuclockid(3).
        self._clock = ~pid << 3 | 2

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to receive what the worker writes."""
        self._loop = loop
        self._connection.setblocking(False)
        loop.add_reader(self._connection, self._receive)

    def send(self, request: bytes, on_reply: OnReply) -> bool:
        """Send a request; return False if the worker has ended.

        ``on_reply`` is called once, in the event loop.
        """
        if self._has_ended:
            return False
        try:
            sent = self._connection.send(request)
        except BlockingIOError:
            sent = 0
        except OSError:
            return False
        self._on_reply = on_reply
        if sent < len(request):  # a long one does not fit into the buffer of the socket
            rest = memoryview(request)[sent:]
            self._sending = self._loop.create_task(self._send_rest(rest))
        return True

    async def _send_rest(self, rest: memoryview) -> None:
        with suppress(OSError):  # the end of the worker is noticed by ``_receive``
            await self._loop.sock_sendall(self._connection, rest)

    def cpu_since_reply(self) -> float | None:
        """Return the processor time since the last reply in seconds, None where it is unknown."""
        try:
            return time.clock_gettime(self._clock) - self._cpu_at_reply
        except OSError:
            return None

    def pause(self) -> None:
        """Suspend the worker (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Continue the worker (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def lower_priority(self) -> None:
        """Give the worker the processor only after all others, for the rest of its life."""
        self.is_low = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, 15)

    def kill(self) -> None:
        """End the worker at once, unless the connection is closed already."""
        if not self._is_closed:
            self._signal(signal.SIGKILL)
            self.close()

    def close(self) -> None:
        """Close the connection; a worker that waits for a request ends then."""
        if not self._is_closed:
            self._has_ended = self._is_closed = True
            self._on_reply = None
            self._loop.remove_reader(self._connection)
            self._connection.close()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it ended together with its fork server
            os.kill(self.pid, number)

    def _receive(self) -> None:
        try:
            chunk = self._connection.recv(messages.CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._has_ended = True
            self._loop.remove_reader(self._connection)
            self._call_back(None)
            return
        if not self._buffer and (reply := messages.unpack_reply(chunk)):
            self._call_back(reply)
            return
        self._buffer += chunk
        if reply := messages.unpack_reply(self._buffer):
            self._buffer.clear()
            self._call_back(reply)

    def _call_back(self, reply: Reply | None) -> None:
        on_reply, self._on_reply = self._on_reply, None
        if reply:
            self._cpu_at_reply = reply.cpu_seconds
        if on_reply:
            on_reply(reply)
