"""Header fields of responses, the same for all that answer: the endpoint and the pages."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

#: The largest body of a request that is read, in bytes.
MAX_BODY: Final = 4 * 2**20

#: ``Cache-Control`` of a response that may be stored, and is revalidated before each use.
REVALIDATE: Final = "no-cache"

#: ``Content-Security-Policy`` of what is no page: XML and SVG can hold scripts, too; it runs
#: nothing and loads nothing.
SANDBOX: Final = "default-src 'none'; sandbox"

#: What a page of another origin may see (the Fetch standard's CORS protocol).
CORS: Final = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Location, Retry-After, X-Data-Version"),
]


_DEFAULT_FIELDS = "Accept, Content-Type, If-None-Match"
_FIELD_NAMES = re.compile(r"[A-Za-z0-9-]++(?: ?, ?[A-Za-z0-9-]++)*+")
_MAX_FIELD_NAMES = 1000  # characters


def preflight(requested: str, methods: str) -> list[tuple[str, str]]:
    """Return what a page of another origin may send (the Fetch standard's CORS protocol).

    Nothing here depends on credentials, so it may send any header field that it wants to.

    Args:
        requested: the value of ``Access-Control-Request-Headers``, empty if absent.
        methods: the methods that are allowed, as in ``Allow``.
    """
    is_list = len(requested) < _MAX_FIELD_NAMES and _FIELD_NAMES.fullmatch(requested)
    return [
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", requested if is_list else _DEFAULT_FIELDS),
        ("Access-Control-Max-Age", "86400"),
    ]


def common(version: str) -> list[tuple[str, str]]:
    """Return the header fields of every response that is made from a version of the data."""
    return [("X-Data-Version", version), ("X-Content-Type-Options", "nosniff"), *CORS]


def link(url: str, relation: str, media_type: str = "") -> str:
    """Return the value of a ``Link`` (RFC 8288).

    Args:
        url: absolute or relative, percent-encoded.
        relation: a registered one, or several separated by blanks.
        media_type: that of the target, empty if it has several.
    """
    return f'<{url}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else "")


def parse_date(text: str) -> datetime | None:
    """Return the time that a date of HTTP states (RFC 9110, section 5.6.7), None if it is none."""
    try:
        parsed = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def content_type(media_type: str) -> str:
    """Return the value of ``Content-Type``: text and XML say that they are UTF-8."""
    is_text = media_type.startswith("text/") or media_type.endswith(("/xml", "+xml"))
    return f"{media_type}; charset=utf-8" if is_text else media_type


def entity_tag(version: str, *parts: str) -> str:
    """Return the strong entity tag (RFC 9110, section 8.8.3) of a response, without its quotes.

    Args:
        version: that of the data.
        parts: all else that determines the bytes: what is asked, media type, language.
    """
    return hashlib.sha256("\n".join((version, *parts)).encode()).hexdigest()[:24]


def query_key(text: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> str:
    """Return what a query over the graphs of a dataset asks, as a part of an entity tag."""
    return repr(("sparql", text, *default, "named", *named))
