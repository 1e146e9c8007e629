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
from oib.web.error_sentences import translate
from oib.web.messages import LANGUAGE_NAMES, LANGUAGES, Catalogue, catalogue
from oib.web.traditional import CONVERTED, SIMPLIFIED, TRADITIONAL, to_traditional

_MAX_ACCEPT_LANGUAGE = 1000  # characters
_SAFE = "/#:@!$&'()*+,;=~-._"
# What names for programs have in them, and words have not.
_CODE = frozenset("/:<=#?._")
# Where Chinese without a subtag of script is written in Traditional characters.
_TRADITIONAL_REGIONS = {"tw", "hk", "mo"}


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
    def alternates(self) -> Mapping[str, str]:
        """Return the languages that the page offers to switch to, and what each calls itself."""
        return {tag: name for tag, name in LANGUAGE_NAMES.items() if tag != self.language}

    @property
    def data_language(self) -> str:
        """Return the language of the texts in the data that the page shows."""
        return SIMPLIFIED if self.is_converted else self.language

    @property
    def is_converted(self) -> bool:
        """Tell whether the page is in Traditional Chinese, converted from Simplified Chinese."""
        return self.language == TRADITIONAL

    @property
    def punctuation(self) -> Mapping[str, str]:
        """Return colon, opening and closing bracket and separator of the language."""
        return self._catalogue.punctuation

    def message(self, key: str, **values: object) -> str:
        """Return a message of the interface in the language of the page, its fields filled.

        Where one of its fields is 1, that is the message with ``_one`` at the end of its key, if
        there is one.
        """
        messages = self._catalogue.messages
        one = f"{key}_one"
        text = messages[one if one in messages and 1 in values.values() else key]
        return text.format(**values) if values else text

    def has_message(self, key: str) -> bool:
        """Tell whether there is a message with this key."""
        return key in self._catalogue.messages

    @property
    def explained_statuses(self) -> frozenset[int]:
        """Return the statuses of HTTP that have a name and an explanation of their own."""
        return self._catalogue.explained_statuses

    @property
    def _catalogue(self) -> Catalogue:
        return catalogue(self.language)

    def error_sentence(self, sentence: str) -> tuple[str, str]:
        """Return what an error says and its language tag: that of the page if that is known.

        It begins and ends as a sentence does.
        """
        translated = translate(sentence, self.language) if self.language != LANGUAGES[0] else None
        stop = self.punctuation["full_stop"].rstrip()
        if translated:
            return _finish(translated, stop), self.language
        return _finish(sentence, "."), LANGUAGES[0]

    def best_text(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """Return the text that suits the language of the page best, and its language tag.

        A translation by the curators comes after a text in that language, before other languages.
        A text in Traditional Chinese is shown as it is; only where there is none, the one in
        Simplified Chinese is converted, and its tag says so.
        """
        tags = {tag.lower(): tag for tag in texts}
        wanted = [self.language, self.language + TRANSLATION]
        if self.is_converted:
            wanted += [SIMPLIFIED, SIMPLIFIED + TRANSLATION]
        for each in (*wanted, *LANGUAGES, ""):
            tag = tags.get(each.lower())
            if tag is not None:
                return self.converted(texts[tag], tag)
        return next(((text, tag) for tag, text in texts.items()), ("", ""))

    def name(self, iri: str, names: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
        """Return the name of an IRI and the language tag of that name."""
        if iri in names:
            return self.best_text(names[iri])
        if iri in self._catalogue.properties:
            return self._catalogue.properties[iri], self.language
        if iri.startswith(ID):
            kind, _, slug = iri.removeprefix(ID).partition("/")
            label, tag = self.kind_name(kind)
            return f"{label} {slug.rpartition('/')[2]}", tag
        return shorten(iri).strip("<>"), ""

    def kind_name(self, kind: str) -> tuple[str, str]:
        """Return the name of a kind of things, given as in their IRIs, and its language tag."""
        return (self.message(kind), self.language) if self.has_message(kind) else (kind, "en")

    def converted(self, text: str, tag: str) -> tuple[str, str]:
        """Return a text and its language tag, converted if the page is and the text can be."""
        simplified = SIMPLIFIED.lower()
        if not self.is_converted or tag.lower().partition("-t-")[0] != simplified:
            return text, tag
        suffix = tag[len(simplified) :] or CONVERTED
        return to_traditional(text), TRADITIONAL + suffix

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


def sentence_case(text: str, tag: str) -> str:
    """Return a text in English as the heading of a page begins: with a capital letter.

    A word that has a capital elsewhere, such as iFLYTEK, is spelt as it is.
    """
    first = text.partition(" ")[0]
    is_lower = tag.lower().partition("-")[0] == "en" and first == first.lower()
    return text[:1].upper() + text[1:] if is_lower else text


def _finish(sentence: str, stop: str) -> str:
    """Return a sentence with a capital letter and a full stop, unless code begins or ends it."""
    first, last = sentence.split(maxsplit=1)[:1], sentence.rsplit(maxsplit=1)[-1:]
    if first and first[0].isascii() and first[0].isalpha():
        sentence = sentence_case(sentence, LANGUAGES[0])
    ends_in_words = last and last[0][-1].isalnum() and _CODE.isdisjoint(last[0])
    return sentence + stop if ends_in_words else sentence


def _accepted_languages(request: Request) -> Iterable[str]:
    # As much of the header as any real client sends: the rest would only cost time.
    header = request.headers.get("Accept-Language", "")[:_MAX_ACCEPT_LANGUAGE]
    return parse_accept_header(header, LanguageAccept).values()


def _match(tag: str) -> str | None:
    """Return the one of LANGUAGES that a language tag (RFC 5646) asks for, or None.

    Chinese is in Traditional characters if a subtag of script or, without one, of region says so.
    """
    primary, *subtags = tag.lower().split("-")
    if primary == "zh":
        is_traditional = "hant" in subtags or (
            "hans" not in subtags and not _TRADITIONAL_REGIONS.isdisjoint(subtags)
        )
        return TRADITIONAL if is_traditional else SIMPLIFIED
    return primary if primary in LANGUAGES else None
