"""The handle: the server's end of one worker."""

import os
import signal
import socket
import struct
import time
from contextlib import suppress

from oib.engine import frames
from oib.engine.frames import Reply

_TIME = struct.Struct("@ll")  # struct timeval


class Handle:
    """One worker, by its process id and its connection.

    A worker is signalled only while it has not been buried or forgotten: until then its id
    belongs to no other process.
    """

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self._connection = connection
        self._got = bytearray()
        self._patience = 0.0
        # CLOCK_PROCESS_CPUTIME_ID of another process, as clock_getcpuclockid(3) makes it on Linux.
        self._clock = ~pid << 3 | 2

    def ask(self, question: bytes) -> bool:
        """Send a question; tell whether the worker was there to take it."""
        try:
            self._connection.sendall(question)
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

    def wait(self, seconds: float) -> Reply | None:
        """Return the reply, or None if it is not whole after so many seconds.

        Raises:
            EOFError: the worker has died.
        """
        end = time.monotonic() + seconds
        while seconds > 0:
            chunk = self._receive(seconds)
            if chunk is None:
                return None
            self._got += chunk
            if reply := frames.unpack_reply(self._got):
                self._got.clear()
                return reply
            seconds = end - time.monotonic()
        return None

    def pause(self) -> None:
        """Stop the worker where it is."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let the worker go on."""
        self._signal(signal.SIGCONT)

    def lower(self) -> None:
        """Let the worker come after all others when there is little processor time."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, 15)

    def kill(self) -> None:
        """End the worker at once, whatever it does."""
        self._signal(signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let go of the connection: a worker that waits for a question ends."""
        self._connection.close()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # gone with its zygote
            os.kill(self.pid, number)

    def _receive(self, seconds: float) -> bytes | None:
        # The timeout of the kernel, not that of Python, which is a call of its own each time.
        if seconds != self._patience:
            whole = int(seconds)
            value = _TIME.pack(whole, max(1, int((seconds - whole) * 1e6)))
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
            self._patience = seconds
        try:
            chunk = self._connection.recv(frames.CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            chunk = b""
        if not chunk:
            raise EOFError
        return chunk
