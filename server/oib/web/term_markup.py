"""RDF terms as HTML: names in the language of the page, with links."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import Markup, escape

from oib.engine.statements import Term
from oib.namespaces import EDTF, PREFIXES, shorten
from oib.rule_messages import WORDS, split_message
from oib.views.named_things import SEPARATOR
from oib.web.localization import Locale, sentence_case

Names = Mapping[str, Mapping[str, str]]
_BOOLEAN: Final = PREFIXES["xsd"] + "boolean"
_BOOLEANS: Final = {"true": "yes", "1": "yes", "false": "no", "0": "no"}
# Dates are not broken at their hyphens.
_DATES: Final = {EDTF, PREFIXES["xsd"] + "date"}


class TermMarkup:
    """Renders the terms of one page; ``names`` are those of its IRIs, by IRI and language tag.

    An IRI that occurs more than once is rendered once. Templates call these functions thousands
    of times a page; as macros they took most of its time.
    """

    def __init__(self, locale: Locale, names: Names) -> None:
        self._locale = locale
        self._names = names
        self._links: dict[str, Markup] = {}
        self._has_uncertain_date = False

    def has_uncertain_date(self) -> bool:
        """Return whether a date was rendered of which a part is uncertain (EDTF, ``?``)."""
        return self._has_uncertain_date

    def link(self, iri: str) -> Markup:
        """Return the name of an IRI, as a link if it has a URL."""
        markup = self._links.get(iri)
        if markup is None:
            markup = self._links[iri] = self._link(iri)
        return markup

    def heading(self, term: Term) -> Markup:
        """Return the name of a thing as a link that begins like a sentence."""
        return self._link(term.text, is_heading=True) if term.is_iri else self.term(term)

    def term(self, term: Term | None) -> Markup:
        """Return an IRI as a link, a literal as text, other terms as Turtle, a dash for None."""
        if term is None:
            return Markup('<span class="none">–</span>')
        if term.is_iri:
            return self.link(term.text)
        if term.kind == "triple":
            return Markup("<code>{}</code>").format(term.text)
        if term.kind == "bnode":
            return Markup("<code>_:{}</code>").format(term.text)
        if term.datatype == EDTF and "?" in term.text:
            self._has_uncertain_date = True
            explanation = self._locale.message("uncertain_date")
            return Markup('<abbr class="literal date" title="{}">{}</abbr>').format(
                explanation, term.text
            )
        return Markup('<span class="{}"{}>{}</span>').format(
            "literal date" if term.datatype in _DATES else "literal",
            self._locale.lang_attribute(term.language),
            term.text,
        )

    def terms(self, terms: Iterable[Term]) -> Markup:
        """Return terms as a list in the language of the page."""
        return Markup(self._locale.punctuation["separator"]).join(map(self.term, terms))

    def text(self, texts: Mapping[str, str]) -> Markup:
        """Return the text, of several by language tag, that suits the page best."""
        text, tag = self._locale.best_text(texts)
        return Markup("<span{}>{}</span>").format(self._locale.lang_attribute(tag), text)

    def named(self, term: Term | None, things: Mapping[str, str]) -> Markup:
        """Return a term; a text that is the name of a thing as a link to that thing.

        Args:
            term: of an answer; names in a row are separated as in ``named_things.SEPARATOR``.
            things: the IRI of each thing by its name.
        """
        if term is None or term.kind != "literal" or not term.text:
            return Markup("") if term is None else self.term(term)
        if term.datatype == _BOOLEAN and term.text in _BOOLEANS:
            return Markup(escape(self._locale.message(_BOOLEANS[term.text])))
        parts = term.text.split(SEPARATOR)
        if not any(part in things for part in parts):
            return self.term(term)
        return Markup(SEPARATOR).join(
            self.link(things[part]) if part in things else Markup(escape(part)) for part in parts
        )

    def filled(self, texts: Mapping[str, str], values: Mapping[str, str]) -> Markup:
        """Return the text that suits the page best, its fields in braces filled and emphasized.

        The first of the values is what the text is about.
        """
        text, tag = self._locale.best_text(texts)
        fields = {
            name: Markup("<strong>{}</strong>").format(value) for name, value in values.items()
        }
        for name in [*values][:1]:
            fields[name] = Markup('<strong class="figure">{}</strong>').format(values[name])
        filled = Markup(escape(text)).format_map(defaultdict(lambda: "–", fields))
        return Markup("<span{}>{}</span>").format(self._locale.lang_attribute(tag), filled)

    def rule_message(self, text: str, tag: str) -> Markup:
        """Return the message of a rule, its placeholders as words that are marked as variables."""
        return Markup("").join(
            Markup("<var>{}</var>").format(part) if is_placeholder else part
            for part, is_placeholder in split_message(text, tag)
        )

    def rule_placeholders(self) -> Markup:
        """Return the words for all placeholders, in the language of the page."""
        words = "".join(f"{{?{name}}}" for name in WORDS)
        return Markup(self._locale.punctuation["separator"]).join(
            Markup("<var>{}</var>").format(part)
            for part, _ in split_message(words, self._locale.language)
        )

    def best(self, literals: Iterable[Term]) -> Markup:
        """Return the literal, of several with language tags, that suits the page best."""
        texts = {literal.language: literal.text for literal in literals}
        return self.text(texts) if texts else Markup("")

    def _link(self, iri: str, *, is_heading: bool = False) -> Markup:
        name, tag = self._locale.name(iri, self._names)
        if is_heading:
            name = sentence_case(name, tag)
        url, lang = self._locale.url(iri), self._locale.lang_attribute(tag)
        if not tag and name == shorten(iri):
            # A name for programs; no label is known.
            name = Markup("<code>{}</code>").format(name)
        if url:
            return Markup(f'<a href="{escape(url)}"{lang}>{escape(name)}</a>')
        return Markup(f"<span{lang}>{escape(name)}</span>")
