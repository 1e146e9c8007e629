"""The kept answer: a response as the app gave it, ready to be sent again, plain or compressed."""

import gzip
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Self

from oib.front import Headers, Request, Response

# Shorter bodies fit into one packet anyway.
_WORTH = 1024

#: The largest answer that is kept, in bytes.
LARGEST: Final = 4 * 2**20
_TEXT = re.compile(r"text/|application/(?:.*\+)?(?:json|xml|n-triples|sparql-query)")
_TAG = re.compile(r'"[^"]*"|\*')
_ELEMENT = re.compile(r"\s*(gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?", re.I)
# What describes a body; a 304 has none.
_OF_BODY = {"content-length", "content-type", "content-encoding", "content-language"}


@dataclass(frozen=True)
class Kept:
    """A complete answer with status 200: its strong entity tag, its headers, its bytes."""

    tag: str
    headers: Headers
    body: bytes

    @classmethod
    def of(cls, tag: str, headers: Headers, body: bytes) -> Self:
        """Keep an answer; say that it has another form if compressing it is worth the while."""
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        if _is_worth(headers, body):
            vary = next((value for name, value in kept if name.lower() == "vary"), "")
            kept = [(name, value) for name, value in kept if name.lower() != "vary"]
            kept.append(("Vary", f"{vary}, Accept-Encoding".lstrip(", ")))
        return cls(tag, [*kept, ("Content-Length", str(len(body)))], body)

    @property
    def weight(self) -> int:
        """Return about how many bytes of memory this takes."""
        return len(self.body) + 2 * sum(len(name) + len(value) for name, value in self.headers)

    @property
    def is_compressible(self) -> bool:
        """Tell whether there is any gain in compressing the body."""
        return _is_worth(self.headers, self.body)

    @cached_property
    def unchanged(self) -> Headers:
        """Return the headers of a 304 in place of this answer."""
        return [(name, value) for name, value in self.headers if name.lower() not in _OF_BODY]

    @cached_property
    def head(self) -> bytes:
        """Return the headers as they are sent."""
        return head(self.headers)

    def compressed(self) -> Self:
        """Return the same answer in gzip, with an entity tag of its own."""
        tag = zipped(self.tag)
        # No time stamp: the same answer is the same bytes.
        body = gzip.compress(self.body, 6, mtime=0)
        replaced = {"etag", "content-length"}
        headers = [(name, value) for name, value in self.headers if name.lower() not in replaced]
        headers += [
            ("ETag", tag),
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(body))),
        ]
        return type(self)(tag, headers, body)

    def answer(self, request: Request) -> Response:
        """Return this as the answer to a request, or 304 if the client has it already."""
        known = request.headers.get("if-none-match")
        if known and request.method != "POST" and self.is_known(known):
            return Response(304, self.unchanged, b"", self)
        return Response(200, self.headers, b"" if request.method == "HEAD" else self.body, self)

    def is_known(self, if_none_match: str) -> bool:
        """Tell whether a client has this answer, by the tags that it knows (RFC 9110, 13.1.2)."""
        if self.tag not in if_none_match and "*" not in if_none_match:
            return False
        tags = _TAG.findall(if_none_match)
        return self.tag in tags or tags == ["*"]


def head(headers: Headers) -> bytes:
    """Return headers as they are sent.

    Raises:
        ValueError: one holds what would end its line.
    """
    text = "".join([f"{name.lower()}: {value}\r\n" for name, value in headers])
    if text.count("\n") > len(headers) or text.count("\r") > len(headers):
        raise ValueError(f"a header of several lines: {text!r}")
    return text.encode("latin-1")


def zipped(tag: str) -> str:
    """Return the entity tag of the compressed form of an answer."""
    return f'{tag[:-1]}-gzip"'


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether a client takes gzip (RFC 9110, section 12.5.3)."""
    weights = {}
    for element in accept_encoding.split(","):
        if match := _ELEMENT.fullmatch(element):
            weights[match[1].lower()] = match[2] is None or match[2].strip("0.") != ""
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def _is_worth(headers: Headers, body: bytes) -> bool:
    if len(body) < _WORTH:
        return False
    named = {name.lower(): value for name, value in headers}
    is_plain = "content-encoding" not in named
    return is_plain and _TEXT.match(named.get("content-type", "")) is not None
