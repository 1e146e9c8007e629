"""The remote engine: queries answered by another SPARQL endpoint, over the SPARQL Protocol.

The endpoint is trusted with the queries, but neither with the time nor with the memory of this
server: an exchange has a deadline and a greatest length, is closed when its client goes away, and
is not led to another address by a redirect.
"""

import asyncio
import io
import json
import math
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from email.message import Message
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import (
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
    install_opener,
)

from pyoxigraph import RdfFormat, parse
from SPARQLWrapper import POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

from oib import __version__, media_types
from oib.engine.default_graph import named_in
from oib.engine.limits import Limits
from oib.engine.preview import Preview, PreviewLimits, preview_graph, preview_json
from oib.errors import (
    AnswerTooLarge,
    BadQuery,
    Forbidden,
    NotAcceptable,
    TooCostly,
    Unavailable,
)
from oib.namespaces import BASE
from oib.sparql import guard
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.guard import ParsedQuery

# The same syntax under its other name.
_ALIASES = {
    media_types.JSON: media_types.SPARQL_JSON,
    media_types.XML: media_types.SPARQL_XML,
}

#: How many queries run at once: those of pages, which hold a thread of the web server each, and
#: those of the event loop. A client may have half of either.
MAX_PAGE_QUERIES: Final = 8
MAX_LOOP_QUERIES: Final = 16

_MAX_ERROR_BYTES: Final = 2**12  # of what the endpoint says about an error
_MAX_PREVIEW_BYTES: Final = 4 * 2**20
_CHUNK: Final = 2**16


