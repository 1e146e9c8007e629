"""The targets of a run, each with the measured value and whether it was met.

Ratios compare servers of one run on one machine, trial by trial; the median of the trials counts.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench import page_loads
from bench.check_times import (
    GENERATED,
    GROWTH,
    LARGE,
    file_way,
    home_way,
    submission_way,
)
from bench.entity_documents import CONSTRUCTED, DESCRIBED, DOCUMENTS
from bench.entity_pages import BEFORE, PAGE, PAGES
from bench.hostile_load import GRACE, LIMIT, NONE
from bench.measure import AGGREGATE_QUERY, BOUNDED_QUERY, REPEATED_QUERY, SMALL

OWN = "oib"
MEMORY = "oxigraph memory"
MEMORY_TIMEOUT = "oxigraph memory, time-out"
VIRTUOSO = "virtuoso"
MET, MISSED, NOT_MEASURED = "met", "missed", "not measured"

_SMALL_P99 = 50.0  # milliseconds, beside a hostile query
_MOST_GROWTH = 3.0


@dataclass(frozen=True)
class Target:
    """One target: the work, both measurements, the ratio (or value) and its bound, the verdict."""

    work: str
    size: str
    ours: str
    theirs: str
    value: str
    bound: str
    verdict: str


@dataclass(frozen=True)
class _Comparison:
    """A kind of request, a peer, and the greatest ratio of our processor time to the peer's."""

    title: str
    what: str
    peer: str
    max_ratio: Mapping[int, float]  # by connections


_COMPARISONS = (
    _Comparison(
        "never-seen small query that a worker answers",
        AGGREGATE_QUERY,
        MEMORY_TIMEOUT,
        {1: 2.0, 8: 1.6, 32: 1.6},
    ),
    _Comparison(
        "never-seen small query of bounded cost",
        BOUNDED_QUERY,
        MEMORY_TIMEOUT,
        {1: 1.25, 8: 1.0, 32: 1.0},
    ),
    _Comparison(
        "never-seen small query of bounded cost",
        BOUNDED_QUERY,
        MEMORY,
        {1: 1.6, 8: 1.6, 32: 1.6},
    ),
    _Comparison(
        "never-seen small query of bounded cost",
        BOUNDED_QUERY,
        VIRTUOSO,
        {1: 0.15, 8: 0.15, 32: 0.15},
    ),
    # Before, a repeated query took a 3.3rd to a 4.6th of oxigraph's time.
    _Comparison("repeated query", REPEATED_QUERY, MEMORY, {8: 1 / 3.3, 32: 1 / 3.3}),
)


def judge(results: Mapping[str, Any]) -> list[Target]:
    """Return every target with its verdict for the results of a run."""
    targets: list[Target] = []
    for name, size in results["sizes"].items():
        for comparison in _COMPARISONS:
            for connections, max_ratio in comparison.max_ratio.items():
                work = (
                    f"{comparison.title}, {connections} conn., "
                    f"processor time, against {comparison.peer}"
                )
                key = (SMALL, comparison.what, connections)
                targets.append(_compare(work, name, size["cells"], key, comparison.peer, max_ratio))
    targets.append(
        _compare(
            "entity page in HTML, never seen, processor time, against the state before",
            "shipped",
            results.get("pages", {}).get("cells", ()),
            (PAGES, PAGE, 1),
            BEFORE,
            0.5,
        )
    )
    for what, title in (
        (DESCRIBED, "entity document in Turtle, with names and incoming, against a DESCRIBE"),
        (CONSTRUCTED, "entity document in Turtle, against the same statements"),
    ):
        cells, key = results.get("documents", {}).get("cells", ()), (DOCUMENTS, what, 1)
        work = f"{title} by {MEMORY}, never seen, processor time"
        targets.append(_compare(work, "shipped", cells, key, MEMORY, 1.5))
    for name, size in results["sizes"].items():
        targets += _judge_hostile(name, size.get("hostile", ()))
    return [
        *targets,
        *_judge_page_loads(results.get("loads", {})),
        *_judge_cold_starts(results),
        *_judge_names(results.get("names", {})),
        *judge_checks(results.get("checks", ())),
    ]


