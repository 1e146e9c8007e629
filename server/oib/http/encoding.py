"""Content coding and entity tags: gzip on request, and comparisons for conditional requests."""

import gzip
import re
from functools import lru_cache
from typing import Final

from oib import negotiation
from oib.http.messages import Headers, header

#: Shorter bodies, in bytes, fit into one packet anyway.
MIN_COMPRESSED: Final = 1024
# So many characters of Accept-Encoding are read: real ones have some tens.
_MAX_READ: Final = 2**8
_COMPRESSIBLE = re.compile(r"text/|application/(?:.*\+)?(?:json|xml|n-triples|sparql-query)")
_TAG = re.compile(r'"[^"]*"|\*')
_CODING = re.compile(r"\s*(gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?", re.I)


def compress(body: bytes) -> bytes:
    """Return a body in gzip, without a time stamp: the same body is always the same bytes."""
    return gzip.compress(body, 6, mtime=0)


def is_compressible(headers: Headers) -> bool:
    """Return whether a body with these headers gains by compression: text, not encoded yet."""
    if header(headers, "content-encoding"):
        return False
    return _COMPRESSIBLE.match(header(headers, "content-type")) is not None


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether a client accepts gzip (RFC 9110, section 12.5.3)."""
    return _accepts_gzip(negotiation.shorten(accept_encoding, _MAX_READ))


@lru_cache(maxsize=256)
def _accepts_gzip(accept_encoding: str) -> bool:
    weights = {}
    for element in accept_encoding.split(","):
        if match := _CODING.fullmatch(element):
            weights[match[1].lower()] = match[2] is None or match[2].strip("0.") != ""
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def gzip_etag(etag: str) -> str:
    """Return the entity tag of the compressed form of a response; both are quoted."""
    return f'{etag[:-1]}-gzip"'


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Return whether ``If-None-Match`` names a quoted tag, by weak comparison (13.1.2)."""
    if etag not in if_none_match and "*" not in if_none_match:
        return False
    tags = _TAG.findall(if_none_match)
    return etag in tags or tags == ["*"]
