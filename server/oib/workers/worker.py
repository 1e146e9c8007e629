"""The worker: a process that answers one question at a time, behind its walls, until it ends."""

import gc
import os
import socket
import time
from typing import NoReturn

from oib.engine.evaluation import evaluate
from oib.engine.limits import Limits
from oib.engine.stores import Holding
from oib.errors import OibError
from oib.sparql import guard
from oib.workers import failures, messages, sandbox


def work(held: Holding, connection: socket.socket, limits: Limits) -> NoReturn:
    """Answer the questions that come over a connection; end when there are no more.

    To be called within the walls. A worker that has used up its time is replaced after the
    question at hand: RLIMIT_CPU counts over its life, and the memory that it touched is no
    longer shared with the zygote.
    """
    gc.disable()  # a sweep would touch, and so copy, what is shared with the zygote
    most = limits.answer_mib * 2**20
    allowance = sandbox.cpu_seconds(limits)
    last = False
    while not last:
        try:
            text, media_type, dataset = messages.receive_question(connection)
        except EOFError:
            break
        try:
            body = evaluate(held, guard.parse(text), media_type, dataset, most)
            last = time.process_time() > allowance
            reply = messages.pack_reply(body, last)
        except OibError as error:
            reply = messages.pack_error(error, last)
        except MemoryError:
            last = True
            reply = messages.pack_error(failures.out_of_memory(limits), last)
        except Exception as error:
            last = True
            reply = messages.pack_error(error, last)
        connection.sendall(reply)
    os._exit(0)
