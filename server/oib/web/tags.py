"""Tags: strong entity tags, of all that settles the bytes of an answer (RFC 9110, 8.8.3)."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

#: Keep an answer, but ask whether it still holds.
KEEP: Final = "no-cache"


def of(version: str, *parts: str) -> str:
    """Return the tag of an answer from a version of the data and whatever else settles it."""
    return hashlib.sha256("\n".join((version, *parts)).encode()).hexdigest()[:24]


def query(text: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> str:
    """Return what a query over a dataset asks, as a part of a tag."""
    return repr(("sparql", text, *default, "named", *named))


def is_known(tag: str, environ: Mapping[str, Any]) -> bool:
    """Tell whether the client or the cache before the app may know an answer already."""
    return f'"{tag}"' in environ.get("oib.kept", ()) or "HTTP_IF_NONE_MATCH" in environ
