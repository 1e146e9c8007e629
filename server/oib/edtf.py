"""EDTF dates, parsed into the earliest and the latest day that they allow.

The Extended Date/Time Format of the Library of Congress (4 February 2019,
https://www.loc.gov/standards/datetime/), levels 0 and 1, and of level 2 the qualifier after a
component (``2024?-05-13``: the year is uncertain). Where the text leaves a bound open or unknown,
the bound is None: a date that nobody stated is never made up. Two choices of ours: a season has
the bounds of its year, because its months depend on the hemisphere, and years outside 0001-9999
are refused, because ``datetime.date`` cannot hold them.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from oib.errors import BadInput

EXAMPLES: Final = "2017, 2017-07, 2017-07-20, 2017~, 2024?-05-13, 201X, 2017-21, 2017/2018, ../2021"

_DATE: Final = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?P<year_mark>[?~%]?)"
    r"(?:-(?P<month>[0-9]{2}|XX)(?P<month_mark>[?~%]?)"
    r"(?:-(?P<day>[0-9]{2}|XX)(?P<day_mark>[?~%]?))?)?"
)
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}(?::[0-9]{2})?)?"
)
_COMPONENTS: Final = ("year", "month", "day")
_SEASONS: Final = range(21, 25)


@dataclass(frozen=True)
class Bounds:
    """The first and the last day that a date allows; None where it says nothing."""

    earliest: date | None
    latest: date | None


@dataclass(frozen=True)
class Edtf:
    """A date as its source gives it.

    ``uncertain`` (``?`` or ``%``) and ``approximate`` (``~`` or ``%``) name the components,
    ``year``, ``month`` or ``day``, that carry the mark. A mark does not widen the bounds, because
    nothing says by how much.
    """

    text: str
    bounds: Bounds
    uncertain: frozenset[str] = frozenset()
    approximate: frozenset[str] = frozenset()


def parse_edtf(text: str) -> Edtf:
    """Return what an EDTF text says.

    Raises:
        BadInput: the text is not EDTF, or it names a day that no calendar has.
    """
    try:
        start, slash, end = text.partition("/")
        return _interval(text, start, end) if slash else _moment(text)
    except ValueError as error:
        raise BadInput(
            f"{text!r} is not a date: {error}; write it in EDTF, such as {EXAMPLES}"
        ) from error


def _interval(text: str, start: str, end: str) -> Edtf:
    """Read ``start/end``, where ``..`` is open and an empty side unknown."""
    first, last = (None if side in ("", "..") else _date(side) for side in (start, end))
    if first is None and last is None:
        raise ValueError("an interval needs a date on one side at least")
    known = [side for side in (first, last) if side]
    bounds = Bounds(first.bounds.earliest if first else None, last.bounds.latest if last else None)
    if bounds.earliest and bounds.latest and bounds.earliest > bounds.latest:
        raise ValueError("the interval ends before it begins")
    return Edtf(
        text,
        bounds,
        frozenset().union(*(side.uncertain for side in known)),
        frozenset().union(*(side.approximate for side in known)),
    )


def _moment(text: str) -> Edtf:
    """Read a date, or a date with a time of day, whose bounds are its day as written."""
    if not _TIME.fullmatch(text):
        return _date(text)
    day = datetime.fromisoformat(text).date()
    return Edtf(text, Bounds(day, day))


def _date(text: str) -> Edtf:
    """Read one date of level 0 or 1, with a qualifier after any component."""
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError("the form is not one of EDTF, level 0 or 1")
    marks = [match[f"{component}_mark"] or "" for component in _COMPONENTS]
    bounds = _bounds(match["year"], match["month"], match["day"])
    return Edtf(text, bounds, _marked(marks, "?%"), _marked(marks, "~%"))


def _marked(marks: list[str], signs: str) -> frozenset[str]:
    """Return the components under one of the signs: a sign covers all to its left."""
    reach = max((place for place, mark in enumerate(marks, 1) if mark and mark in signs), default=0)
    return frozenset(_COMPONENTS[:reach])


def _bounds(year: str, month: str | None, day: str | None) -> Bounds:
    """Return the bounds of one date; X stands for any digit."""
    if ("X" in year and month) or (month == "XX" and day not in (None, "XX")):
        raise ValueError("digits are left unspecified from the right only")
    first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if not last:
        raise ValueError("there is no year 0 here, only 0001 to 9999")
    if month in (None, "XX") or int(month) in _SEASONS:
        if month != "XX" and day:
            raise ValueError("a season has no days")
        return Bounds(date(max(first, 1), 1, 1), date(last, 12, 31))
    if not 1 <= int(month) <= 12:
        raise ValueError(f"there is no month {month}")
    length = monthrange(first, int(month))[1]
    if day in (None, "XX"):
        return Bounds(date(first, int(month), 1), date(first, int(month), length))
    if not 1 <= int(day) <= length:
        raise ValueError(f"{year}-{month} has no day {day}")
    only = date(first, int(month), int(day))
    return Bounds(only, only)
