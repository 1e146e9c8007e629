"""The embedded engine: queries answered by a pyoxigraph store in this process."""

import asyncio

from pyoxigraph import Store

from oib.engine.evaluation import evaluate, preview
from oib.engine.preview import Preview, PreviewLimits
from oib.engine.stores import Stores
from oib.errors import Unavailable
from oib.sparql import guard, jsonld
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.guard import ParsedQuery
from oib.sparql.jsonld import Compaction


class Embedded:
    """An engine for commands and tests. It has no limits of time or memory.

    The default graph of the store becomes the union of all its graphs, see ``stores``.
    """

    def __init__(self, store: Store, compaction: Compaction = jsonld.DEFAULT) -> None:
        self.stores = Stores.with_shared_union(store, compaction)

    def evaluate_bounded(self, query: ParsedQuery, media_type: str) -> None:
        """Return None: each query is evaluated at once."""

    def session(self, client: str = "", seconds: float | None = None) -> "EmbeddedSession":
        """Begin a session; this engine does not enforce its deadline."""
        return EmbeddedSession(self.stores)

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, as ``Queryable.query`` defines."""
        return evaluate(self.stores, guard.parse(text), media_type, dataset)

    def close(self) -> None:
        """Do nothing: the store is released with this object."""


class EmbeddedSession:
    """A session of an embedded engine; see ``QuerySession``."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._is_cancelled = False

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, as ``Queryable.query`` defines."""
        return self._evaluate(guard.parse(text), media_type, dataset)

    def answer(
        self, query: ParsedQuery, media_type: str, dataset: Dataset = UNION
    ) -> asyncio.Future[bytes]:
        """Answer one query in a thread; cancelling does not stop the evaluation."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(None, self._evaluate, query, media_type, dataset)

    def preview(
        self, text: str, dataset: Dataset = UNION, limits: PreviewLimits | None = None
    ) -> Preview:
        """Return the beginning of an answer, as ``QuerySession.preview`` defines."""
        return preview(self._stores, guard.parse(text), dataset, limits or PreviewLimits())

    def cancel(self) -> None:
        """Refuse further queries; one that runs already is not stopped."""
        self._is_cancelled = True

    def _evaluate(self, query: ParsedQuery, media_type: str, dataset: Dataset) -> bytes:
        if self._is_cancelled:
            raise Unavailable("this request was cancelled")
        return evaluate(self._stores, query, media_type, dataset)
