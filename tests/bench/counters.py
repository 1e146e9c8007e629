"""Counters of one load: response times, error statuses and lost requests."""

from collections import Counter
from dataclasses import dataclass, field

_MAX_EXAMPLES = 1000


@dataclass
class Counters:
    """The outcome of one load.

    ``seconds`` is its duration and ``times`` the seconds of each response with status 200;
    ``refused`` counts responses by any other status; ``lost`` counts requests without a complete
    response. ``before_failure`` is the number of good responses before the first failure, None if
    nothing failed; ``connect_error`` says why no further connection could be opened. ``examples``
    holds the first failures of the server: seconds since the start, request and response.
    """

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    reconnects: int = 0
    before_failure: int | None = None
    connect_error: str = ""
    examples: list[tuple[float, bytes, bytes]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Return the number of responses with status 200."""
        return len(self.times)

    @property
    def failed(self) -> int:
        """Return the number of requests without a response of status 200."""
        return sum(self.refused.values()) + self.lost

    def quantile(self, share: float) -> float:
        """Return the response time in seconds at a quantile (0 to 1); 0 if there were none."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    def count_status(self, status: int) -> None:
        """Count a response whose status is not 200."""
        self.refused[status] += 1
        if status >= 500:
            self._note_failure()

    def note_example(self, seconds: float, request: bytes, response: bytes) -> None:
        """Keep a failure of the server to be read, if there are not many yet."""
        if len(self.examples) < _MAX_EXAMPLES:
            self.examples.append((seconds, request, response))

    def count_lost(self) -> None:
        """Count a request that got no complete response."""
        self.lost += 1
        self._note_failure()

    def note_connect_error(self, error: OSError) -> None:
        """Record that a connection could not be opened."""
        self.connect_error = self.connect_error or str(error)
        self._note_failure()

    def _note_failure(self) -> None:
        if self.before_failure is None:
            self.before_failure = self.done
