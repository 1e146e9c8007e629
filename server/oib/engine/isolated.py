"""The isolated engine: queries answered by workers, processes that can be stopped."""

from collections.abc import Callable
from pathlib import Path

from oib import guard
from oib.engine import UNION, Dataset, frames
from oib.engine.lanes import Lanes
from oib.engine.limits import Limits
from oib.engine.nursery import Nursery


class Isolated:
    """An engine over the snapshot in a directory.

    Everything that a server asks goes this way, its own questions and saved queries too: a term
    that a stranger fills in can make any of them heavy, a stack that overflows or an allocation
    that fails ends the process it is in, and the data are held once. A hop costs some 0.05 ms.

    SERVICE is refused by the guard, and could not be called: workers have no network. ``say``
    gets what is worth a line to whoever runs the server, first of all which walls are missing.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._nursery = Nursery(directory, limits, say)
        self._lanes = Lanes(self._nursery, limits)

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer a query, as ``Engine.query`` says.

        Raises:
            TooCostly: the query took more time or memory than the limits allow.
            TooLarge: the answer is longer than they allow.
        """
        guard.read(text)
        return self._lanes.ask(frames.pack_question(text, media_type, dataset))

    def close(self) -> None:
        """End all workers, and what they are doing."""
        self._nursery.close()
