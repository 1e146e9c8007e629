"""The remote engine: queries answered by another SPARQL endpoint, over the SPARQL protocol."""

import asyncio
from email.message import Message
from http.client import HTTPException
from urllib.error import HTTPError

from SPARQLWrapper import POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

from oib import __version__
from oib.errors import BadQuery, NotAcceptable, Unavailable
from oib.namespaces import BASE
from oib.sparql import guard
from oib.sparql.dataset import UNION, Dataset

# The same syntax under its other name.
_ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
}


class Remote:
    """An engine behind a URL.

    What its default graph holds is its own affair: set it up as the union of all graphs.
    ``timeout`` is in seconds.
    """

    def __init__(self, url: str, timeout: int = 60) -> None:
        self._url = url
        self._timeout = timeout

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer a query, as ``Engine.query`` says."""
        guard.parse(text)
        try:
            response = self._request(text, media_type, dataset).query().response
            body: bytes = response.read()
        except QueryBadFormed as error:
            raise BadQuery(f"the engine behind this endpoint says: {error}") from error
        except HTTPError as error:
            if error.code == NotAcceptable.status:
                raise NotAcceptable(f"the engine has no answer in {media_type}") from error
            raise Unavailable(f"the engine answered {error.code} {error.reason}") from error
        except (SPARQLWrapperException, HTTPException, OSError) as error:
            raise Unavailable(f"the engine did not answer: {error}") from error
        _expect(media_type, response.headers)
        return body

    def session(self, client: str = "", seconds: float | None = None) -> "RemoteSession":
        """Begin a session, as ``Engine.session`` defines."""
        return RemoteSession(self)

    def close(self) -> None:
        """Do nothing: no connection is held."""

    def _request(self, text: str, media_type: str, dataset: Dataset) -> SPARQLWrapper:
        request = SPARQLWrapper(self._url, agent=f"oib/{__version__}")
        request.setMethod(POST)
        request.setTimeout(self._timeout)
        # Only the header tells the format: some engines prefer ``format=`` and know fewer names.
        request.setOnlyConneg(True)
        request.addCustomHttpHeader("Accept", media_type)
        for graph in dataset.default:
            request.addParameter("default-graph-uri", graph)
        for graph in dataset.named:
            request.addParameter("named-graph-uri", graph)
        # On the first line of the text, so that line numbers in messages stay right.
        request.setQuery(f"BASE <{BASE}> {text}")
        return request


class RemoteSession:
    """A session of a remote engine; see ``QuerySession``."""

    def __init__(self, engine: Remote) -> None:
        self._engine = engine
        self._is_cancelled = False

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, as ``Queryable.query`` defines."""
        if self._is_cancelled:
            raise Unavailable("this request was cancelled")
        return self._engine.query(text, media_type, dataset)

    async def answer(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query in a thread."""
        return await asyncio.to_thread(self.query, text, media_type, dataset)

    def cancel(self) -> None:
        """Refuse further queries."""
        self._is_cancelled = True


def _expect(media_type: str, headers: Message) -> None:
    sent = headers.get_content_type()
    if _ALIASES.get(sent, sent) != _ALIASES.get(media_type, media_type):
        raise NotAcceptable(f"the engine answered in {sent}, not in {media_type}")
