"""Content negotiation: which of the offered media types a client prefers."""

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final

from oib import media_types
from oib.errors import NotAcceptable

#: The query parameters that name a format, as in ``oib.sparql.request``.
FORMAT_PARAMETERS: Final = ("as", "format", "output")

_TRIPLES: Final = frozenset(media_types.GRAPH_SUFFIXES.values())
_QUADS: Final = frozenset(media_types.DATASET_SUFFIXES.values())
# A range, checked after it has been cut out, so that no text makes the reading slow.
_RANGE = re.compile(r"[\w!#$&^.+-]++/(?:[\w!#$&^.+-]++|\*)|\*/\*|\*")
# More than RFC 9110, section 12.4.2, allows: Java's own client writes ``q=.2``, others more digits.
_QVALUE = re.compile(r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)")
_SHOWN: Final = 200  # of a header, in a message
# So many characters of a header are read: real ones have some hundreds.
_MAX_READ: Final = 2**11


def choose(offered: Sequence[str], accept: str, format_name: str = "") -> str:
    """Return the media type to answer in.

    A format that the address names decides, whatever ``Accept`` says. Otherwise this is the
    proactive negotiation of RFC 9110, section 12.5.1: the most specific range decides the weight
    of a type, of two types with one weight the earlier offered is chosen, parameters other than
    ``q`` are not compared, malformed members and those late in a very long list are ignored, and an
    absent ``Accept`` accepts all.

    Args:
        offered: media types in small letters, the preferred one first.
        accept: the value of ``Accept``, empty if absent.
        format_name: a name as ``media_types.named`` knows them, empty if the address has none.

    Raises:
        NotAcceptable: the named format is not offered, or no offered type has a weight above zero.
    """
    if format_name:
        return _named(offered, format_name)
    if not accept:
        return offered[0]
    weights = _weights(shorten(accept, _MAX_READ))
    if weights is None:
        return offered[0]

    def weight(media_type: str) -> float:
        for name in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
            if name in weights:
                return weights[name]
        return 0.0

    best = max(offered, key=weight)
    if weight(best) <= 0:
        shown = accept if len(accept) <= _SHOWN else accept[:_SHOWN] + "…"
        raise NotAcceptable(f"nothing in Accept: {shown} is offered; ask for {', '.join(offered)}")
    return best


def choose_document(offered: Sequence[str], accept: str, format_name: str = "") -> str:
    """Return the media type of a document, as ``choose`` does, but prefer triples to quads.

    A client that reads both, as Comunica does, would have the statements in named graphs only, and
    would ask its default graph in vain.

    Raises:
        NotAcceptable: as ``choose``.
    """
    best = choose(offered, accept, format_name)
    if best in _QUADS and not format_name:
        triples = [each for each in offered if each in _TRIPLES and each in accept.lower()]
        if triples:
            with suppress(NotAcceptable):
                return choose(triples, accept)
    return best


def format_name(parameters: Sequence[tuple[str, str]], own: Collection[str] = ()) -> str:
    """Return the format that the parameters of an address name, empty if they name none.

    Args:
        parameters: names and values.
        own: the names of parameters that mean something else to the resource.
    """
    for name in FORMAT_PARAMETERS if parameters else ():
        value = next((text for each, text in parameters if each == name), "")
        if value and name not in own:
            return value
    return ""


def split_suffix(path: str, forms: Mapping[str, str]) -> tuple[str, str | None]:
    """Return a path without its suffix and the media type of that suffix; None if it has none."""
    stem, _, suffix = path.rpartition(".")
    return (stem, forms[suffix]) if stem and suffix in forms else (path, None)


def shorten(value: str, length: int) -> str:
    """Return the members of a list, as a header holds it, that end within so many characters."""
    if len(value) <= length:
        return value
    return value[:length].rpartition(",")[0] or value[:length]


def _named(offered: Sequence[str], format_name: str) -> str:
    for media_type in media_types.named(format_name):
        if media_type in offered:
            return media_type
    raise NotAcceptable(
        f"this has no format {format_name[:_SHOWN]}; ask for "
        + ", ".join(name for name in map(media_types.SHORT_NAMES.get, offered) if name)
    )


@lru_cache(maxsize=64)
def _weights(accept: str) -> dict[str, float] | None:
    """Return the weight of each well-formed media range; None for a list without members."""
    weights: dict[str, float] = {}
    empty = True
    for member in media_types.split(accept, ","):
        if not member.strip():
            continue
        empty = False
        media_range, parameters = media_types.parse(member)
        weight = parameters.get("q", "1")
        if _RANGE.fullmatch(media_range) and _QVALUE.fullmatch(weight) and float(weight) <= 1:
            name = "*/*" if media_range == "*" else media_range
            weights[name] = max(weights.get(name, 0.0), float(weight))
    return None if empty else weights