class Exchange:
    """One request to the endpoint, which another thread may break off."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._socket: socket.socket | None = None
        self._is_cancelled = False

    @property
    def is_cancelled(self) -> bool:
        """Return whether the exchange was broken off."""
        return self._is_cancelled

    def seconds_left(self) -> float:
        """Return the time until the deadline, but not less than a millisecond."""
        return max(0.001, self._deadline - time.monotonic())

    def is_late(self) -> bool:
        """Return whether the deadline has passed."""
        return time.monotonic() >= self._deadline

    def attach(self, connected: socket.socket) -> None:
        """Make the socket over which the exchange goes known to ``cancel``."""
        self._socket = connected
        self.limit_wait()
        if self._is_cancelled:
            self.cancel()

    def limit_wait(self) -> None:
        """Let no read from the socket wait beyond the deadline."""
        if self._socket:
            self._socket.settimeout(self.seconds_left())

    def cancel(self) -> None:
        """Close the connection, whatever it waits for."""
        self._is_cancelled = True
        if self._socket:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


# The exchange of this thread: urllib makes the connection, and passes nothing on to it.
_current = threading.local()


def _exchange() -> Exchange | None:
    return getattr(_current, "exchange", None)


def _attach(connected: socket.socket) -> None:
    if exchange := _exchange():
        exchange.attach(connected)


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _attach(self.sock)


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _attach(self.sock)


class _Handler(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Connection, req)


class _SecureHandler(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_SecureConnection, req)


class _BoundedErrors(HTTPErrorProcessor):
    """Raises HTTPError for every status but 200, redirects included, with a short body."""

    def http_response(self, request: Request, response: Any) -> Any:
        if response.status == 200:
            return response
        body = io.BytesIO(response.read(_MAX_ERROR_BYTES))
        raise HTTPError(request.full_url, response.status, response.reason, response.headers, body)

    https_response = http_response


class _Opener(OpenerDirector):
    """Opens the URL of an exchange without redirects, proxies, cookies, files and FTP.

    SPARQLWrapper uses the opener of the process and no other. So that all else in the process goes
    on as before, this one opens what belongs to no exchange as urllib does by default.
    """

    def __init__(self) -> None:
        super().__init__()
        for handler in (_Handler(), _SecureHandler(), _BoundedErrors()):
            self.add_handler(handler)
        self._default = build_opener()

    def open(self, fullurl: Any, data: Any = None, timeout: Any = None) -> Any:
        if _exchange() is None:
            return self._default.open(fullurl, data, timeout)
        return super().open(fullurl, data, timeout)


@cache
def _install_opener() -> None:
    install_opener(_Opener())


class Remote:
    """An engine behind a URL.

    What its default graph holds is determined there: set it up as the union of all graphs. A
    query may choose only graphs of our own namespace, because an engine may fetch others from
    the Web.

    Args:
        url: the address of the endpoint.
        limits: how long a query may take, and how large an answer may be.
    """

    def __init__(self, url: str, limits: Limits | None = None) -> None:
        self._url = url
        self._limits = limits or Limits()
        self._pool = ThreadPoolExecutor(MAX_LOOP_QUERIES, "remote-engine")
        self._page_slots = _Slots(MAX_PAGE_QUERIES)
        self._loop_slots = _Slots(MAX_LOOP_QUERIES)
        _install_opener()

    def evaluate_bounded(self, query: ParsedQuery, media_type: str) -> None:
        """Return None: the other endpoint answers all queries."""

    def session(self, client: str = "", seconds: float | None = None) -> "RemoteSession":
        """Begin a session, as ``Engine.session`` defines."""
        return RemoteSession(
            self, client, min(seconds or self._limits.seconds, self._limits.seconds)
        )

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query in a session of its own, as ``Queryable.query`` defines."""
        return self.session().query(text, media_type, dataset)

    def close(self) -> None:
        """Take no further queries."""
        self._pool.shutdown(wait=False)

    def page_slot(self, client: str) -> Any:
        """Return a context manager that holds a place for a query of a page."""
        return self._page_slots.hold(client)

    def run_on_pool(self, client: str, run: Callable[[], bytes]) -> asyncio.Future[bytes]:
        """Run a function in a thread of the engine, if there is a place for it."""
        try:
            self._loop_slots.take(client)
        except Unavailable as error:
            refused: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
            refused.set_exception(error)
            return refused
        work = self._pool.submit(run)
        # Not by the function itself, which never runs if it is cancelled before.
        work.add_done_callback(lambda _: self._loop_slots.release(client))
        return asyncio.wrap_future(work)

    def fetch(
        self,
        query: ParsedQuery,
        media_type: str,
        dataset: Dataset,
        exchange: Exchange,
        max_bytes: int | None = None,
    ) -> bytes:
        """Send one query and return the body of the answer."""
        _check_dataset(query, dataset)
        max_bytes = max_bytes or self._limits.answer_mib * 2**20
        _current.exchange = exchange
        try:
            response = self._request(query, media_type, dataset, exchange).query().response
            with response:
                _expect(media_type, response.headers)
                return _read(response, max_bytes, exchange)
        except QueryBadFormed as error:
            raise BadQuery(f"the engine behind this endpoint says: {error}") from error
        except HTTPError as error:
            if error.code == NotAcceptable.status:
                raise NotAcceptable(f"the engine has no answer in {media_type}") from error
            raise Unavailable(f"the engine answered {error.code} {error.reason}") from error
        except (SPARQLWrapperException, HTTPException, OSError) as error:
            if exchange.is_cancelled:
                raise Unavailable("this request was cancelled") from error
            if exchange.is_late() or isinstance(error, TimeoutError):
                raise self._out_of_time() from error
            raise Unavailable("the engine did not answer") from error
        finally:
            del _current.exchange

    def _out_of_time(self) -> TooCostly:
        return TooCostly(
            f"the engine did not answer within {self._limits.seconds:g} s; ask for less"
        )

    def _request(
        self, query: ParsedQuery, media_type: str, dataset: Dataset, exchange: Exchange
    ) -> SPARQLWrapper:
        request = SPARQLWrapper(self._url, agent=f"oib/{__version__}")
        request.setMethod(POST)
        request.setTimeout(math.ceil(exchange.seconds_left()))
        # Only the header tells the format: some engines prefer ``format=`` and know fewer names.
        request.setOnlyConneg(True)
        request.addCustomHttpHeader("Accept", media_type)
        for graph in dataset.default:
            request.addParameter("default-graph-uri", graph)
        for graph in dataset.named:
            request.addParameter("named-graph-uri", graph)
        # ``setQuery`` would search the text by a pattern whose time grows with the cube of its
        # length, only to find the form, which the guard knows already. The declaration stands on
        # the first line of the text, so that line numbers in messages stay right.
        request.queryType = query.form
        request.queryString = f"BASE <{BASE}> {query.text}"
        return request


