"""The interface between what asks queries and the store that answers them."""

import time
from typing import TYPE_CHECKING, Final, Protocol

from oib import media_types
from oib.errors import Unavailable
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.guard import ParsedQuery

if TYPE_CHECKING:
    from asyncio import Future

    from oib.engine.preview import Preview, PreviewLimits

_POLL_SECONDS: Final = 0.05


class Queryable(Protocol):
    """Anything that answers a SPARQL 1.1 query: an engine, or a session of one."""

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, and block the calling thread until the answer is there.

        A graph that does not exist is an empty graph; a relative IRI is resolved against
        ``namespaces.BASE``.

        Args:
            text: the query.
            media_type: one of those that ``results.offered`` names for the query's form.
            dataset: the graphs that the request chooses.

        Raises:
            BadQuery: the text is not a SPARQL query.
            BadInput: the dataset names a graph by something other than an absolute IRI.
            Forbidden: the text is an update or contains SERVICE.
            NotAcceptable: the answer cannot be written in that media type.
            AnswerTooLarge: the answer is longer than the engine's limit.
            TooCostly: the query needs more time or memory than the engine's limits.
            Unavailable: the engine cannot answer at the moment.
        """


class QuerySession(Queryable, Protocol):
    """The queries of one HTTP request or one command.

    They share one deadline, which runs from the creation of the session, count for one client,
    and are cancelled together.
    """

    def answer(
        self, query: ParsedQuery, media_type: str, dataset: Dataset = UNION
    ) -> "Future[bytes]":
        """Do what ``query`` does, but without blocking: for the thread of the event loop.

        The future that is returned may be done already. Cancelling it stops the query.
        """

    def preview(
        self, text: str, dataset: Dataset = UNION, limits: "PreviewLimits | None" = None
    ) -> "Preview":
        """Return the beginning of the answer to a query, for a page; blocks like ``query``.

        Raises:
            The errors of ``query`` except NotAcceptable and AnswerTooLarge.
        """

    def cancel(self) -> None:
        """Stop all queries of this session and refuse further ones; safe from any thread."""


class Engine(Queryable, Protocol):
    """A store of RDF data that answers SPARQL 1.1 queries."""

    def evaluate_bounded(self, query: ParsedQuery, media_type: str) -> bytes | None:
        """Return the answer to a query whose shape bounds its cost, None for all others.

        For the thread of the event loop, and for requests that choose no dataset. It takes some
        milliseconds at most, so it needs no session; see ``engine.bounded``.
        """

    def session(self, client: str = "", seconds: float | None = None) -> QuerySession:
        """Begin a session.

        Args:
            client: for whom the queries are, usually an IP address. The engine shares its
                capacity fairly between clients.
            seconds: the time until the deadline, at most the engine's own limit, which is also
                the default.
        """

    def close(self) -> None:
        """Release what the engine holds. It must not be used afterwards."""


def wait_until_ready(engine: Engine, seconds: float) -> None:
    """Return as soon as an engine answers queries; blocks.

    Raises:
        Unavailable: it does not within so many seconds.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            engine.query("ASK {}", media_types.SPARQL_JSON)
            return
        except Unavailable:
            if time.monotonic() > end:
                raise
            time.sleep(_POLL_SECONDS)
