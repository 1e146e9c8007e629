"""HTTP: what a request may be and what a response says, for all who read or write them."""

import hashlib
from collections.abc import Sequence
from typing import Final

#: The largest body of a request that is read, in bytes.
MAX_BODY: Final = 4 * 2**20

#: Keep an answer, but ask whether it still holds.
KEEP: Final = "no-cache"

#: What a page of another origin may see (the Fetch standard's CORS protocol).
CORS: Final = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Location, Retry-After, X-Data-Version"),
]


def marks(version: str) -> list[tuple[str, str]]:
    """Return the headers that every response made from a version of the data carries."""
    return [("X-Data-Version", version), ("X-Content-Type-Options", "nosniff"), *CORS]


def content_type(media_type: str) -> str:
    """Return the value of ``Content-Type``: text and XML say that they are UTF-8."""
    is_text = media_type.startswith("text/") or media_type.endswith(("/xml", "+xml"))
    return f"{media_type}; charset=utf-8" if is_text else media_type


def tag(version: str, *parts: str) -> str:
    """Return the strong entity tag (RFC 9110, 8.8.3) of an answer, without its quotes.

    It is made from a version of the data and of all else that settles the bytes.
    """
    return hashlib.sha256("\n".join((version, *parts)).encode()).hexdigest()[:24]


def asked(text: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> str:
    """Return what a query over a dataset asks, as a part of a tag."""
    return repr(("sparql", text, *default, "named", *named))
