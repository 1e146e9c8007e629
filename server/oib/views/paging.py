"""Paging: which pages come before and after one of a list that is split into pages."""

from oib.errors import NotFound


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
