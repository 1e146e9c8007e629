"""``/robots.txt``, ``/sitemap.xml`` and well-known addresses: where a crawler begins."""

from itertools import pairwise

from flask import Blueprint, Response, request, url_for
from markupsafe import escape

from oib import media_types
from oib.dataset.releases import PRESENT
from oib.errors import NotFound
from oib.namespaces import ID
from oib.services import Services
from oib.web import collections, context, representations
from oib.web.messages import LANGUAGES

bp = Blueprint("site_index", __name__)

_REFERENCES = ("/ontology", "/vocab", "/shapes", "/dataset")
_OTHERS = (
    *("/queries/", "/pictures/", "/sparql", "/changes"),
    *("/how-to-read", "/about", "/corrections", "/doc/"),
)
_STEPS = 2  # between releases
_MAX_URLS = 20_000  # of one file; sitemaps.org allows 50,000
_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XHTML = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@bp.get("/robots.txt")
def robots() -> Response:
    """Return what crawlers are asked for: not to run queries, not to walk through old releases."""
    lines = [
        "User-agent: *",
        "Disallow: /sparql?",
        "Disallow: /version/",
        "Disallow: /graph-store",
        f"Sitemap: {_root()}/sitemap.xml",
    ]
    return context.respond("\n".join(lines) + "\n", "text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Return the pages of the site in each language, or with many pages an index of such files."""

    def create() -> Response:
        paths = _paths()
        parts = -(-len(paths) // _MAX_URLS)
        if parts == 1:
            return context.respond(_url_set(paths), media_types.XML)
        if "page" not in request.args:
            entries = "".join(
                f"<sitemap><loc>{_root()}/sitemap.xml?page={number}</loc></sitemap>\n"
                for number in range(1, parts + 1)
            )
            body = f"{_DECLARATION}<sitemapindex {_XMLNS}>\n{entries}</sitemapindex>\n"
            return context.respond(body, media_types.XML)
        number = representations.page_number()
        if number > parts:
            raise NotFound(f"there is no page {number} of this; the last one is {parts}")
        shown = paths[(number - 1) * _MAX_URLS : number * _MAX_URLS]
        return context.respond(_url_set(shown), media_types.XML)

    return representations.conditional_response(media_types.XML, create, names_host=True)


@bp.get("/.well-known/sparql-examples")
def examples() -> Response:
    """Redirect to the saved queries, which are described in the terms of sparql-examples."""
    response = context.respond("", "text/plain", 302)
    response.location = url_for("queries.library")
    return response


def main_paths(services: Services) -> list[str]:
    """Return the paths of the pages that every page leads to: the home page, lists, documents.

    Pictures that need no values are among them, and the last changes between releases. What takes
    longest to make comes first, for it is the order in which pages are made ahead.
    """
    lists = [f"/{each.name}" for each in services.pages.lists]
    charts = {
        query.name: query.chart.kind
        for query in services.library
        if query.chart and not query.parameters
    }
    drawn = sorted(charts, key=lambda name: charts[name] != "network")
    steps = list(pairwise(_states(services)))[-_STEPS:]
    return [
        "/",
        *(f"/changes/{old}/{new}" for old, new in steps),
        *_REFERENCES,
        *lists[-1:],  # that of claims, the longest
        *(f"/pictures/{name}" for name in drawn),
        *lists[:-1],
        *_OTHERS,
    ]


def _states(services: Services) -> list[str]:
    """Return the versions whose changes the build noted, the oldest first."""
    if services.releases is None or services.changes is None:
        return []
    return [*(release.version for release in services.releases.all), PRESENT]


def _paths() -> list[str]:
    services = context.services()
    main = [path.removeprefix("/") for path in main_paths(services)]
    queries = [f"queries/{query.name}" for query in services.library]
    things = [
        f"doc/{iri.removeprefix(ID)}"
        for iris in collections.things_by_kind().values()
        for iri in iris
    ]
    return [*main, *queries, *things]


def _url_set(paths: list[str]) -> str:
    entries = "".join(
        f"<url><loc>{url}</loc>{''.join(_alternate(tag, url) for tag in LANGUAGES)}</url>\n"
        for url in (escape(f"{_root()}/{path}") for path in paths)
    )
    return f"{_DECLARATION}<urlset {_XMLNS} {_XHTML}>\n{entries}</urlset>\n"


def _alternate(tag: str, url: str) -> str:
    return f'<xhtml:link rel="alternate" hreflang="{tag}" href="{url}?lang={tag}"/>'


def _root() -> str:
    """Return scheme and host under which the server is known, by its settings."""
    return request.host_url.rstrip("/")
