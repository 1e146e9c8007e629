"""What errors say, in Chinese: by the English sentence, as gettext looks up messages.

Errors are raised in English, far below the pages; ``locales/errors.zh-Hans.yaml`` has the Chinese
of every sentence that a page can show.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final

from oib import yaml_text
from oib.web.traditional import TRADITIONAL, to_traditional

# Longer ones stay in English: an expression with several fields takes time that grows faster than
# the sentence, and a request decides how long it is.
_MAX_LENGTH: Final = 1000  # characters


def translate(sentence: str, language: str) -> str | None:
    """Return what an error says in a language of Chinese, None if its sentence is not known.

    Words of the request, of the data and of the engine stay as they are.
    """
    if len(sentence) > _MAX_LENGTH:
        return None
    for pattern, chinese in _sentences(language):
        if match := pattern.fullmatch(sentence):
            values = match.groupdict()
            if "reason" in values:
                values["reason"] = translate(values["reason"], language) or values["reason"]
            if "names" in values:
                values["names"] = values["names"].replace(", ", "、")
            return chinese.format_map(values)
    return None


@cache
def _sentences(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    text = files("oib.web").joinpath("locales", "errors.zh-Hans.yaml").read_text("utf-8")
    return tuple(
        (_pattern(english), to_traditional(chinese) if language == TRADITIONAL else chinese)
        for english, chinese in yaml_text.load(text).items()
    )


def _pattern(english: str) -> re.Pattern[str]:
    """Return the expression of a sentence; each field takes as little as possible."""
    escaped = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", re.escape(english))
    return re.compile(escaped, re.DOTALL)
