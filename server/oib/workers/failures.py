"""The verdict: what to tell the one who asked when a query was stopped, or its worker died."""

import signal

from oib.engine.limits import Limits
from oib.errors import TooCostly, Unavailable


def out_of_time(limits: Limits) -> TooCostly:
    """Return the error for a query that ran until its deadline."""
    return TooCostly(
        f"stopped after {limits.seconds:g} s, the most that a query may take here; narrow it, "
        "or take the whole data and ask them on a machine of your own"
    )


def out_of_memory(limits: Limits) -> TooCostly:
    """Return the error for a query that hit the cap."""
    return TooCostly(
        f"stopped: this query needs more than {limits.memory_mib} MiB of memory; "
        "sort, group or join less at once"
    )


def busy() -> Unavailable:
    """Return the error for a query that found no place to run."""
    return Unavailable("too many long queries are running; ask again in some seconds")


def death(status: int | None, limits: Limits) -> Unavailable:
    """Return the error for a worker that ended so: an exit status, or a signal less than zero."""
    if status == -signal.SIGABRT:  # how the allocator of the store gives up
        return out_of_memory(limits)
    if status in (-signal.SIGSEGV, -signal.SIGBUS):  # the end of the stack
        return TooCostly("stopped: this query is nested too deeply")
    if status == -signal.SIGXCPU:
        return out_of_time(limits)
    return Unavailable("the worker that ran this query was stopped by the system; ask again")
