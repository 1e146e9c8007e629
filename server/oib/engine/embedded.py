"""The embedded engine: queries answered by a pyoxigraph store in this process."""

from collections.abc import Set

from pyoxigraph import Store

from oib.engine.evaluation import evaluate
from oib.engine.stores import Holding
from oib.sparql import guard
from oib.sparql.dataset import UNION, Dataset


class Embedded:
    """An engine over a store, for commands and tests: nothing here stops a query that is too long.

    Its default graph becomes the union of all graphs, see ``evaluation.prepare``. ``services``
    are the origins that SERVICE may call, see ``guard``.
    """

    def __init__(self, store: Store, services: Set[str] = frozenset()) -> None:
        self._held = Holding.of(store)
        self._services = frozenset(services)

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer a query, as ``Engine.query`` says."""
        guard.read(text, self._services)
        return evaluate(self._held, text, media_type, dataset)

    def close(self) -> None:
        """Do nothing: the store goes with this object."""
