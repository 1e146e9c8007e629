"""The messages of the interface: a file for each language in ``locales/``, which translators edit.

Traditional Chinese has no file: its messages are those in Simplified Chinese, converted once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from oib import yaml_text
from oib.namespaces import PREFIXES
from oib.web.traditional import SIMPLIFIED, TRADITIONAL, to_traditional

#: The languages of the pages; the first is the default.
LANGUAGES: Final = ("en", SIMPLIFIED, TRADITIONAL)
#: What each language calls itself.
LANGUAGE_NAMES: Final = {"en": "English", SIMPLIFIED: "简体", TRADITIONAL: "繁體"}

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Catalogue:
    """All that the interface says in one language.

    Attributes:
        messages: by key; ``{…}`` are fields of ``str.format``.
        punctuation: colon, brackets and the like; those of Chinese have full width.
        properties: names of properties of other vocabularies that have no label in the data, by
            IRI.
    """

    messages: Texts
    punctuation: Texts
    properties: Texts

    @property
    def explained_statuses(self) -> frozenset[int]:
        """Return the statuses of HTTP that have a name and an explanation here."""
        keys = (key.removeprefix("problem_") for key in self.messages)
        return frozenset(int(key) for key in keys if key.isdigit())


@cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of one of LANGUAGES."""
    if language == TRADITIONAL:
        source = catalogue(SIMPLIFIED)
        parts = (source.messages, source.punctuation, source.properties)
        return Catalogue(
            *({key: to_traditional(text) for key, text in each.items()} for each in parts)
        )
    text = files("oib.web").joinpath("locales", f"{language}.yaml").read_text("utf-8")
    parts = yaml_text.load(text)
    return Catalogue(
        parts["messages"],
        parts["punctuation"],
        {_iri(name): label for name, label in parts["properties"].items()},
    )


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local