def _compare(
    work: str,
    name: str,
    cells: Sequence[Mapping[str, Any]],
    key: tuple[str, str, int],
    peer: str,
    max_ratio: float,
) -> Target:
    """Compare the processor time of our trials with that of a peer's trials."""
    ours, theirs = _find_cell(cells, key, OWN), _find_cell(cells, key, peer)
    ratios = [
        own_time / peer_time
        for own_time, peer_time in zip(_times(ours), _times(theirs), strict=False)
        if own_time and peer_time
    ]
    ratio = median(ratios) if ratios else None
    return Target(
        work,
        name,
        _milliseconds(ours),
        _milliseconds(theirs),
        f"{ratio:.3g}×" if ratio is not None else "",
        f"≤ {max_ratio:.3g}×",
        f"{NOT_MEASURED}{_first_note(ours, theirs)}"
        if ratio is None
        else MET
        if ratio <= max_ratio
        else MISSED,
    )


def _find_cell(
    cells: Sequence[Mapping[str, Any]], key: tuple[str, str, int], server: str
) -> Mapping[str, Any] | None:
    for cell in cells:
        if (cell["group"], cell["what"], cell["connections"]) == key and cell["server"] == server:
            return cell
    return None


def _times(cell: Mapping[str, Any] | None) -> list[float | None]:
    return [cpu for cpu, _ in cell["trials"]] if cell else []


def _milliseconds(cell: Mapping[str, Any] | None) -> str:
    times = [time for time in _times(cell) if time]
    return f"{median(times) / 1000:.3g} ms" if times else ""


def _first_note(*cells: Mapping[str, Any] | None) -> str:
    notes = [str(cell["note"]) for cell in cells if cell and cell["note"]]
    return f": {notes[0]}" if notes else ""


def _judge_hostile(name: str, hostile: Sequence[Mapping[str, Any]]) -> Iterator[Target]:
    theirs = [row for row in hostile if row["server"] != OWN and row["query"] != NONE]
    ours = [row for row in hostile if row["server"] == OWN and row["query"] != NONE]
    bound = LIMIT + GRACE

    def in_time(rows: Sequence[Mapping[str, Any]]) -> str:
        good = [r for r in rows if r["seconds"] and r["seconds"] <= bound and not r["note"]]
        return f"{len(good)} of {len(rows)}" if rows else ""

    def slowest(rows: Sequence[Mapping[str, Any]]) -> str:
        return f"{max(row['p99'] for row in rows):.1f} ms" if rows else ""

    verdict = NOT_MEASURED
    if ours:
        verdict = MET if in_time(ours) == f"{len(ours)} of {len(ours)}" else MISSED
    longest = max((row["seconds"] or 0.0 for row in ours), default=None)
    yield Target(
        "hostile queries stopped within the limit and half a second",
        name,
        in_time(ours),
        in_time(theirs),
        f"{longest:.2f} s" if longest is not None else "",
        f"all, ≤ {bound:g} s",
        verdict,
    )
    if ours:
        good = all(row["p99"] < _SMALL_P99 and not row["failed"] for row in ours)
        verdict = MET if good else MISSED
    yield Target(
        "p99 of small queries beside a hostile one",
        name,
        slowest(ours),
        slowest(theirs),
        slowest(ours),
        f"< {_SMALL_P99:.0f} ms, none failed",
        verdict,
    )


def _judge_cold_starts(results: Mapping[str, Any]) -> Iterator[Target]:
    restarts = results["sizes"].get("10M", {}).get("restarts")
    shipped = results.get("cold", {}).get("built already")
    prepared = median(restarts) if restarts else None
    for work, size, seconds, max_seconds in (
        ("cold start to the first answer, shipped data", "shipped", shipped, 1.0),
        ("cold start to the first answer, prepared store", "10M", prepared, 0.5),
    ):
        verdict = NOT_MEASURED if seconds is None else MET if seconds <= max_seconds else MISSED
        value = "" if seconds is None else f"{seconds:.2f} s"
        yield Target(work, size, value, "", value, f"≤ {max_seconds:g} s", verdict)


def _judge_page_loads(loads: Mapping[str, Any]) -> Iterator[Target]:
    """Judge the page that takes longest, each by its median over the starts."""
    ours, theirs = (
        [median(page[name]) for page in loads.get("pages", ())] for name in ("loaded", "as_file")
    )
    longest = max(ours, default=None)
    value, peer = (f"{max(each):.0f} ms" if each else "" for each in (ours, theirs))
    verdict = NOT_MEASURED if longest is None else MET if longest < page_loads.LIMIT else MISSED
    yield Target(
        "the slowest page in a browser, first visit after a start, against the same bytes as files",
        "shipped",
        value,
        peer,
        value,
        f"< {page_loads.LIMIT:.0f} ms",
        verdict,
    )


