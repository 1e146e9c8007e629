"""The targets: what was measured in a run goes in, each target with met or missed comes out.

Ratios are of one run on one machine, taken round by round; the median of the rounds counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from siege import GRACE, LIMIT, NONE

OWN = "oib"
MEMORY = "oxigraph memory"
SAFE = "oxigraph memory, time-out"
VIRTUOSO = "virtuoso"
RDFLIB = "rdflib-endpoint"
MET, MISSED, UNKNOWN = "met", "missed", "not measured"

_CONNECTIONS = (1, 8, 32)
_CPU, _RATE = 0, 1  # places in a round
_SMALL_WITHIN = 50.0  # milliseconds for 99 of 100 small queries beside a hostile one


@dataclass(frozen=True)
class Target:
    """One target: the work, both numbers, their ratio (or the value itself), and the verdict."""

    work: str
    size: str
    ours: str
    theirs: str
    value: str
    target: str
    verdict: str


def judge(results: Mapping[str, Any]) -> list[Target]:
    """Return every target with what this run says of it."""
    found: list[Target] = []
    for name, size in results["sizes"].items():
        found += _repeated(name, size)
        found += _never_seen(name, size)
    found += _heavy("1M", results["sizes"].get("1M", {"cells": []}))
    for name, size in results["sizes"].items():
        found += _hostile(name, size.get("hostile", ()))
    return [*found, *_cold(results)]


def _repeated(name: str, size: Mapping[str, Any]) -> Iterator[Target]:
    for place, unit in ((_CPU, "throughput a core"), (_RATE, "requests a second")):
        for connections in _CONNECTIONS[1:]:
            work = f"repeated query, {connections} conn., {unit}, against {MEMORY}"
            key = ("small", "repeated query", connections)
            yield _compared(work, name, size, key, MEMORY, place, at_least=2.0)


def _never_seen(name: str, size: Mapping[str, Any]) -> Iterator[Target]:
    for peer, most in ((SAFE, 1.0), (RDFLIB, 0.25), (VIRTUOSO, 0.25)):
        for connections in _CONNECTIONS:
            work = f"never-seen query, {connections} conn., processor time, against {peer}"
            key = ("small", "never-seen query", connections)
            yield _compared(work, name, size, key, peer, _CPU, at_most=most)


def _heavy(name: str, size: Mapping[str, Any]) -> Iterator[Target]:
    whats = dict.fromkeys(cell["what"] for cell in size["cells"] if cell["heavy"])
    for group, peer, most in (
        ("first time", MEMORY, 1.0),
        ("repeated", VIRTUOSO, 0.1),
        ("saved", VIRTUOSO, 0.1),
    ):
        for what in whats or ("heavy shapes",):
            work = f"{what} (heavy), {group}, processor time, against {peer}"
            yield _compared(work, name, size, (group, what, 1), peer, _CPU, at_most=most)


def _compared(
    work: str,
    name: str,
    size: Mapping[str, Any],
    key: tuple[str, str, int],
    peer: str,
    place: int,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Target:
    """Compare our rounds with a peer's: throughput to be so many times, or time such a part."""
    own = _cell(size, key, OWN)
    # A peer has no saved queries: it is asked the same text again.
    other = _cell(size, ("repeated", *key[1:]) if key[0] == "saved" else key, peer)
    ratios = [
        (theirs / ours if (place == _CPU) == (at_least is not None) else ours / theirs)
        for ours, theirs in zip(_values(own, place), _values(other, place), strict=False)
        if ours and theirs
    ]
    ratio = median(ratios) if ratios else None
    bound = at_least if at_least is not None else at_most
    assert bound is not None
    good = ratio is not None and (ratio >= bound if at_least is not None else ratio <= bound)
    missing = f"{UNKNOWN}{_why(own, other)}"
    return Target(
        work,
        name,
        _shown(own, place),
        _shown(other, place),
        f"{ratio:.3g}×" if ratio is not None else "",
        f"{'≥' if at_least is not None else '≤'} {bound:g}×",
        missing if ratio is None else MET if good else MISSED,
    )


def _cell(
    size: Mapping[str, Any], key: tuple[str, str, int], server: str
) -> Mapping[str, Any] | None:
    for cell in size["cells"]:
        if (cell["group"], cell["what"], cell["connections"]) == key and cell["server"] == server:
            return dict(cell)
    return None


def _values(cell: Mapping[str, Any] | None, place: int) -> list[float | None]:
    return [each[place] for each in cell["rounds"]] if cell else []


def _shown(cell: Mapping[str, Any] | None, place: int) -> str:
    values = [value for value in _values(cell, place) if value]
    if not values:
        return ""
    return f"{median(values):.0f}/s" if place == _RATE else f"{median(values) / 1000:.3g} ms"


def _why(*cells: Mapping[str, Any] | None) -> str:
    notes = [str(cell["note"]) for cell in cells if cell and cell["note"]]
    return f": {notes[0]}" if notes else ""


def _hostile(name: str, assaults: Sequence[Mapping[str, Any]]) -> Iterator[Target]:
    theirs = [each for each in assaults if each["server"] != OWN and each["query"] != NONE]
    ours = [each for each in assaults if each["server"] == OWN and each["query"] != NONE]
    bound = LIMIT + GRACE

    def stopped(rows: Sequence[Mapping[str, Any]]) -> str:
        good = [r for r in rows if r["seconds"] and r["seconds"] <= bound and not r["note"]]
        return f"{len(good)} of {len(rows)}" if rows else ""

    def slowest(rows: Sequence[Mapping[str, Any]]) -> str:
        return f"{max(r['high'] for r in rows):.1f} ms" if rows else ""

    verdict = UNKNOWN
    if ours:
        verdict = MET if stopped(ours) == f"{len(ours)} of {len(ours)}" else MISSED
    longest = max((each["seconds"] or 0.0 for each in ours), default=None)
    yield Target(
        "hostile queries stopped within the limit and half a second",
        name,
        stopped(ours),
        stopped(theirs),
        f"{longest:.2f} s" if longest is not None else "",
        f"all, ≤ {bound:g} s",
        verdict,
    )
    if ours:
        good = all(each["high"] < _SMALL_WITHIN and not each["failed"] for each in ours)
        verdict = MET if good else MISSED
    yield Target(
        "99 of 100 small queries meanwhile",
        name,
        slowest(ours),
        slowest(theirs),
        slowest(ours),
        f"< {_SMALL_WITHIN:.0f} ms, none failed",
        verdict,
    )


def _cold(results: Mapping[str, Any]) -> Iterator[Target]:
    restarts = results["sizes"].get("10M", {}).get("restarts")
    for work, size, seconds, most in (
        (
            "cold start to the first answer, shipped data",
            "shipped",
            results.get("cold", {}).get("built already"),
            1.0,
        ),
        (
            "cold start to the first answer, prepared store",
            "10M",
            median(restarts) if restarts else None,
            0.5,
        ),
    ):
        verdict = UNKNOWN if seconds is None else MET if seconds <= most else MISSED
        value = "" if seconds is None else f"{seconds:.2f} s"
        yield Target(work, size, value, "", value, f"≤ {most:g} s", verdict)
