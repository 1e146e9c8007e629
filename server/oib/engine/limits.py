"""What one query may use of the machine, and how many queries run at once."""

import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final, Self

from oib.errors import BadInput

_CORES = os.cpu_count() or 1

#: The environment variable that sets each limit.
VARIABLES: Final = {
    "seconds": "OIB_TIMEOUT",
    "memory_mib": "OIB_MEMORY",
    "answer_mib": "OIB_ANSWER",
    "fast": "OIB_FAST",
    "slow": "OIB_SLOW",
    "waiting": "OIB_WAITING",
    "deferred": "OIB_DEFERRED",
    "slice_seconds": "OIB_SLICE",
    "inline_triples": "OIB_INLINE",
}

_MAY_BE_ZERO = ("waiting", "deferred", "inline_triples")


@dataclass(frozen=True)
class Limits:
    """What the server allows a query.

    Attributes:
        seconds: from the query to its answer, waiting included.
        memory_mib: what a worker may take on top of the data, in MiB (2**20 bytes).
        answer_mib: size of the longest answer, in MiB.
        fast: number of workers in the fast lane, which take new queries.
        slow: number of places in the slow lane, to which a query moves that takes long.
        waiting: how many queries more may be suspended until a place in the slow lane is free.
        deferred: how many queries more may wait for such a place without a worker, and start again
            when there is one; further ones are refused.
        slice_seconds: processor time after which a query leaves the fast lane.
        inline_triples: data in memory of up to so many triples are also held in the server's
            process, for queries of bounded cost; that takes some 330 MiB for a million. 0 turns it
            off.
    """

    seconds: float = 10.0
    memory_mib: int = 1024
    answer_mib: int = 32
    fast: int = max(2, _CORES)
    slow: int = max(2, _CORES)
    waiting: int = 2 * max(2, _CORES)
    deferred: int = 8 * max(2, _CORES)
    slice_seconds: float = 0.03
    inline_triples: int = 2_000_000

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (math.isfinite(value) and (value > 0 or (name in _MAY_BE_ZERO and value == 0))):
                raise BadInput(f"{VARIABLES[name]} is {value}; it needs a number above zero")

    @property
    def threads(self) -> int:
        """How many threads pages need, so that long queries leave some for short ones."""
        return self.slow + self.waiting + self.deferred + 4 * self.fast

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Return the limits that environment variables set, the defaults for the others.

        Raises:
            BadInput: a variable holds no number above zero.
        """
        values: dict[str, float] = {}
        for field in fields(cls):
            if text := environment.get(VARIABLES[field.name]):
                try:
                    values[field.name] = int(text) if field.type is int else float(text)
                except ValueError as error:
                    raise BadInput(
                        f"{VARIABLES[field.name]} is {text}; it needs a number above zero"
                    ) from error
        return cls(**values)  # type: ignore[arg-type]
