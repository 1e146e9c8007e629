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
from oib.front.kept import Kept, accepts_gzip, zipped
from oib.front.shelf import Shelf

#: How many bytes of answers are kept, and the largest of them.
MOST = 64 * 2**20
LARGEST = 4 * 2**20

# A way of asking: how many bytes all remembered ones take, and the longest.
_MOST_ASKED = 8 * 2**20
_LONGEST_ASKED = 2**13

# An answer from this size on is compressed at once, a smaller one when it is asked for again:
# most that are asked for once are never asked for twice.
_LONG = 2**14
# This much is compressed in a thread: all others would wait.
_VERY_LONG = 2**16

_VARY = {"accept", "accept-language", "accept-encoding"}
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
        headers = dict(request.headers)
        if key:  # this layer compares tags itself, and keeps the whole answer
            headers.pop("if-none-match", None)
            headers.pop("if-modified-since", None)
        method = "GET" if request.method == "HEAD" else request.method
        inner = replace(request, method=method, headers=headers, known=self.kept)
        response = await self._behind(inner)
        told = {name.lower(): value for name, value in response.headers}
        if response.status == 304:
            kept = self.kept.get(told.get("etag", ""))
            if kept is None:  # it left in the meantime
                return await self._behind(replace(request, known=()))
            request.cached = "hit"
        elif isinstance(response.body, bytes) and _may_be_kept(response, told):
            kept = Kept.of(told["etag"], response.headers, response.body)
            self.kept.put(kept.tag, kept, kept.weight)
            request.cached = "miss"
        else:
            return _pass(request, response, told.get("etag", ""))
        if told.get("x-data-version") != (key[0] if key else ""):
            key = None
        if key:
            self._asked.put(key, kept.tag, sum(map(len, key)) + 512)
        if request.cached == "hit" or len(kept.body) >= _LONG:
            kept = await self._fit(kept, request, key)
        return kept.answer(request)

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


def _may_be_kept(response: Response, told: dict[str, str]) -> bool:
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
        and len(response.body) <= LARGEST  # type: ignore[arg-type]  # bytes: seen by the caller
    )


def _pass(request: Request, response: Response, tag: str) -> Response:
    """Hand an answer on that is not kept."""
    known = request.headers.get("if-none-match", "")
    if known and request.method != "POST" and response.status == 200 and tag:
        empty = Kept(tag.removeprefix("W/"), response.headers, b"")
        if empty.is_known(known):
            return Response(304, empty.unchanged)
    if request.method == "HEAD":
        return Response(response.status, response.headers)
    return response
