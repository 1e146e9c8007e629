"""The worker: a process that answers one query at a time, in its sandbox, until it ends."""

import gc
import os
import resource
import socket
import sys
import time
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
        size = size or _peak_memory()
        try:
            body = _answer(stores, request, max_bytes)
            is_last = time.process_time() > max_cpu or _peak_memory() - size > max_growth
            reply = messages.pack_reply(body, is_last=is_last)
        except OibError as error:
            reply = messages.pack_error(error, is_last=is_last)
        except MemoryError:
            is_last = True
            reply = messages.pack_error(failures.out_of_memory(limits), is_last=True)
        except RecursionError:
            reply = messages.pack_error(failures.nested_too_deeply(), is_last=False)
        except Exception as error:
            is_last = True
            reply = messages.pack_error(error, is_last=True)
        connection.sendall(reply)
    os._exit(0)


def _answer(stores: Stores, request: Request, max_bytes: int) -> bytes:
    if request.preview is not None:
        limits = PreviewLimits(**request.preview)
        return preview(stores, request.query, request.dataset, limits).to_json()
    return evaluate(stores, request.query, request.media_type, request.dataset, max_bytes)


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
