"""The embedded engine: queries answered by a pyoxigraph store in this process."""

import asyncio

from pyoxigraph import Store

from oib.engine.evaluation import evaluate
from oib.engine.stores import Holding
from oib.errors import Unavailable
from oib.sparql import guard
from oib.sparql.dataset import UNION, Dataset


class Embedded:
    """An engine for commands and tests. It has no limits of time or memory.

    The default graph of the store becomes the union of all its graphs, see ``stores``.
    """

    def __init__(self, store: Store) -> None:
        self._held = Holding.of(store)

    def session(self, client: str = "", seconds: float | None = None) -> "EmbeddedSession":
        """Begin a session; this engine does not enforce its deadline."""
        return EmbeddedSession(self)

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, as ``Queryable.query`` defines."""
        return evaluate(self._held, guard.parse(text), media_type, dataset)

    def close(self) -> None:
        """Do nothing: the store is released with this object."""


class EmbeddedSession:
    """A session of an embedded engine; see ``QuerySession``."""

    def __init__(self, engine: Embedded) -> None:
        self._engine = engine
        self._is_cancelled = False

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, as ``Queryable.query`` defines."""
        if self._is_cancelled:
            raise Unavailable("this request was cancelled")
        return self._engine.query(text, media_type, dataset)

    async def answer(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query in a thread; cancelling does not stop the evaluation."""
        return await asyncio.to_thread(self.query, text, media_type, dataset)

    def cancel(self) -> None:
        """Refuse further queries; one that runs already is not stopped."""
        self._is_cancelled = True
