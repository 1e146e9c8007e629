"""Paging: which pages come before and after one of a list that is split into pages."""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, urlencode

from oib.errors import NotFound
from oib.namespaces import PREFIXES

#: The most members of a list, or things that refer to an entity, on one page.
PAGE_SIZE: Final = 250

_SAFE: Final = "/:@!$&'()*+,;=~-._"

#: The terms of paging (Hydra Core Vocabulary).
HYDRA: Final = "http://www.w3.org/ns/hydra/core#"


def count(total: int) -> int:
    """Return how many pages a list has, at least one.

    Args:
        total: the number of its members.
    """
    return max(1, -(-total // PAGE_SIZE))


def statements(iri: str, total: int, number: int) -> list[bytes]:
    """Return what a page of a list says of itself: its neighbours and the total, in N-Triples.

    Args:
        iri: the IRI of the list; pages have the parameter ``page``.
        total: the number of its members.
        number: that of the page, counted from 1.
    """
    integer = f"<{PREFIXES['xsd']}integer>"
    found = [(iri, "totalItems", f'"{total}"^^{integer}')]
    if (pages := count(total)) > 1:
        view = f"{iri}?page={number}"
        found.append((iri, "view", f"<{view}>"))
        for relation, other in neighbours(number, pages).items():
            found.append((view, relation, f"<{iri}?page={other}>"))
    return [f"<{s}> <{HYDRA}{p}> {o} .".encode() for s, p, o in found]


def neighbours(number: int, pages: int) -> dict[str, int]:
    """Return the numbers of other pages by their relation: first, previous, next, last.

    Args:
        number: of a page, counted from 1.
        pages: how many there are.
    """
    found = {"first": 1, "last": pages}
    if number > 1:
        found["previous"] = number - 1
    if number < pages:
        found["next"] = number + 1
    return found


def urls(
    path: str, parameters: Iterable[tuple[str, str]], number: int, pages: int
) -> dict[str, str]:
    """Return the addresses of the other pages of a list by their relation.

    Only the number differs from the address of this page. A list of one page has no others.

    Args:
        path: the address of this page, not encoded, without its parameters.
        parameters: names and values of its parameters.
        number: of this page, counted from 1.
        pages: how many there are.
    """
    if pages == 1:
        return {}
    others = [pair for pair in parameters if pair[0] != "page"]
    return {
        relation: f"{quote(path, safe=_SAFE)}?{urlencode([*others, ('page', str(other))])}"
        for relation, other in neighbours(number, pages).items()
    }


def links(addresses: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return other pages as links: address and registered relation (RFC 8288)."""
    return [
        (url, "prev" if relation == "previous" else relation) for relation, url in addresses.items()
    ]


def check(number: int, pages: int) -> None:
    """Make sure that a page exists.

    Raises:
        NotFound: it does not.
    """
    if number > pages:
        some = f"the last of {pages} pages is ?page={pages}" if pages > 1 else "there is one page"
        raise NotFound(f"there is no page {number} of this; {some}")
