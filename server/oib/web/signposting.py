"""Signposting (FAIR Signposting Profile): typed links of a resource, and its linkset (RFC 9264)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from flask import Response, request, url_for

from oib import media_types, response_headers
from oib.namespaces import BASE
from oib.web import context

#: The media types of a linkset, the preferred one first (RFC 9264, section 4).
LINKSET_JSON: Final = "application/linkset+json"
LINKSET: Final = "application/linkset"

#: The suffix of the address of a linkset.
SUFFIX: Final = "linkset"

ABOUT_PAGE: Final = "https://schema.org/AboutPage"
COLLECTION_PAGE: Final = "https://schema.org/CollectionPage"

Link = tuple[str, str, str]  # target, relation and media type, which may be empty


@dataclass(frozen=True)
class Resource:
    """A resource with representations under addresses of their own.

    Attributes:
        url: its address on this server, without the suffix of a form.
        iri: the IRI to cite.
        forms: media types of its forms by suffix.
        types: IRIs of classes that it is an instance of.
        query: what follows the question mark of its address.
    """

    url: str
    iri: str
    forms: Mapping[str, str]
    types: tuple[str, ...] = (ABOUT_PAGE,)
    query: str = field(default="")

    def address(self, suffix: str) -> str:
        """Return the address of the form with a suffix; that of a list has it as a parameter."""
        if self.url.endswith("/"):
            return f"{self.url}?as={suffix}" + (f"&{self.query}" if self.query else "")
        return f"{self.url}.{suffix}" + (f"?{self.query}" if self.query else "")


def add_links(response: Response, resource: Resource) -> None:
    """Add the ``Link`` headers of a resource, or of one of its forms (level 1 of the profile)."""
    is_page = response.mimetype == media_types.HTML
    for link in (*_links(resource), *(() if is_page else [(resource.url, "describes", "")])):
        response.headers.add("Link", response_headers.link(*link))


def linkset(resource: Resource) -> Response:
    """Return the links of a resource and of its forms as a document (level 2 of the profile)."""
    accepted = request.accept_mimetypes
    root = request.host_url.rstrip("/")
    anchors = {
        root + resource.url: [link for link in _links(resource) if link[1] != "linkset"],
        **{
            root + resource.address(suffix): [(resource.url, "describes", media_types.HTML)]
            for suffix, form in resource.forms.items()
            if form != media_types.HTML
        },
    }
    if accepted and accepted.best_match([LINKSET_JSON, LINKSET, media_types.JSON]) == LINKSET:
        body = ",\n".join(
            f'{response_headers.link(*_absolute(link, root))}; anchor="{anchor}"'
            for anchor, links in anchors.items()
            for link in links
        )
        return context.respond(body, LINKSET)
    members = [{"anchor": anchor, **_by_relation(links, root)} for anchor, links in anchors.items()]
    return context.respond(json.dumps({"linkset": members}), LINKSET_JSON)


def _links(resource: Resource) -> Iterator[Link]:
    about = context.services().description
    for suffix, form in resource.forms.items():
        yield resource.address(suffix), "alternate", form
    yield quote(resource.iri, safe="/:#%?=&"), "cite-as", ""
    described = [suffix for suffix, form in resource.forms.items() if form in _DESCRIPTIONS]
    for suffix in described:
        yield resource.address(suffix), "describedby", resource.forms[suffix]
    for kind in resource.types:
        yield kind, "type", ""
    if about.publisher_iri:
        yield quote(about.publisher_iri, safe="/:#%"), "author", ""
    if about.license_iri:
        yield quote(about.license_iri, safe="/:#%"), "license", ""
    if resource.iri != BASE + "dataset":
        yield url_for("documents.document", name="dataset"), "collection", ""
    if not resource.url.endswith("/"):
        yield f"{resource.url}.{SUFFIX}", "linkset", LINKSET_JSON


_DESCRIPTIONS = frozenset((media_types.TURTLE, media_types.JSON_LD))


def _absolute(link: Link, root: str) -> Link:
    url, relation, form = link
    return (root + url if url.startswith("/") else url), relation, form


def _by_relation(links: list[Link], root: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for url, relation, form in (_absolute(link, root) for link in links):
        target = {"href": url, "type": form} if form else {"href": url}
        found.setdefault(relation, []).append(target)
    return found
