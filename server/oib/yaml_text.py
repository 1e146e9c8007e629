"""Texts in YAML 1.1, without what makes a short one large or slow: aliases and deep nesting."""

from collections.abc import Mapping
from typing import Any

import yaml

_MAX_DEPTH = 32  # of values within values: PyYAML's own parser takes quadratic time for more
# The parser of libyaml, which PyYAML's wheels hold, takes a tenth of the time of that in Python.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> Any:
    """Return the values of a text, of the types that JSON has, and of dates.

    Raises:
        ValueError: it has aliases, values nested more than 32 deep, or one that is not of the type
            that its tag names.
        yaml.YAMLError: it is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, _LOADER):
        # A few lines of aliases of aliases make a text of gigabytes.
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("there are aliases in it; write the values out")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError("its values are nested too deeply")
    try:
        return yaml.load(text, _LOADER)  # a safe one
    except (AttributeError, LookupError, OverflowError) as error:  # such as for !!bool "maybe"
        raise ValueError(f"a value is not of the type that its tag names: {error!r}") from error


def texts_by_language(texts: Mapping[Any, Any]) -> dict[str, str]:
    """Return texts by language tag, such as those of a mapping ``{en: …, zh-Hans: …}``.

    Raises:
        ValueError: one is empty.
    """
    # A comma without quotation marks ends a value in YAML, and what follows is a key.
    if empty := [tag for tag, text in texts.items() if text is None]:
        raise ValueError(f"{empty[0]} has no text; put texts with commas in quotation marks")
    return {str(tag): str(text) for tag, text in texts.items()}


def reason(error: Exception) -> str:
    """Return on one line why a text could not be read: for an error of YAML, with its place."""
    if isinstance(error, yaml.YAMLError):
        return " ".join(str(error).split())
    return repr(error)
