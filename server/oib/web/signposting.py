"""Signposting (FAIR Signposting Profile): typed links of a response, and linksets (RFC 9264)."""

import json

from flask import Response, request

from oib import media_types, response_headers, typed_links
from oib.typed_links import LINKSET, LINKSET_JSON, Link, Resource
from oib.web import context


def add_links(response: Response, resource: Resource) -> None:
    """Add the ``Link`` headers of a resource, or of one of its forms (level 1 of the profile)."""
    is_page = response.mimetype == media_types.HTML
    for link in (*_links(resource), *(() if is_page else [typed_links.describes(resource)])):
        response.headers.add("Link", response_headers.link(*link))


def linkset_form() -> str:
    """Return the media type in which the client wants a linkset: JSON, or text if it asks so."""
    accepted = request.accept_mimetypes
    forms = [LINKSET_JSON, LINKSET, media_types.JSON]
    return LINKSET if accepted and accepted.best_match(forms) == LINKSET else LINKSET_JSON


def linkset(resource: Resource) -> Response:
    """Return the links of a resource and of its forms as a document (level 2 of the profile)."""
    root = request.host_url.rstrip("/")
    anchors = {
        root + resource.url: [link for link in _links(resource) if link[1] != "linkset"],
        **{
            root + resource.address(suffix): [(resource.url, "describes", media_types.HTML)]
            for suffix, form in resource.forms.items()
            if form != media_types.HTML
        },
    }
    if linkset_form() == LINKSET:
        body = ",\n".join(
            f'{response_headers.link(*_absolute(link, root))}; anchor="{anchor}"'
            for anchor, links in anchors.items()
            for link in links
        )
        return context.respond(body, LINKSET)
    members = [{"anchor": anchor, **_by_relation(links, root)} for anchor, links in anchors.items()]
    return context.respond(json.dumps({"linkset": members}), LINKSET_JSON)


def _links(resource: Resource) -> list[Link]:
    about = context.services().description
    return list(typed_links.signposts(resource, about, request.script_root))


def _absolute(link: Link, root: str) -> Link:
    url, relation, form = link
    return (root + url if url.startswith("/") else url), relation, form


def _by_relation(links: list[Link], root: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for url, relation, form in (_absolute(link, root) for link in links):
        target = {"href": url, "type": form} if form else {"href": url}
        found.setdefault(relation, []).append(target)
    return found