def _judge_names(seconds: Mapping[str, float]) -> Iterator[Target]:
    """Judge the processor time of names and of search, see ``bench.name_matching``."""
    shipped, small, large = (seconds.get(name) for name in ("shipped", "small", "large"))
    growth = large / small if small and large else None
    search = seconds.get("search")
    for work, size, value, max_value, unit in (
        ("1,000 names reconciled, processor time", "shipped", shipped, 0.3, " s"),
        ("the same, growth from 250 to 100,000 names", "100k names", growth, 2.0, "×"),
        (
            "first page of a search, processor time",
            "100k names",
            None if search is None else 1000 * search,
            5.0,
            " ms",
        ),
    ):
        verdict = NOT_MEASURED if value is None else MET if value <= max_value else MISSED
        shown = "" if value is None else f"{value:.3g}{unit}"
        yield Target(work, size, shown, "", shown, f"≤ {max_value:g}{unit}", verdict)


def judge_checks(checks: Sequence[Mapping[str, Any]]) -> Iterator[Target]:
    """Yield the targets of the check."""
    seconds: dict[str, float] = {each["way"]: each["cpu"] for each in checks}
    small, large = LARGE
    for work, size, way, most in (
        ("oib check of the shipped data", "shipped", "command", 1.5),
        ("oib check of one new claim", "shipped", "submission", 0.8),
        ("oib check of one new claim", f"{large:,}", submission_way(large), 1.2),
        ("oib check of a file of claims, one changed", "shipped", "file", 1.5),
        ("oib check of everything", f"{GENERATED:,}", home_way(GENERATED), 7.0),
    ):
        own = seconds.get(way)
        verdict = NOT_MEASURED if own is None else MET if own <= most else MISSED
        value = "" if own is None else f"{own:.2f} s"
        yield Target(f"{work}, processor time", size, value, "", value, f"≤ {most:g} s", verdict)
    for triples in (small, large):
        yield _compare_times(
            f"oib check of a file of {triples:,} triples, against that of everything with them",
            seconds.get(file_way(triples)),
            seconds.get(home_way(triples)),
            1.1,
        )
    yield _judge_growth([seconds.get(file_way(triples)) for triples in GROWTH])
    own, theirs = seconds.get("command"), seconds.get("pyshacl")
    ratio = theirs / own if own and theirs else None
    yield Target(
        "oib check of the shipped data, against plain pySHACL (stopped at the limit: at least)",
        "shipped",
        "" if own is None else f"{own:.2f} s",
        "" if theirs is None else f"{theirs:.2f} s",
        "" if ratio is None else f"{ratio:.3g}×",
        "≥ 100×",
        NOT_MEASURED if ratio is None else MET if ratio >= 100 else MISSED,
    )


def _compare_times(work: str, part: float | None, whole: float | None, limit: float) -> Target:
    ratio = part / whole if part and whole else None
    return Target(
        work,
        "shipped",
        "" if part is None else f"{part:.2f} s",
        "" if whole is None else f"{whole:.2f} s",
        "" if ratio is None else f"{ratio:.2f}×",
        f"≤ {limit:g}×",
        NOT_MEASURED if ratio is None else MET if ratio <= limit else MISSED,
    )


def _judge_growth(seconds: Sequence[float | None]) -> Target:
    """Judge times of sizes each twice the one before: what each doubling adds, by the one before.

    What the command takes whatever the size is in none of the differences. With n log n they grow
    by some 2.2 each time, with the square of n by 4. The median counts: the smallest is uncertain.
    """
    known = [each for each in seconds if each is not None]
    added = [more - less for less, more in itertools.pairwise(known)]
    ratios = [more / less if less > 0 else math.inf for less, more in itertools.pairwise(added)]
    complete = len(known) == len(seconds)
    return Target(
        "oib check of a file, time that each doubling adds, by that of the one before",
        f"{GROWTH[0]:,} to {GROWTH[-1]:,}",
        ", ".join(f"{each:.2f} s" for each in known),
        "",
        ", ".join(f"{each:.1f}×" for each in ratios),
        f"≤ {_MOST_GROWTH:g}×",
        NOT_MEASURED if not complete else MET if median(ratios) <= _MOST_GROWTH else MISSED,
    )
