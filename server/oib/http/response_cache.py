"""The response cache: complete responses by entity tag, found again by what was requested.

The application marks what may be kept: status 200, a strong ``ETag``, and ``Vary`` on nothing but
what a key holds. The tag is made of the data version and of all else that determines the bytes,
so no entry ever becomes stale; when the data are replaced all leave, for few are asked for again.
Everything here runs on one event loop.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from oib.http.encoding import (
    MIN_COMPRESSED,
    accepts_gzip,
    compress,
    etag_matches,
    gzip_etag,
    is_compressible,
)
from oib.http.lru_cache import LruCache
from oib.http.messages import (
    Headers,
    Pending,
    Request,
    Respond,
    Response,
    encode_headers,
    header,
    respond_later,
)

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
_BYPASS = {"range", "if-match", "if-unmodified-since", "authorization", "accept-datetime"}
_BEYOND_ITS_HEAD = {"content-length", "transfer-encoding", "connection", "expect", "upgrade"}
_VARY = {"accept", "accept-datetime", "accept-language", "accept-encoding", "host"}
# What describes a body; a 304 has none.
_OF_ENTRY = {"etag", "content-length"}
_OF_BODY = {"content-length", "content-type", "content-encoding", "content-language"}

_LINK, _END_OF_LINE = "link: ", "\r\n"

Key = tuple[str, ...]


class HeaderSet:
    """The headers that many responses have in common: all but entity tag and length.

    ``varies_by_host`` tells whether a body with them names the address of this server.
    """

    __slots__ = (
        *("encoded", "encoded_varying", "headers", "is_compressible", "varies_by_host", "varying"),
    )

    def __init__(self, headers: Headers) -> None:
        self.headers = headers
        self.is_compressible = is_compressible(headers)
        # … and those of a response that also has a compressed form.
        vary = header(headers, "vary")
        self.varies_by_host = "host" in vary.lower()
        self.varying = [(name, value) for name, value in headers if name.lower() != "vary"]
        self.varying.append(("Vary", f"{vary}, Accept-Encoding".lstrip(", ")))
        self.encoded, self.encoded_varying = encode_headers(headers), encode_headers(self.varying)


class CachedResponse:
    """A complete response with status 200.

    Attributes:
        etag: its strong entity tag, quoted.
        body: its body.
        is_compressible: whether the body gains by compression.
        encoded_headers: the header lines as they are sent.
        size: about how many bytes of memory this takes.
    """

    __slots__ = (
        "_coding",
        "_header_set",
        "_link_lines",
        "body",
        "encoded_headers",
        "etag",
        "is_compressible",
        "size",
    )

    def __init__(
        self,
        etag: str,
        header_set: HeaderSet,
        body: bytes,
        link_lines: str = "",
        coding: str = "",
    ) -> None:
        """Create an entry; ``link_lines`` are those of its ``Link`` headers as they are sent."""
        self.etag, self.body, self._link_lines = etag, body, link_lines
        self._header_set, self._coding = header_set, coding
        self.is_compressible = (
            not coding and header_set.is_compressible and len(body) >= MIN_COMPRESSED
        )
        varies = self.is_compressible or coding
        common = header_set.encoded_varying if varies else header_set.encoded
        own = f"etag: {etag}\r\ncontent-length: {len(body)}\r\n"
        if coding:
            own += f"content-encoding: {coding}\r\n"
        self.encoded_headers = common + (own + link_lines).encode("latin-1")
        self.size = len(body) + len(self.encoded_headers) + 400

    @property
    def varies_by_host(self) -> bool:
        """Whether the body names the address under which a request came to this server."""
        return self._header_set.varies_by_host

    @property
    def headers(self) -> Headers:
        """The headers, as a list."""
        varies = self.is_compressible or self._coding
        common = self._header_set.varying if varies else self._header_set.headers
        coding = [("Content-Encoding", self._coding)] if self._coding else []
        length = ("Content-Length", str(len(self.body)))
        return [*common, *link_fields(self._link_lines), ("ETag", self.etag), *coding, length]

    def compressed(self) -> "CachedResponse":
        """Return the same response in gzip, with an entity tag of its own."""
        return CachedResponse(
            gzip_etag(self.etag), self._header_set, compress(self.body), self._link_lines, "gzip"
        )

    def response_to(self, request: Request) -> Response:
        """Return this as the response to a request, or 304 if the client has it already."""
        known = request.headers.get("if-none-match")
        if known and request.method != "POST" and etag_matches(known, self.etag):
            return Response(304, not_modified_headers(self.headers))
        return Response(200, None, self.body, self)


def link_lines(values: Iterable[str]) -> str:
    """Return the header lines of ``Link`` fields with some values, as they are sent."""
    return "".join([f"{_LINK}{value}{_END_OF_LINE}" for value in values])


def link_fields(lines: str) -> Headers:
    """Return the ``Link`` fields of header lines that ``link_lines`` made."""
    return [("Link", line.removeprefix(_LINK)) for line in lines.split(_END_OF_LINE) if line]


def not_modified_headers(headers: Headers) -> Headers:
    """Return the headers of a 304 in place of a response (RFC 9110, section 15.4.5)."""
    return [(name, value) for name, value in headers if name.lower() not in _OF_BODY]


class ResponseCache:
    """Responses by entity tag, and the entity tag of each request that was answered by one."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._entries = LruCache[str, CachedResponse](max_bytes)
        self._etags = LruCache[Key, str](_MAX_KEY_BYTES)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Return about how many bytes the responses take."""
        return self._entries.size

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

    @staticmethod
    def key_of_host(key: Key, request: Request) -> Key:
        """Return the key of a response that names the address of this server.

        A trusted proxy states that address, so it can be any that a client has made up.
        """
        return (*key, request.base_url)

    def lookup(self, key: Key) -> CachedResponse | None:
        """Return the response to a request that was answered before."""
        found = self._etags.get(key)
        return self._entries.get(found) if found else None

    def clear(self) -> None:
        """Drop all responses."""
        self._entries.clear()
        self._etags.clear()

    def find(self, etag: str) -> CachedResponse | None:
        """Return the response that has an entity tag, which is quoted."""
        return self._entries.get(etag)

    def __contains__(self, etag: str) -> bool:
        """Tell whether the response with an entity tag is here; safe from any thread."""
        return etag in self._entries

    def store(self, entry: CachedResponse, request: Request, key: Key | None) -> None:
        """Keep the response to a request."""
        request.cache_result = "miss"
        self._entries.store(entry.etag, entry, entry.size)
        if key:
            self.remember(key, entry.etag)

    def deliver(
        self, entry: CachedResponse, request: Request, key: Key | None, respond: Respond
    ) -> Pending | None:
        """Respond with an entry that was found or just stored, in the coding the client accepts."""
        request.cache_result = request.cache_result or "hit"
        if self._is_to_be_encoded(entry, request):
            small = self._encode(entry, key)
            if not isinstance(small, CachedResponse):
                return respond_later(
                    _respond_with(small, request), respond, lambda error: entry.response_to(request)
                )
            entry = small
        respond(entry.response_to(request))
        return None

    def _is_to_be_encoded(self, entry: CachedResponse, request: Request) -> bool:
        """Return whether a response is to be compressed for the client of a request.

        One that was just made is only if it is long: most are requested only once.
        """
        if not entry.is_compressible:
            return False
        if len(entry.body) < _COMPRESS_AT_ONCE and request.cache_result != "hit":
            return False
        return accepts_gzip(request.headers.get("accept-encoding", ""))

    def _encode(
        self, entry: CachedResponse, key: Key | None
    ) -> CachedResponse | Coroutine[Any, Any, CachedResponse]:
        """Return the compressed form of a response, which is kept; a coroutine if it takes long."""
        small = self._entries.get(gzip_etag(entry.etag))
        if small is None and len(entry.body) >= _COMPRESS_IN_THREAD:
            return self._encode_in_thread(entry, key)
        return self._keep_encoded(small or entry.compressed(), key)

    async def _encode_in_thread(self, entry: CachedResponse, key: Key | None) -> CachedResponse:
        return self._keep_encoded(await asyncio.to_thread(entry.compressed), key)

    def _keep_encoded(self, small: CachedResponse, key: Key | None) -> CachedResponse:
        self._entries.store(small.etag, small, small.size)
        if key:
            self.remember(key, small.etag)
        return small

    def remember(self, key: Key, etag: str) -> None:
        """Remember which response a request gets."""
        self._etags.store(key, etag, sum(map(len, key)) + 512)


async def _respond_with(making: Coroutine[Any, Any, CachedResponse], request: Request) -> Response:
    return (await making).response_to(request)


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
        own = [pair for pair in response.headers if pair[0].lower() not in _OF_ENTRY]
        return CachedResponse(etag, HeaderSet(own), body)
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
    return Response(304, not_modified_headers(response.headers))


@dataclass(frozen=True, slots=True)
class MemoEntry:
    """The response to the exact bytes of a request: its encoded headers and its body."""

    version: str
    head: bytes
    body: bytes
    request: Request


class RequestMemo:
    """Responses by the exact bytes of their requests, which then need not be parsed."""

    def __init__(self, max_bytes: int = _MAX_MEMO_BYTES) -> None:
        self._entries = LruCache[bytes, MemoEntry](max_bytes)

    def lookup(self, raw: bytes, version: str) -> MemoEntry | None:
        """Return the response to the bytes of a request under a version of the data."""
        found = self._entries.get(raw)
        return found if found and found.version == version else None

    def clear(self) -> None:
        """Drop all responses."""
        self._entries.clear()

    def store(self, raw: bytes, entry: MemoEntry) -> None:
        """Remember the response to the bytes of a request."""
        self._entries.store(raw, entry, 2 * len(raw) + len(entry.head) + len(entry.body))


def may_be_memorized(request: Request) -> bool:
    """Return whether the bytes of a request stand for all of it, and for its connection.

    A request that announces a body is never among them: its body is still to come.
    """
    return request.method == "GET" and request.headers.keys().isdisjoint(_BEYOND_ITS_HEAD)
