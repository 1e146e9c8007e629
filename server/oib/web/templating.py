"""The sheet: an HTML page, made of a template in the reader's language."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, render_template, request

from oib.web import context
from oib.web.localization import Reader

#: What a page may load: our own style and pictures, and nothing else; no script at all.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def reader() -> Reader:
    """Return who reads the answer to this request."""
    return Reader.of(request)


def fill(
    template: str,
    code: int = 200,
    names: Mapping[str, Mapping[str, str]] | None = None,
    **values: object,
) -> Response:
    """Fill a template; ``names`` are those of the IRIs on the page, by IRI and language tag."""
    who = reader()
    body = render_template(
        template,
        reader=who,
        say=who.say,
        names=names or {},
        version=context.site().version,
        switch=f"?{urlencode([*_kept(), ('lang', who.other)])}",
        **values,
    )
    response = context.reply(body, context.PAGE, code)
    response.content_language = who.language
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.vary.add("Accept-Language")
    return response


def _kept() -> list[tuple[str, str]]:
    return [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
