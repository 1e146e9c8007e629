"""Resolve prefixed names, relative IRIs and escapes at one position of a text."""

import re
from functools import lru_cache
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, parse

from oib.turtle.lexer import Token

_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROLS: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class PrefixMap:
    """The base and the prefixes that hold from here on."""

    def __init__(self, base: str | None) -> None:
        self.base = base
        self.namespaces: dict[str, str] = {}

    def declare(self, prefix: str | None, iri: str) -> None:
        """Let a prefix stand for an IRI, or, where it is None, let the IRI be the base."""
        if prefix is None:
            self.base = iri
        else:
            self.namespaces[prefix] = iri

    def iri(self, token: Token) -> str:
        """Return the IRI that a token of the kind ``iri`` or ``name`` means."""
        if token.kind == "iri":
            return resolve(token.text[1:-1], self.base)
        prefix, _, local = token.text.partition(":")
        return self.namespaces[prefix] + unescape(local)


@lru_cache(maxsize=4096)
def resolve(reference: str, base: str | None) -> str:
    """Return the IRI that a reference without its angle brackets means (RFC 3986, section 5).

    pyoxigraph answers, so that the tree and the store can never differ.

    Raises:
        SyntaxError: it is no reference, or it is relative and there is no base.
    """
    quad = next(parse(f"<{reference}> a <x:> .", RdfFormat.TURTLE, base_iri=base))
    assert isinstance(quad.subject, NamedNode)
    return quad.subject.value


def unescape(text: str) -> str:
    """Return a string or a local name with each escape replaced by what it stands for."""
    return _ESCAPE.sub(_meant, text) if "\\" in text else text


def _meant(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        return chr(int(code, 16))
    return _CONTROLS.get(match[3], match[3])
