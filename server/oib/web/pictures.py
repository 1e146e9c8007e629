"""``/pictures/…``: the saved queries whose header names a chart, each drawn by the server.

The address of a picture holds all that determines it: the query, its parameters, the language. It
is an SVG without script; the page around it has a table of the same rows.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for
from markupsafe import Markup

from oib import media_types, negotiation, response_headers
from oib.engine.statements import LABELS, StatementIndex, Term, fetch_properties, fetch_rows
from oib.errors import NotFound
from oib.namespaces import ID, OIB, PREFIXES
from oib.pictures.chart import draw_chart, draw_narrow_chart
from oib.saved_queries import Chart, SavedQuery
from oib.services import Services
from oib.views import claim_titles
from oib.web import context, queries, representations, templating
from oib.web.localization import Locale

bp = Blueprint("pictures", __name__)

_SVG = "image/svg+xml"
_COLUMN = 1100  # the width of the content of a page, in pixels
_FORMS = {"svg": _SVG, **media_types.PAGE_SUFFIXES}
# What to show where no document prints a name in the language; the build computes it.
_DISPLAYED = {"en": OIB + "englishLabel", "zh-Hans": OIB + "chineseLabel"}

_HEDGES = f"""SELECT DISTINCT ?hedge WHERE {{
  ?hedge <{PREFIXES["skos"]}inScheme> <{PREFIXES["oibv"]}hedge> ; <{OIB}yieldsDirectTriple> false
}} ORDER BY ?hedge"""

Values = tuple[tuple[str, str], ...]
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class DrawnChart:
    """A picture in one language, with the rows that it shows.

    ``rows`` are by variable; ``names`` are those of their IRIs, by IRI and language tag. ``narrow``
    is the form for a phone, empty if it is the same there; ``is_wide`` tells whether the picture
    takes more room than a column of text.
    """

    saved: SavedQuery
    chart: Chart
    title: str
    description: str
    rows: tuple[Mapping[str, Term], ...]
    names: Names
    svg: str
    narrow: str
    standalone: str
    is_wide: bool

    @property
    def markup(self) -> Markup:
        """Return what a figure holds: the picture, and its form for a phone if it has one."""
        broad = Markup(
            '<div class="scroll{}" tabindex="0" role="region" aria-label="{}">{}</div>'
        ).format(" broad" if self.narrow else "", self.title, Markup(self.svg))
        if not self.narrow:
            return broad
        return broad + Markup('\n<div class="narrow">{}</div>').format(Markup(self.narrow))


class PictureWording:
    """Names, addresses and messages for a picture, as ``oib.pictures.canvas.Wording`` has them."""

    def __init__(self, locale: Locale, names: Names, hedges: Sequence[str]) -> None:
        self._locale, self._names, self._hedges = locale, names, hedges

    def name(self, iri: str) -> str:
        """Return the name of a thing."""
        return self._locale.name(iri, self._names)[0]

    def url(self, iri: str) -> str:
        """Return the address of the page about a thing."""
        return self._locale.url(iri)

    def message(self, key: str, **values: object) -> str:
        """Return a message of the interface for pictures."""
        return self._locale.message(f"picture_{key}", **values)

    def hedges(self) -> Sequence[str]:
        """Return the IRIs of all concepts that hedge, in their order in the vocabulary."""
        return self._hedges


@bp.get("/pictures/")
def gallery() -> Response:
    """Return the page of all pictures."""
    return representations.conditional_response(media_types.HTML, _gallery)


@bp.get("/pictures/<path:name>")
def picture(name: str) -> Response:
    """Return a picture: its page, or the SVG alone."""
    name, fixed = negotiation.split_suffix(name, _FORMS)
    saved = context.services().library[name]
    if saved.chart is None:
        raise NotFound(
            f"{name} is not drawn; its answer is at {url_for('queries.query', name=name)}"
        )
    own = {parameter.name for parameter in saved.parameters}
    media_type = representations.negotiate((media_types.HTML, _SVG), fixed, own)
    values = tuple(sorted(queries.resolved_values(saved, queries.values_of(saved)).items()))
    saved.bind(dict(values))  # refused before anything is looked up in a cache
    # Its words are in a language as those of a page are, and so is its entity tag.
    key = f"picture {media_type} {request.full_path} {templating.locale().language}"
    response = representations.conditional_response(
        media_type,
        lambda: _respond(name, values, media_type),
        key=key if media_type == _SVG else None,
        is_volatile=saved.is_volatile,
    )
    response.vary.add("Accept-Language")
    url = url_for("pictures.picture", name=name)
    for suffix, form in _FORMS.items():
        link = response_headers.link(_address(f"{url}.{suffix}", values), "alternate", form)
        response.headers.add("Link", link)
    return response


def inline(name: str, **values: str) -> Markup:
    """Return a picture for a page of another subject, as a figure that links to its own page.

    Args:
        name: of the saved query.
        values: of its parameters.

    Raises:
        NotFound: no saved query with a chart has that name.
        BadInput: the query has no such parameter, or the value is of another kind.
    """
    drawn = _draw(name, tuple(sorted(values.items())))
    url = templating.locale().local_url(f"pictures/{name}", **values)
    return Markup(
        '<figure class="chart"><figcaption><a href="{}">{}</a></figcaption>{}</figure>'
    ).format(url, drawn.title, drawn.markup)


def url_of_thing(iri: str) -> str:
    """Return the address of the picture of a thing, empty if the home names none for its kind."""
    services = context.services()
    name = services.description.pictures.get(iri.removeprefix(ID).partition("/")[0], "")
    if not name or not iri.startswith(ID):
        return ""
    parameter = services.library[name].parameters[0].name
    return templating.locale().local_url(f"pictures/{name}", **{parameter: iri})


def _gallery() -> Response:
    locale = templating.locale()
    charts = [
        (saved, locale.best_text(saved.chart.title or saved.question)[0])
        for saved in sorted(context.services().library, key=lambda saved: saved.name)
        if saved.chart
    ]
    return templating.render("pictures.html", charts=charts)


def _respond(name: str, values: Values, media_type: str) -> Response:
    drawn = _draw(name, values)
    if media_type == _SVG:
        response = context.respond(drawn.standalone, _SVG)
        response.content_language = templating.locale().language
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src '{_style_hash()}'; sandbox allow-top-navigation"
        )
        return response
    saved = drawn.saved
    return templating.render(
        "picture.html",
        names=drawn.names,
        drawn=drawn,
        columns=saved.columns,
        headings=context.services().library.headings,
        fields=queries.form_fields(saved, dict(values)),
        arguments=urlencode(values),
        text=saved.bind(dict(values)),
    )


def _draw(name: str, values: Values) -> DrawnChart:
    services, locale = context.services(), templating.locale()
    if services.is_immutable and not services.library[name].is_volatile:
        return _draw_once(services, name, values, locale)
    return _draw_anew(services, name, values, locale)


@context.kept_with_services(64)
def _draw_once(services: Services, name: str, values: Values, locale: Locale) -> DrawnChart:
    """Return a picture, drawn once for each version of the data."""
    return _draw_anew(services, name, values, locale)


def _draw_anew(services: Services, name: str, values: Values, locale: Locale) -> DrawnChart:
    saved = services.library[name]
    chart = saved.chart
    if chart is None:
        raise NotFound(f"the saved query {name} names no chart in its header")
    rows = fetch_rows(context.queries(), saved.bind(dict(values)))
    names = _fetch_names(rows)
    wording = PictureWording(locale, names, _hedges())
    picture = draw_chart(chart, rows, wording)
    narrow = draw_narrow_chart(chart, rows, wording)
    title = locale.best_text(chart.title or saved.question)[0]
    question = locale.best_text(saved.question)[0]
    description = locale.message("picture_description", question=question, rows=len(rows))
    identifier = "picture-" + name.replace("/", "-")
    parts = (identifier, title, description, locale.language)
    return DrawnChart(
        saved=saved,
        chart=chart,
        title=title,
        description=description,
        rows=tuple(rows),
        names=names,
        svg=picture.to_svg(*parts),
        narrow=narrow.to_svg(identifier + "-narrow", *parts[1:]) if narrow else "",
        standalone=picture.to_svg(*parts, style=_style()),
        is_wide=not picture.is_fluid and picture.width > _COLUMN,
    )


def _fetch_names(rows: list[dict[str, Term]]) -> Names:
    """Return the names of all IRIs in rows, in both languages where there is any name."""
    iris = {term.text for row in rows for term in row.values() if term.is_iri}
    if not iris:
        return {}
    known = fetch_properties(context.queries(), iris, (*LABELS, *_DISPLAYED.values()))
    names = {iri: found for iri in iris if (found := _names(known, iri))}
    # A claim has no name; what it states is told.
    return {**names, **claim_titles.fetch_titles(context.queries(), iris - names.keys(), names)}


def _hedges() -> tuple[str, ...]:
    """Return all concepts that hedge; immutable data are asked for them once."""
    services = context.services()
    return _immutable_hedges(services) if services.is_immutable else _fetch_hedges()


@context.kept_with_services(1)
def _immutable_hedges(services: Services) -> tuple[str, ...]:
    return _fetch_hedges()


def _fetch_hedges() -> tuple[str, ...]:
    """Return all concepts that hedge, in use or not, in the order of their IRIs."""
    return tuple(row["hedge"].text for row in fetch_rows(context.queries(), _HEDGES))


def _names(known: StatementIndex, iri: str) -> Mapping[str, str]:
    names = dict(known.names(iri))
    for tag, property_ in _DISPLAYED.items():
        if tag not in names and (label := known.value(iri, property_)):
            names[tag] = label.text
    return names


def _address(url: str, values: Values) -> str:
    return f"{url}?{urlencode(values)}" if values else url


@cache
def _style() -> str:
    """Return the style sheet of pictures, which one that stands alone carries along."""
    text = files("oib.web").joinpath("static", "pictures.css").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if line)


@cache
def _style_hash() -> str:
    """Return what allows this style sheet, and no other, in a content security policy."""
    digest = hashlib.sha256(_style().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