class RemoteSession:
    """A session of a remote engine; see ``QuerySession``."""

    def __init__(self, engine: Remote, client: str, seconds: float) -> None:
        self._engine, self._client = engine, client
        self._deadline = time.monotonic() + seconds
        self._exchanges = list[Exchange]()
        self._is_cancelled = False

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, as ``Queryable.query`` defines."""
        query = guard.parse(text)
        with self._engine.page_slot(self._client):
            return self._fetch(query, media_type, dataset)

    def answer(
        self, query: ParsedQuery, media_type: str, dataset: Dataset = UNION
    ) -> asyncio.Future[bytes]:
        """Answer one query, as ``QuerySession.answer`` defines."""
        future = self._engine.run_on_pool(
            self._client, lambda: self._fetch(query, media_type, dataset)
        )
        future.add_done_callback(lambda done: self.cancel() if done.cancelled() else None)
        return future

    def preview(
        self, text: str, dataset: Dataset = UNION, limits: PreviewLimits | None = None
    ) -> Preview:
        """Return the beginning of an answer, as ``QuerySession.preview`` defines.

        The endpoint sends the whole answer, so one that is longer than a few MiB has no preview.
        """
        query, limits = guard.parse(text), limits or PreviewLimits()
        is_table = query.form in ("SELECT", "ASK")
        media_type = media_types.SPARQL_JSON if is_table else media_types.N_TRIPLES
        with self._engine.page_slot(self._client):
            body = self._fetch(query, media_type, dataset, _MAX_PREVIEW_BYTES)
        if is_table:
            return preview_json(json.loads(body), limits)
        triples = (quad.triple for quad in parse(body, format=RdfFormat.N_TRIPLES))
        return preview_graph(triples, limits)

    def cancel(self) -> None:
        """Break off all queries of this session and refuse further ones; safe from any thread."""
        self._is_cancelled = True
        for exchange in tuple(self._exchanges):
            exchange.cancel()

    def _fetch(
        self,
        query: ParsedQuery,
        media_type: str,
        dataset: Dataset,
        max_bytes: int | None = None,
    ) -> bytes:
        exchange = Exchange(self._deadline)
        self._exchanges.append(exchange)
        if self._is_cancelled:
            raise Unavailable("this request was cancelled")
        return self._engine.fetch(query, media_type, dataset, exchange, max_bytes)


class _Slots:
    """Places for queries, of which one client may have half."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._taken = Counter[str]()
        self._lock = threading.Lock()

    def take(self, client: str) -> None:
        """Take a place.

        Raises:
            Unavailable: there is none.
        """
        with self._lock:
            is_full = self._taken.total() >= self._number
            if is_full or self._taken[client] >= self._number // 2:
                raise Unavailable("too many queries are running; ask again in some seconds")
            self._taken[client] += 1

    def release(self, client: str) -> None:
        """Give a place back."""
        with self._lock:
            self._taken[client] -= 1
            self._taken += Counter()  # forgets those who have none

    @contextmanager
    def hold(self, client: str) -> Iterator[None]:
        """Hold a place for the duration of a ``with`` block."""
        self.take(client)
        try:
            yield
        finally:
            self.release(client)


def _check_dataset(query: ParsedQuery, dataset: Dataset) -> None:
    """Refuse a dataset with graphs outside of our namespace.

    Raises:
        BadQuery: the text contains half of a surrogate pair, or names a graph wrongly.
        Forbidden: a graph is not in our namespace.
    """
    try:
        query.text.encode()
    except UnicodeEncodeError as error:
        raise BadQuery(f"character {error.start + 1} is half of a surrogate pair") from error
    chosen = (*dataset.default, *dataset.named)
    if query.has_dataset:
        named = named_in(query)
        if named == UNION:
            raise BadQuery("FROM names a graph by something that is no IRI")
        chosen += (*named.default, *named.named)
    for graph in chosen:
        if not graph.startswith(BASE):
            raise Forbidden(f"the graph <{graph}> is not one of this dataset; leave it out")


def _read(response: HTTPResponse, max_bytes: int, exchange: Exchange) -> bytes:
    pieces, size = [], 0
    while True:
        exchange.limit_wait()
        piece = response.read1(_CHUNK)
        if not piece:
            break
        size += len(piece)
        if size > max_bytes:
            raise AnswerTooLarge.beyond(max_bytes)
        if exchange.is_late():
            raise TimeoutError
        pieces.append(piece)
    if response.length:  # fewer bytes than Content-Length said
        raise Unavailable("the engine broke off its answer")
    return b"".join(pieces)


def _expect(media_type: str, headers: Message) -> None:
    sent = headers.get_content_type()
    if _ALIASES.get(sent, sent) != _ALIASES.get(media_type, media_type):
        raise NotAcceptable(f"the engine answered in {sent}, not in {media_type}")
