"""The interface between what asks queries and the store that answers them."""

from typing import Protocol

from oib.sparql.dataset import UNION, Dataset


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
            TooLarge: the answer is longer than the engine's limit.
            TooCostly: the query needs more time or memory than the engine's limits.
            Unavailable: the engine cannot answer at the moment.
        """


class QuerySession(Queryable, Protocol):
    """The queries of one HTTP request or one command.

    They share one deadline, which runs from the creation of the session, count for one client,
    and are cancelled together.
    """

    async def answer(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Do what ``query`` does, but without blocking the running event loop.

        The text must have passed ``guard.parse`` already. Cancelling the call stops the query.
        """

    def cancel(self) -> None:
        """Stop all queries of this session and refuse further ones; safe from any thread."""


class Engine(Queryable, Protocol):
    """A store of RDF data that answers SPARQL 1.1 queries."""

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
