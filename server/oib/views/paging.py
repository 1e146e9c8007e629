"""Paging: which pages come before and after one of a list that is split into pages."""

from typing import Final

from oib.errors import NotFound
from oib.namespaces import PREFIXES

#: The most members of a list, or things that refer to an entity, on one page.
PAGE_SIZE: Final = 250

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


def check(number: int, pages: int) -> None:
    """Make sure that a page exists.

    Raises:
        NotFound: it does not.
    """
    if number > pages:
        some = f"the last of {pages} pages is ?page={pages}" if pages > 1 else "there is one page"
        raise NotFound(f"there is no page {number} of this; {some}")
