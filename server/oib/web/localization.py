"""The locale of a page: its language, and the names and links of things in that language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlencode

from flask import Request
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from oib.engine.statements import TRANSLATION
from oib.namespaces import BASE, DOC, ID, shorten
from oib.web.messages import LANGUAGES, MESSAGES, PROPERTY_NAMES, PUNCTUATION

_MAX_ACCEPT_LANGUAGE = 1000  # characters
_SAFE = "/#:@!$&'()*+,;=~-._"


@dataclass(frozen=True)
class Locale:
    """The language of a page and the root of its links.

    ``language`` is one of LANGUAGES; ``is_explicit`` is true when the address itself names it
    (``?lang=``), so that links keep it; ``root`` is the path below which the app is mounted.
    """

    language: str
    is_explicit: bool
    root: str = ""

    @classmethod
    def from_request(cls, request: Request) -> Self:
        """Return the locale of a request: ``?lang=``, else ``Accept-Language``, else English."""
        explicit = _match(request.args.get("lang", ""))
        accepted = (_match(tag) for tag in _accepted_languages(request))
        language = explicit or next((tag for tag in accepted if tag), LANGUAGES[0])
        return cls(language, explicit is not None, request.script_root)

    @property
    def alternate(self) -> str:
        """Return the language that the page offers to switch to."""
        return next(language for language in LANGUAGES if language != self.language)

    @property
    def punctuation(self) -> Mapping[str, str]:
        """Return colon, opening and closing bracket and separator of the language."""
        return PUNCTUATION[self.language]

    def message(self, key: str, **values: object) -> str:
        """Return a message of the interface in the language of the page, its fields filled."""
        text = MESSAGES[key][LANGUAGES.index(self.language)]
        return text.format(**values) if values else text

    def best_text(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """Return the text that suits the language of the page best, and its language tag.

        A translation by the curators comes after a text in that language, before other languages.
        """
        tags = {tag.lower(): tag for tag in texts}
        for tag in (self.language, self.language + TRANSLATION, *LANGUAGES, ""):
            if tag.lower() in tags:
                return texts[tags[tag.lower()]], tags[tag.lower()]
        return next(((text, tag) for tag, text in texts.items()), ("", ""))

    def name(self, iri: str, names: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
        """Return the name of an IRI and the language tag of that name."""
        if iri in names:
            return self.best_text(names[iri])
        if iri in PROPERTY_NAMES:
            return PROPERTY_NAMES[iri][LANGUAGES.index(self.language)], self.language
        if iri.startswith(ID):
            kind, _, slug = iri.removeprefix(ID).partition("/")
            label = self.message(kind) if kind in MESSAGES else kind
            return f"{label} {slug.rpartition('/')[2]}", self.language if kind in MESSAGES else "en"
        return shorten(iri).strip("<>"), ""

    def lang_attribute(self, tag: str) -> Markup:
        """Return the ``lang`` attribute of a text, empty in the language of the page."""
        if not tag or tag.lower() == self.language.lower():
            return Markup("")
        return Markup(' lang="{}"').format(tag)

    def url(self, iri: str) -> str:
        """Return the URL to link an IRI to: on this server if it is ours; '' if it has none."""
        if iri.startswith(ID):
            return self.local_url(DOC + iri.removeprefix(ID))
        # A path that began with two slashes would lead to another host (RFC 3986, 4.2).
        if iri.startswith(BASE) and not iri.startswith(BASE + "/"):
            return self.local_url(iri)
        return quote(iri, safe=_SAFE + "?%[]") if iri.startswith(("http://", "https://")) else ""

    def local_url(self, iri: str, **arguments: str) -> str:
        """Return the URL on this server of an IRI below the base; an explicit language is kept."""
        page, hash_, fragment = iri.removeprefix(BASE).partition("#")
        if self.is_explicit:
            arguments = {**arguments, "lang": self.language}
        query = f"?{urlencode(arguments)}" if arguments else ""
        return f"{self.root}/{quote(page, safe=_SAFE)}{query}{hash_}{quote(fragment, safe=_SAFE)}"


def _accepted_languages(request: Request) -> Iterable[str]:
    # As much of the header as any real client sends: the rest would only cost time.
    header = request.headers.get("Accept-Language", "")[:_MAX_ACCEPT_LANGUAGE]
    return parse_accept_header(header, LanguageAccept).values()


def _match(tag: str) -> str | None:
    """Return the one of LANGUAGES with the same primary subtag (RFC 5646) as a tag, or None."""
    primary = tag.lower().partition("-")[0]
    return next((known for known in LANGUAGES if known.partition("-")[0] == primary), None)
