"""HTML pages rendered from templates in the language of the request."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, render_template, request

from oib import media_types
from oib.web import context, page_metadata
from oib.web.localization import Locale, sentence_case
from oib.web.term_markup import TermMarkup

#: A page may load our own style sheet and images; nothing else, and no script.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def locale() -> Locale:
    """Return the locale of this request."""
    return Locale.from_request(request)


def render(
    template: str,
    code: int = 200,
    names: Mapping[str, Mapping[str, str]] | None = None,
    **values: object,
) -> Response:
    """Return a page; ``names`` holds the names of its IRIs, by IRI and language tag."""
    page_locale = locale()
    markup = TermMarkup(page_locale, names or {})
    canonical = page_metadata.canonical_url()
    body = render_template(
        template,
        locale=page_locale,
        message=page_locale.message,
        message_exists=page_locale.has_message,
        error_sentence=page_locale.error_sentence,
        names=names or {},
        **page_locale.punctuation,
        link_html=markup.link,
        heading_html=markup.heading,
        sentence_case=sentence_case,
        term_html=markup.term,
        terms_html=markup.terms,
        text_html=markup.text,
        best_html=markup.best,
        rule_message_html=markup.rule_message,
        rule_placeholders_html=markup.rule_placeholders,
        filled_html=markup.filled,
        named_html=markup.named,
        has_uncertain_date=markup.has_uncertain_date,
        version=context.services().version,
        released=context.services().released,
        description=context.services().description,
        lists=context.services().pages.lists,
        path=request.path,
        canonical=canonical,
        language_urls=page_metadata.language_urls(canonical),
        switches={
            tag: (name, f"?{urlencode([*_other_arguments(), ('lang', tag)])}")
            for tag, name in page_locale.alternates.items()
        },
        **values,
    )
    response = context.respond(body, media_types.HTML, code)
    response.content_language = page_locale.language
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.vary.add("Accept-Language")
    return response


def _other_arguments() -> list[tuple[str, str]]:
    return [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
