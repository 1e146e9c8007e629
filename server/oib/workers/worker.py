"""The worker: a process that answers one query at a time, in its sandbox, until it ends."""

import gc
import os
import resource
import socket
import sys
from typing import Final, NoReturn

from oib.engine.evaluation import evaluate, preview
from oib.engine.limits import Limits
from oib.engine.preview import PreviewLimits
from oib.engine.stores import Stores
from oib.errors import OibError
from oib.workers import failures, messages, sandbox
from oib.workers.messages import Request

#: A worker that has grown by so much memory is replaced, so that the memory is returned.
_MAX_GROWTH_MIB: Final = 64
# The unit of ru_maxrss, getrusage(2): KiB on Linux, bytes on macOS.
_RSS_UNITS_PER_MIB: Final = 2**20 if sys.platform == "darwin" else 2**10


def work(stores: Stores, connection: socket.socket, limits: Limits) -> NoReturn:
    """Answer the requests that come over a connection; end when there are no more.

    To be called within the sandbox. A worker that has used up its processor time or has grown
    much is replaced after the query at hand: RLIMIT_CPU counts over its whole life, and memory
    that it has touched is no longer shared with the fork server.
    """
    gc.disable()  # a collection would write to, and so copy, the pages that are shared
    max_bytes = limits.answer_mib * 2**20
    max_cpu = sandbox.cpu_seconds(limits)
    max_growth = _MAX_GROWTH_MIB * _RSS_UNITS_PER_MIB
    size = 0
    is_last = False
    while not is_last:
        try:
            request = messages.receive_request(connection)
        except EOFError:
            break
        size = size or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        body = b""
        error: Exception | None = None
        try:
            body = _answer(stores, request, max_bytes)
        except OibError as refused:
            error = refused
        except MemoryError:
            error, is_last = failures.out_of_memory(limits), True
        except RecursionError:
            error, is_last = failures.nested_too_deeply(), True
        except Exception as fault:
            error, is_last = fault, True
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime
        is_last = is_last or cpu > max_cpu or usage.ru_maxrss - size > max_growth
        connection.sendall(
            messages.pack_error(error, is_last=is_last, cpu_seconds=cpu)
            if error
            else messages.pack_reply(body, is_last=is_last, cpu_seconds=cpu)
        )
    os._exit(0)


def _answer(stores: Stores, request: Request, max_bytes: int) -> bytes:
    if request.preview is not None:
        limits = PreviewLimits(**request.preview)
        return preview(stores, request.query, request.dataset, limits).to_json()
    return evaluate(stores, request.query, request.media_type, request.dataset, max_bytes)
