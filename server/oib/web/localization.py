"""The reader: in which language to talk to whoever asks, and how to name and link things."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlencode

from flask import Request
from markupsafe import Markup

from oib.namespaces import BASE, DOC, ID, shorten
from oib.web.messages import LANGUAGES, PROPERTIES, WORDS

_SAFE = "/#:@!$&'()*+,;=~-._"


@dataclass(frozen=True)
class Reader:
    """A reader: one of LANGUAGES, and whether the address itself asks for it (``?lang=``)."""

    language: str
    is_asked: bool
    root: str = ""

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return who reads: ``?lang=`` decides, else ``Accept-Language``, else English."""
        asked = _known(request.args.get("lang", ""))
        accepted = (_known(tag) for tag in request.accept_languages.values())
        language = asked or next((tag for tag in accepted if tag), LANGUAGES[0])
        return cls(language, asked is not None, request.script_root)

    @property
    def other(self) -> str:
        """Return the language that the page offers to switch to."""
        return next(language for language in LANGUAGES if language != self.language)

    def say(self, key: str, **values: object) -> str:
        """Return a word of ours in the reader's language."""
        return WORDS[key][LANGUAGES.index(self.language)].format(**values)

    def best(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """Return the text, of several by language tag, that the reader likes best, and its tag."""
        tags = {tag.lower(): tag for tag in texts}
        for wanted in (self.language, *LANGUAGES, ""):
            if wanted.lower() in tags:
                return texts[tags[wanted.lower()]], tags[wanted.lower()]
        return next(((text, tag) for tag, text in texts.items()), ("", ""))

    def name(self, iri: str, names: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
        """Return what to call a thing, and in which language that is."""
        if iri in names:
            return self.best(names[iri])
        if iri in PROPERTIES:
            return PROPERTIES[iri][LANGUAGES.index(self.language)], self.language
        if iri.startswith(ID):
            kind, _, slug = iri.removeprefix(ID).partition("/")
            word = self.say(kind) if kind in WORDS else kind
            return f"{word} {slug.rpartition('/')[2]}", self.language if kind in WORDS else "en"
        return shorten(iri).strip("<>"), ""

    def lang(self, tag: str) -> Markup:
        """Return the attribute ``lang`` for a text that is not in the language of the page."""
        if not tag or tag.lower() == self.language.lower():
            return Markup("")
        return Markup(' lang="{}"').format(tag)

    def href(self, iri: str) -> str:
        """Return where a thing is told: here if it is ours, else where its IRI says, else ''."""
        if iri.startswith(ID):
            return self.link(DOC + iri.removeprefix(ID))
        if iri.startswith(BASE):
            return self.link(iri)
        return quote(iri, safe=_SAFE + "?%[]") if iri.startswith(("http://", "https://")) else ""

    def link(self, iri: str, **arguments: str) -> str:
        """Return the address on this server of an IRI below the base, keeping the language."""
        page, hash_, fragment = iri.removeprefix(BASE).partition("#")
        if self.is_asked:
            arguments = {**arguments, "lang": self.language}
        asked = f"?{urlencode(arguments)}" if arguments else ""
        return f"{self.root}/{quote(page, safe=_SAFE)}{asked}{hash_}{quote(fragment, safe=_SAFE)}"


def _known(tag: str) -> str | None:
    """Return which of LANGUAGES a tag asks for; any Chinese is better than English."""
    start = tag.lower().partition("-")[0]
    return next((each for each in LANGUAGES if each.partition("-")[0] == start), None)
