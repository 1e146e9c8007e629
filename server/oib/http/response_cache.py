"""The response cache: complete responses by entity tag, found again by what was requested.

The application marks what may be kept: status 200, a strong ``ETag``, and ``Vary`` on nothing but
what a key holds. The tag is made of the data version and of all else that determines the bytes,
so no entry ever becomes stale; entries of former data leave as the least recently used.
Everything here runs on one event loop.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Self

from cachetools import LRUCache

from oib.http.encoding import accepts_gzip, compress, etag_matches, gzip_etag, is_compressible
from oib.http.messages import Headers, Request, Response, encode_headers, header

#: How many bytes of responses are kept, and how many of keys.
MAX_BYTES: Final = 64 * 2**20
_MAX_KEY_BYTES = 8 * 2**20
_MAX_KEY = 2**13  # of one key

#: The largest body that is kept, in bytes.
MAX_BODY: Final = 4 * 2**20

# A response from this size on is compressed at once, a smaller one when it is requested again:
# most responses are requested only once.
_COMPRESS_AT_ONCE = 2**14
# From this size on it is compressed in a thread, for it would hold up all others.
_COMPRESS_IN_THREAD = 2**16

_MAX_MEMO_BYTES = 32 * 2**20

_CONDITIONS = {"if-none-match", "if-modified-since"}
_BYPASS = {"range", "if-match", "if-unmodified-since", "authorization"}
_BEYOND_ITS_HEAD = {"content-length", "transfer-encoding", "connection", "expect", "upgrade"}
_VARY = {"accept", "accept-language", "accept-encoding"}
# What describes a body; a 304 has none.
_OF_BODY = {"content-length", "content-type", "content-encoding", "content-language"}

Key = tuple[str, ...]


@dataclass(frozen=True)
class CachedResponse:
    """A complete response with status 200: its strong entity tag (quoted), headers and body."""

    etag: str
    headers: Headers
    body: bytes

    @classmethod
    def create(cls, etag: str, headers: Headers, body: bytes) -> Self:
        """Make an entry; ``Vary`` names Accept-Encoding if the body has a compressed form."""
        own = [(name, value) for name, value in headers if name.lower() != "content-length"]
        if is_compressible(headers, body):
            vary = next((value for name, value in own if name.lower() == "vary"), "")
            own = [(name, value) for name, value in own if name.lower() != "vary"]
            own.append(("Vary", f"{vary}, Accept-Encoding".lstrip(", ")))
        return cls(etag, [*own, ("Content-Length", str(len(body)))], body)

    @property
    def size(self) -> int:
        """Return about how many bytes of memory this takes."""
        return len(self.body) + 2 * sum(len(name) + len(value) for name, value in self.headers)

    @cached_property
    def is_compressible(self) -> bool:
        """Whether the body gains by compression."""
        return is_compressible(self.headers, self.body)

    @cached_property
    def not_modified_headers(self) -> Headers:
        """The headers of a 304 in place of this response (RFC 9110, section 15.4.5)."""
        return [(name, value) for name, value in self.headers if name.lower() not in _OF_BODY]

    @cached_property
    def encoded_headers(self) -> bytes:
        """The headers as they are sent."""
        return encode_headers(self.headers)

    def compressed(self) -> Self:
        """Return the same response in gzip, with an entity tag of its own."""
        etag, body = gzip_etag(self.etag), compress(self.body)
        replaced = {"etag", "content-length"}
        headers = [(name, value) for name, value in self.headers if name.lower() not in replaced]
        headers += [
            ("ETag", etag),
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(body))),
        ]
        return type(self)(etag, headers, body)

    def response_to(self, request: Request) -> Response:
        """Return this as the response to a request, or 304 if the client has it already."""
        known = request.headers.get("if-none-match")
        if known and request.method != "POST" and etag_matches(known, self.etag):
            return Response(304, self.not_modified_headers, b"", self)
        return Response(200, self.headers, self.body, self)


class ResponseCache:
    """Responses by entity tag, and the entity tag of each request that was answered by one."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._entries: LRUCache[str, CachedResponse] = LRUCache(max_bytes, lambda one: one.size)
        # The values are an entity tag and the bytes that it takes with its key.
        self._etags: LRUCache[Key, tuple[str, int]] = LRUCache(_MAX_KEY_BYTES, lambda one: one[1])

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Return about how many bytes the responses take."""
        return int(self._entries.currsize)

    def key(self, request: Request, version: str) -> Key | None:
        """Return what determines the response to a request, None if it may not come from here."""
        headers = request.headers
        if request.method not in ("GET", "HEAD") or not headers.keys().isdisjoint(_BYPASS):
            return None
        get = headers.get
        key = (
            version,
            request.path,
            request.query,
            get("accept", ""),
            get("accept-language", ""),
            "gzip" if accepts_gzip(get("accept-encoding", "")) else "",
        )
        return key if sum(map(len, key)) <= _MAX_KEY else None

    def lookup(self, key: Key) -> CachedResponse | None:
        """Return the response to a request that was answered before."""
        found = self._etags.get(key)
        return self._entries.get(found[0]) if found else None

    def find(self, etag: str) -> CachedResponse | None:
        """Return the response that has an entity tag, which is quoted."""
        return self._entries.get(etag)

    async def store(
        self, entry: CachedResponse, request: Request, key: Key | None
    ) -> CachedResponse:
        """Keep a response, and return it in the coding that the client accepts."""
        is_hit = entry.etag in self._entries
        request.cache_result = "hit" if is_hit else "miss"
        if not is_hit:
            self._keep(entry)
        if key:
            self._remember(key, entry.etag)
        if is_hit or len(entry.body) >= _COMPRESS_AT_ONCE:
            return await self.encode(entry, request, key)
        return entry

    def is_encoded(self, entry: CachedResponse, request: Request) -> bool:
        """Return whether a response has the coding that the client of a request prefers."""
        return not (
            entry.is_compressible and accepts_gzip(request.headers.get("accept-encoding", ""))
        )

    async def encode(
        self, entry: CachedResponse, request: Request, key: Key | None
    ) -> CachedResponse:
        """Return a response in the coding that the client accepts, and keep that form too."""
        if self.is_encoded(entry, request):
            return entry
        small = self._entries.get(gzip_etag(entry.etag))
        if small is None:
            is_short = len(entry.body) < _COMPRESS_IN_THREAD
            small = entry.compressed() if is_short else await asyncio.to_thread(entry.compressed)
            self._keep(small)
        if key:
            self._remember(key, small.etag)
        return small

    def _keep(self, entry: CachedResponse) -> None:
        with suppress(ValueError):  # larger than the whole cache may be
            self._entries[entry.etag] = entry

    def _remember(self, key: Key, etag: str) -> None:
        with suppress(ValueError):
            self._etags[key] = (etag, sum(map(len, key)) + 512)


def cacheable(response: Response) -> CachedResponse | None:
    """Return the cache entry for a response, None if it may not be kept.

    It may with status 200, a strong entity tag and ``Vary`` on nothing but what a key holds, if
    nothing in it says ``no-store`` or ``private`` (RFC 9111, section 3).
    """
    body = response.body
    if response.status != 200 or not isinstance(body, bytes) or len(body) > MAX_BODY:
        return None
    named = {name.lower(): value for name, value in response.headers}
    vary = {name.strip().lower() for name in named.get("vary", "").split(",")} - {""}
    control, etag = named.get("cache-control", ""), named.get("etag", "")
    if (
        etag.startswith('"')
        and vary <= _VARY
        and "no-store" not in control
        and "private" not in control
        and "set-cookie" not in named
        and "x-result-truncated" not in named
    ):
        return CachedResponse.create(etag, response.headers, body)
    return None


def unconditional(request: Request) -> Request:
    """Return a request for the whole response: conditions are evaluated against the cache."""
    if request.method == "GET" and request.headers.keys().isdisjoint(_CONDITIONS):
        return request
    headers = {name: value for name, value in request.headers.items() if name not in _CONDITIONS}
    return replace(request, method="GET", headers=headers)


def conditional(request: Request, response: Response) -> Response:
    """Return 304 in place of a response that is not kept, if the client has it already."""
    known = request.headers.get("if-none-match", "")
    if not known or request.method == "POST" or response.status != 200:
        return response
    etag = header(response.headers, "etag").removeprefix("W/")
    if not etag or not etag_matches(known, etag):
        return response
    return Response(304, CachedResponse(etag, response.headers, b"").not_modified_headers)


@dataclass(frozen=True, slots=True)
class MemoEntry:
    """The response to the exact bytes of a request: its encoded headers and its body."""

    version: str
    head: bytes
    body: bytes
    request: Request


class RequestMemo:
    """Responses by the very bytes of their requests, so that these need not even be parsed."""

    def __init__(self, max_bytes: int = _MAX_MEMO_BYTES) -> None:
        self._entries: LRUCache[bytes, tuple[MemoEntry, int]] = LRUCache(
            max_bytes, lambda one: one[1]
        )

    def lookup(self, raw: bytes, version: str) -> MemoEntry | None:
        """Return the response to the bytes of a request under a version of the data."""
        found = self._entries.get(raw)
        return found[0] if found and found[0].version == version else None

    def store(self, raw: bytes, entry: MemoEntry) -> None:
        """Remember the response to the bytes of a request."""
        size = 2 * len(raw) + len(entry.head) + len(entry.body)
        with suppress(ValueError):
            self._entries[raw] = (entry, size)


def may_be_memorized(request: Request) -> bool:
    """Return whether the bytes of a request stand for all of it, and for its connection.

    A request that announces a body is never among them: its body is still to come.
    """
    return request.method == "GET" and request.headers.keys().isdisjoint(_BEYOND_ITS_HEAD)
