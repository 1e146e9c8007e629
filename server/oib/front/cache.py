"""The cache: a WSGI layer that sends an answer again without asking the app.

The app marks what may be kept: status 200, a strong ``ETag`` and ``Vary`` on nothing but what a
key holds. The tag is made of the data version and all else that settles the bytes, so nothing
here grows old. The app is told which tags are kept (``oib.kept``) and may answer 304 to those in
place of working: so another way of asking for the same bytes (other ``Accept``, POST) is cheap.
A body of a request is never read here: the app does that, in the time that it allows.
"""

from collections.abc import Callable, Iterable
from typing import Any

from oib.front import Application, Environ, Headers, StartResponse
from oib.front.kept import Kept, accepts_gzip, zipped
from oib.front.shelf import Shelf

#: How many bytes of answers are kept, and the largest of them.
MOST = 64 * 2**20
LARGEST = 4 * 2**20

# A way of asking: how many bytes all remembered ones take, and the longest.
_MOST_ASKED = 8 * 2**20
_LONGEST_ASKED = 2**13

_VARY = {"accept", "accept-language", "accept-encoding"}
_BYPASS = ("HTTP_RANGE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_AUTHORIZATION")
_OK, _UNCHANGED = "200 OK", "304 NOT MODIFIED"

Key = tuple[str, ...]


class Cache:
    """An app in front of an app; ``version`` returns that of the data, at each request."""

    def __init__(self, app: Application, version: Callable[[], str], most: int = MOST) -> None:
        self._app = app
        self._version = version
        self.kept: Shelf[str, Kept] = Shelf(most)
        self._asked: Shelf[Key, str] = Shelf(_MOST_ASKED)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, from what is kept if it can be."""
        method = environ["REQUEST_METHOD"]
        is_read = method in ("GET", "HEAD")
        if not (is_read or method == "POST") or any(name in environ for name in _BYPASS):
            return self._app(environ, start_response)
        key = self._key(environ) if is_read else None
        tag = self._asked.get(key) if key else None
        kept = self.kept.get(tag) if tag else None
        if kept:
            environ["oib.cache"] = "hit"
            return _send(kept, environ, start_response)
        return self._ask(environ, key, start_response)

    def _key(self, environ: Environ) -> Key | None:
        get = environ.get
        key = (
            self._version(),
            get("SCRIPT_NAME", ""),
            environ["PATH_INFO"],
            environ["QUERY_STRING"],
            get("HTTP_ACCEPT", ""),
            get("HTTP_ACCEPT_LANGUAGE", ""),
            "gzip" if accepts_gzip(get("HTTP_ACCEPT_ENCODING", "")) else "",
        )
        return key if sum(map(len, key)) <= _LONGEST_ASKED else None

    def _ask(
        self, environ: Environ, key: Key | None, start_response: StartResponse
    ) -> Iterable[bytes]:
        inner = {**environ, "oib.kept": self.kept}
        if inner["REQUEST_METHOD"] == "HEAD":
            inner["REQUEST_METHOD"] = "GET"
        known = inner.pop("HTTP_IF_NONE_MATCH", "") if key else ""
        inner.pop("HTTP_IF_MODIFIED_SINCE", None)
        told = _Told()
        body = self._app(inner, told)
        if told.status.startswith("304"):
            _close(body)
            kept = self.kept.get(told.tag)
            if kept is None:  # it left in the meantime
                again = {**environ, "oib.kept": ()}
                again.pop("HTTP_IF_NONE_MATCH", None)
                return self._app(again, start_response)
            environ["oib.cache"] = "hit"
        elif told.may_be_kept:
            kept = Kept.of(told.tag, told.headers, _drain(body))
            self.kept.put(kept.tag, kept, kept.weight)
            environ["oib.cache"] = "miss"
        else:
            return _pass(told, body, known, environ["REQUEST_METHOD"], start_response)
        kept = self._fit(kept, environ)
        if key and told.version == key[0]:
            self._asked.put(key, kept.tag, sum(map(len, key)) + 512)
        return _send(kept, environ, start_response)

    def _fit(self, kept: Kept, environ: Environ) -> Kept:
        """Return the form of an answer that a client takes."""
        if not kept.is_compressible or not accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            return kept
        small = self.kept.get(zipped(kept.tag))
        if small is None:
            small = kept.compressed()
            self.kept.put(small.tag, small, small.weight)
        return small


class _Told:
    """What the app says of its answer, in the place of the server."""

    status = ""
    tag = ""
    version = ""

    def __init__(self) -> None:
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> None:
        self.status, self.headers = status, headers
        self._named = {name.lower(): value for name, value in headers}
        self.tag = self._named.get("etag", "")
        self.version = self._named.get("x-data-version", "")

    @property
    def may_be_kept(self) -> bool:
        named = self._named
        length = named.get("content-length", "")
        vary = {name.strip().lower() for name in named.get("vary", "").split(",")} - {""}
        control = named.get("cache-control", "")
        return (
            self.status.startswith("200")
            and self.tag.startswith('"')
            and vary <= _VARY
            and not any(word in control for word in ("no-store", "private"))
            and "set-cookie" not in named
            and "x-result-truncated" not in named
            and length.isdigit()
            and int(length) <= LARGEST
        )


def _send(kept: Kept, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known and environ["REQUEST_METHOD"] != "POST" and kept.is_known(known):
        start_response(_UNCHANGED, kept.unchanged)
        return []
    start_response(_OK, kept.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]


def _pass(
    told: _Told, body: Iterable[bytes], known: str, method: str, start_response: StartResponse
) -> Iterable[bytes]:
    """Hand an answer on that is not kept."""
    if known and told.status.startswith("200") and told.tag:
        empty = Kept(told.tag.removeprefix("W/"), told.headers, b"")
        if empty.is_known(known):
            _close(body)
            start_response(_UNCHANGED, empty.unchanged)
            return []
    start_response(told.status, told.headers)
    if method == "HEAD":
        _close(body)
        return []
    return body


def _drain(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        _close(body)


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close:
        close()
