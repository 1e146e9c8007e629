"""Negotiation: which of the media types that are offered a client likes best."""

import re
from collections.abc import Iterable, Sequence

from oib.errors import NotAcceptable

# An element of a list: text and quoted strings up to the next comma (RFC 9110, section 5.6).
_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++')
_RANGE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+|[\w!#$&^.+-]+/\*|\*/\*)\s*(?:;(.*))?$", re.S)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"?')
_WEIGHT = re.compile(r"(?:^|;)\s*q\s*=\s*([^;]*?)\s*(?:;|$)", re.I)
_QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def pick(types: Sequence[str], accept: str) -> str:
    """Return the type that a client likes best, the earlier one of two that it likes as much.

    Proactive negotiation of RFC 9110, section 12.5.1: the most specific range decides the weight
    of a type; parameters other than ``q`` are not compared; an absent ``Accept`` accepts all.

    Raises:
        NotAcceptable: no type has a weight above zero.
    """
    elements = [element for element in _ELEMENT.findall(accept) if element.strip()]
    if not elements:
        return types[0]
    weights = _weights(elements)

    def weight(media_type: str) -> float:
        ranges = (media_type, media_type.partition("/")[0] + "/*", "*/*")
        return next((weights[name] for name in ranges if name in weights), 0.0)

    best = max(types, key=weight)
    if weight(best) <= 0:
        raise NotAcceptable(f"nothing in Accept: {accept} is offered; ask for {', '.join(types)}")
    return best


def _weights(elements: Iterable[str]) -> dict[str, float]:
    """Return the weight of each media range; a range that is not well formed has none."""
    weights: dict[str, float] = {}
    for element in elements:
        media_range = _RANGE.match(element)
        weight = _WEIGHT.search(_QUOTED.sub("", media_range[2] or "")) if media_range else None
        if media_range and (not weight or _QVALUE.fullmatch(weight[1])):
            name = media_range[1].lower()
            value = float(weight[1]) if weight else 1.0
            weights[name] = max(weights.get(name, 0.0), value)
    return weights
