"""The tally: what came back of all that was sent."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What came back: seconds of each answer, statuses other than 200, requests lost.

    ``before`` is how many had been answered with 200 before the first that failed, if any did;
    ``broken`` says why no connection could be opened any more.
    """

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    reconnects: int = 0
    before: int | None = None
    broken: str = ""

    @property
    def done(self) -> int:
        """Return how many were answered with 200."""
        return len(self.times)

    def quantile(self, share: float) -> float:
        """Return the seconds within which that share of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    def refuse(self, status: int) -> None:
        """Count an answer that is not 200."""
        self.refused[status] += 1
        if status >= 500:
            self._failed()

    def lose(self) -> None:
        """Count a request that got no whole answer."""
        self.lost += 1
        self._failed()

    def give_up(self, error: OSError) -> None:
        """Note that no connection can be opened."""
        self.broken = self.broken or str(error)
        self._failed()

    def _failed(self) -> None:
        self.before = self.done if self.before is None else self.before
