"""Traditional Chinese, made from Simplified Chinese by OpenCC, and marked as converted."""

from functools import cache, lru_cache
from typing import Final

import opencc

SIMPLIFIED: Final = "zh-Hans"
TRADITIONAL: Final = "zh-Hant"
#: Ends the language tag of a text that was converted (BCP 47 extension T, RFC 6497).
CONVERTED: Final = "-t-zh-hans"

# Texts of the data, which are converted when a page first shows them: a few thousand fit.
_MAX_TEXTS: Final = 20_000


@lru_cache(maxsize=_MAX_TEXTS)
def to_traditional(text: str) -> str:
    """Return a text in Simplified Chinese in Traditional characters; words are not replaced."""
    return str(_converter().convert(text))


@cache
def _converter() -> opencc.OpenCC:
    # The characters that are usual in Taiwan; those of OpenCC's own standard (s2t), such as 爲, are
    # usual nowhere.
    return opencc.OpenCC("s2tw")
