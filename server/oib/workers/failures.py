"""The errors for queries that were stopped, and for workers that ended."""

import signal

from oib.engine.limits import Limits
from oib.errors import TooCostly, Unavailable


def out_of_time(seconds: float) -> TooCostly:
    """Return the error for a query that reached its deadline after so many seconds."""
    return TooCostly(
        f"stopped after {seconds:g} s, the most that a query may take here; narrow it, "
        "or download the data and query them on a machine of your own"
    )


def out_of_memory(limits: Limits) -> TooCostly:
    """Return the error for a query that needs more memory than it may use."""
    return TooCostly(
        f"stopped: this query needs more than {limits.memory_mib} MiB of memory; "
        "sort, group or join less at once"
    )


def nested_too_deeply() -> TooCostly:
    """Return the error for a query that overflowed the stack."""
    return TooCostly("stopped: this query is nested too deeply")


def busy() -> Unavailable:
    """Return the error for a query for which there was no capacity."""
    return Unavailable("too many long queries are running; ask again in some seconds")


def cancelled() -> Unavailable:
    """Return the error for a query of a request that was cancelled."""
    return Unavailable("this request was cancelled")


def ended(status: int | None, limits: Limits, seconds: float) -> Unavailable:
    """Return the error for a query whose worker ended.

    Args:
        status: the exit status of the worker, less than zero for a signal; None if unknown.
        limits: those of the worker.
        seconds: what the query was allowed.
    """
    if status == -signal.SIGABRT:  # how the allocator of the store gives up
        return out_of_memory(limits)
    if status in (-signal.SIGSEGV, -signal.SIGBUS):  # the end of the stack
        return nested_too_deeply()
    if status == -signal.SIGXCPU:
        return out_of_time(seconds)
    return Unavailable("the worker that ran this query was stopped by the system; ask again")
