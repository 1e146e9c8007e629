"""The cache: a layer that sends an answer again without asking those behind it.

They mark what may be kept: status 200, a strong ``ETag`` and ``Vary`` on nothing but what a key
holds. The tag is made of the data version and all else that settles the bytes, so nothing here
grows old. They are told which tags are kept (``Request.known``) and may answer 304 to those in
place of working: so another way of asking for the same bytes (other ``Accept``, POST) is cheap.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from oib.front import Answerer, Request, Response
from oib.front.kept import LARGEST, Kept, accepts_gzip, zipped
from oib.front.shelf import Shelf

#: How many bytes of answers are kept.
MOST = 64 * 2**20

# A way of asking: how many bytes all remembered ones take, and the longest.
_MOST_ASKED = 8 * 2**20
_LONGEST_ASKED = 2**13

# An answer from this size on is compressed at once, a smaller one when it is asked for again:
# most that are asked for once are never asked for twice.
_LONG = 2**14
# This much is compressed in a thread: all others would wait.
_VERY_LONG = 2**16

_VARY = {"accept", "accept-language", "accept-encoding"}
_CONDITIONS = {"if-none-match", "if-modified-since"}
_BYPASS = ("range", "if-match", "if-unmodified-since", "authorization")

Key = tuple[str, ...]


class Cache:
    """A layer before another; ``version`` returns that of the data, at each request."""

    def __init__(self, behind: Answerer, version: Callable[[], str], most: int = MOST) -> None:
        self._behind = behind
        self._version = version
        self.kept: Shelf[str, Kept] = Shelf(most)
        self._asked: Shelf[Key, str] = Shelf(_MOST_ASKED)

    async def __call__(self, request: Request) -> Response:
        """Answer a request, from what is kept if it can be."""
        is_read = request.method in ("GET", "HEAD")
        if not (is_read or request.method == "POST") or request.error:
            return await self._behind(request)
        if any(name in request.headers for name in _BYPASS):
            return await self._behind(request)
        key = self._key(request) if is_read else None
        tag = self._asked.get(key) if key else None
        kept = self.kept.get(tag) if tag else None
        if kept is None:
            return await self._ask(request, key)
        request.cached = "hit"
        return (await self._fit(kept, request, key)).answer(request)

    def _key(self, request: Request) -> Key | None:
        get = request.headers.get
        key = (
            self._version(),
            request.path,
            request.query,
            get("accept", ""),
            get("accept-language", ""),
            "gzip" if accepts_gzip(get("accept-encoding", "")) else "",
        )
        return key if sum(map(len, key)) <= _LONGEST_ASKED else None

    async def _ask(self, request: Request, key: Key | None) -> Response:
        request.known = self.kept
        response = await self._behind(_whole(request) if key else request)
        kept = response.kept or self._take(response, request)
        if kept is None and response.status == 304 and key:  # it left in the meantime
            return await self._behind(replace(request, known=()))
        if kept is None:
            return _pass(request, response)
        if not request.cached:
            self.kept.put(kept.tag, kept, kept.weight)
            request.cached = "miss"
        if key and key[0] != self._version():  # other data took their place
            key = None
        if key:
            self._asked.put(key, kept.tag, sum(map(len, key)) + 512)
        if request.cached == "hit" or len(kept.body) >= _LONG:
            kept = await self._fit(kept, request, key)
        return kept.answer(request)

    def _take(self, response: Response, request: Request) -> Kept | None:
        """Return what a response says that may be kept, or is kept."""
        told = {name.lower(): value for name, value in response.headers}
        if response.status == 304:
            kept = self.kept.get(told.get("etag", ""))
            request.cached = "hit" if kept else ""
            return kept
        if isinstance(response.body, bytes) and _may_be_kept(response, response.body, told):
            return Kept.of(told["etag"], response.headers, response.body)
        return None

    async def _fit(self, kept: Kept, request: Request, key: Key | None) -> Kept:
        """Return the form of an answer that a client takes."""
        if not kept.is_compressible or not accepts_gzip(request.headers.get("accept-encoding", "")):
            return kept
        small = self.kept.get(zipped(kept.tag))
        if small is None:
            is_short = len(kept.body) < _VERY_LONG
            small = kept.compressed() if is_short else await asyncio.to_thread(kept.compressed)
            self.kept.put(small.tag, small, small.weight)
        if key:
            self._asked.put(key, small.tag, sum(map(len, key)) + 512)
        return small


def _may_be_kept(response: Response, body: bytes, told: dict[str, str]) -> bool:
    vary = {name.strip().lower() for name in told.get("vary", "").split(",")} - {""}
    control = told.get("cache-control", "")
    return (
        response.status == 200
        and told.get("etag", "").startswith('"')
        and vary <= _VARY
        and "no-store" not in control
        and "private" not in control
        and "set-cookie" not in told
        and "x-result-truncated" not in told
        and len(body) <= LARGEST
    )


def _whole(request: Request) -> Request:
    """Return a request for the whole answer: tags are compared here."""
    if request.method == "GET" and not request.headers.keys() & _CONDITIONS:
        return request
    headers = {name: value for name, value in request.headers.items() if name not in _CONDITIONS}
    return replace(request, method="GET", headers=headers)


def _pass(request: Request, response: Response) -> Response:
    """Hand an answer on that is not kept."""
    known = request.headers.get("if-none-match", "")
    tag = next((value for name, value in response.headers if name.lower() == "etag"), "")
    if known and request.method != "POST" and response.status == 200 and tag:
        empty = Kept(tag.removeprefix("W/"), response.headers, b"")
        if empty.is_known(known):
            return Response(304, empty.unchanged)
    if request.method == "HEAD":
        return Response(response.status, response.headers)
    return response
