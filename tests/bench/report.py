"""Render the results of a run as Markdown tables and as a bar chart."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import exp, log, log10
from typing import Any

from bench import page_loads, targets
from bench.hostile_load import LIMIT
from bench.measure import BOUNDED_QUERY, REPEATED_QUERY

OWN = "oib"
_SCALE = (0.1, 1, 10, 100, 1000)


def markdown(results: Mapping[str, Any]) -> str:
    """Return every measurement as tables; beside each number of a peer is its ratio to ours."""
    lines = [
        f"Measured {results['date']} on {results['machine']}, by `{results['command']}`.",
        "",
        "Processor time of the server for one request, in milliseconds; in parentheses how many "
        "times ours it is: above 1, oib is ahead. Ratios within 1.3 either way are ties.",
    ]
    for name, size in results["sizes"].items():
        lines += ["", f"### {name} triples", "", *_servers(size)]
        lines += [f"- {peer}: {why}" for peer, why in size["missing"].items()]
        lines += ["", *_cells(size)]
        if size.get("hostile"):
            lines += ["", f"Hostile queries, limit {LIMIT} s, {name} triples:", ""]
            lines += _hostile(size["hostile"])
    if results.get("pages"):
        lines += ["", "### Entity pages, never seen", "", *_pages(results["pages"])]
    if results.get("pictures"):
        lines += ["", "### Pictures", "", *_pictures(results["pictures"])]
    if results.get("loads"):
        lines += ["", "### Pages in a browser", "", *page_loads.table(results["loads"])]
    if results.get("checks"):
        lines += [
            "",
            "### The check of the shipped data, and of a file against them",
            "",
            *_checks(results["checks"]),
        ]
    if starts := list(_cold(results)):
        lines += ["", "### Cold start", "", *starts]
    lines += ["", "### Targets", "", *_targets(targets.judge(results))]
    return "\n".join(lines) + "\n"


def checks_alone(results: Mapping[str, Any]) -> str:
    """Return the times of the check, and its targets, as tables."""
    rows = list(targets.judge_checks(results["checks"]))
    lines = [
        f"Measured {results['date']} on {results['machine']}, by `{results['command']}`.",
        "",
        *_checks(results["checks"]),
        "",
        *_targets(rows),
    ]
    return "\n".join(lines) + "\n"


def ratios(size: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return for each headline, and each peer, how many times our processor time it takes."""
    cells = size["cells"]
    fewest = min((cell["connections"] for cell in cells), default=1)
    kinds = {
        f"repeated small query, {fewest} conn.": (REPEATED_QUERY, fewest),
        f"never-seen small query of bounded cost, {fewest} conn.": (BOUNDED_QUERY, fewest),
    }
    found: dict[str, dict[str, float]] = {}
    for title, (what, connections) in kinds.items():
        chosen = [c for c in cells if c["what"] == what and c["connections"] == connections]
        found[title] = _mean(chosen)
    for group in ("first time", "repeated"):
        for heavy, title in ((False, "small and medium shapes"), (True, "heavy shapes")):
            chosen = [c for c in cells if c["group"] == group and c["heavy"] == heavy]
            found[f"{title}, {group}"] = _mean(chosen)
    return {title: peers for title, peers in found.items() if peers}


def picture(results: Mapping[str, Any]) -> str:
    """Return an SVG with one bar a peer and headline, of the largest size measured."""
    name, size = list(results["sizes"].items())[-1]
    groups = ratios(size)
    peers = sorted({peer for row in groups.values() for peer in row})
    hues = ("#31688e", "#35b779", "#8c6bb1", "#e07b39", "#c2a500", "#7f7f7f")
    colours = dict(zip(peers, hues, strict=False))
    left, width, top, bar = 250, 430, 64, 13
    low, high = log10(_SCALE[0]), log10(_SCALE[-1])

    def x(ratio: float) -> float:
        share = (log10(min(max(ratio, _SCALE[0]), _SCALE[-1])) - low) / (high - low)
        return left + width * share

    shapes, y = [], float(top)
    for title, row in groups.items():
        shapes.append(_label(left - 12, y + bar * len(row) / 2 + 4, title, "end"))
        for peer, ratio in sorted(row.items()):
            begin, end = sorted((x(1), x(ratio)))
            shapes.append(
                f'<rect x="{begin:.1f}" y="{y:.1f}" width="{max(end - begin, 1):.1f}" '
                f'height="{bar - 3}" fill="{colours[peer]}"/>'
            )
            shapes.append(_label(max(end, x(1)) + 5, y + bar - 4, _times(ratio), "start", 10))
            y += bar
        y += 10
    grid = [
        f'<line x1="{x(mark):.1f}" y1="{top - 8}" x2="{x(mark):.1f}" y2="{y:.0f}" '
        f'stroke="{"#333333" if mark == 1 else "#dddddd"}"/>'
        + _label(x(mark), top - 14, f"{mark:g}×", "middle", 10)
        for mark in _SCALE
    ]
    legend = [
        f'<rect x="{20 + 235 * (index % 3)}" y="{y + 12 + 20 * (index // 3):.0f}" width="11" '
        f'height="11" fill="{colours[peer]}"/>'
        + _label(37 + 235 * (index % 3), y + 22 + 20 * (index // 3), peer, "start")
        for index, peer in enumerate(peers)
    ]
    height = y + 30 + 20 * -(-len(peers) // 3)
    title = (
        f"Processor time per request, peer ÷ oib, {name} triples, {results['date']}: "
        "right of 1× oib is ahead"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height:.0f}" '
            'font-family="sans-serif" font-size="12" role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="760" height="{height:.0f}" fill="#ffffff"/>',
            _label(20, 24, title, "start", 13),
            *grid,
            *shapes,
            *legend,
            "</svg>",
            "",
        ]
    )


def _mean(cells: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return for each peer the geometric mean of its ratios to ours."""
    own = {_key(cell): cell["cpu"] for cell in cells if cell["server"] == OWN and cell["cpu"]}
    found: dict[str, list[float]] = {}
    for cell in cells:
        if cell["server"] != OWN and cell["cpu"] and _key(cell) in own:
            found.setdefault(cell["server"], []).append(log(cell["cpu"] / own[_key(cell)]))
    return {peer: exp(sum(logs) / len(logs)) for peer, logs in found.items()}


def _key(cell: Mapping[str, Any]) -> tuple[str, str, int]:
    return cell["group"], cell["what"], cell["connections"]


def _servers(size: Mapping[str, Any]) -> Iterator[str]:
    yield "| server | writing its store, s | start to first answer, s | memory, MiB | after, MiB |"
    yield "|---|---|---|---|---|"
    for name, about in size["servers"].items():
        yield (
            f"| {name} | {about['loading']:.1f} | {about['starting']:.2f} "
            f"| {about['memory']:.0f} | {about['memory after']:.0f} |"
        )
    for name, about in size["servers"].items():
        if about.get("restarts"):
            yield f"\n{name} was restarted {about['restarts']} times. "
            yield about.get("start error", "")
    yield ""


def _cells(size: Mapping[str, Any]) -> Iterator[str]:
    servers = list(size["servers"])
    yield f"| request | conn. | {' | '.join(servers)} |"
    yield "|---" * (len(servers) + 2) + "|"
    rows: dict[tuple[str, str, int], dict[str, Mapping[str, Any]]] = {}
    for cell in size["cells"]:
        rows.setdefault(_key(cell), {})[cell["server"]] = cell
    for (group, what, connections), row in rows.items():
        own = row.get(OWN, {}).get("cpu")
        filled = [_cell_text(row.get(server), own) for server in servers]
        heavy = " (heavy)" if any(cell["heavy"] for cell in row.values()) else ""
        title = what if group == "small" else f"{what}{heavy}, {group}"
        yield f"| {title} | {connections} | {' | '.join(filled)} |"
    for title, peers in ratios(size).items():
        means = ["1" if name == OWN else _times(peers.get(name)) for name in servers]
        yield f"| **{title}: mean ratio** | | {' | '.join(means)} |"


def _cell_text(cell: Mapping[str, Any] | None, own: float | None) -> str:
    if cell is None:
        return ""
    if cell["cpu"] is None:
        return str(cell["note"])
    milliseconds = cell["cpu"] / 1000
    shown = f"{milliseconds:.3f}" if milliseconds < 10 else f"{milliseconds:.0f}"
    bad = cell["refused"] + cell["lost"]
    wrong = f", {bad} of {bad + cell['done']} failed" if bad else ""
    ratio = f" ({_times(cell['cpu'] / own)})" if own and cell["server"] != OWN else ""
    note = f", {cell['note']}" if cell["note"] else ""
    return shown + ratio + wrong + note


def _times(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:.2f}×" if ratio < 10 else f"{ratio:.0f}×"


def _pictures(pictures: Mapping[str, Any]) -> Iterator[str]:
    yield "| | processor time a picture, ms | pictures a second | p99, ms |"
    yield "|---|---|---|---|"
    for cell in pictures["cells"]:
        shown = _cell_text(cell, cell["cpu"])
        yield f"| {cell['what']} | {shown} | {cell['rate']:.0f} | {cell['p99']:.1f} |"
    yield from (f"| {name} | {why} | | |" for name, why in pictures["missing"].items())


def _pages(pages: Mapping[str, Any]) -> Iterator[str]:
    yield "| server | processor time a page, ms | pages a second | p99, ms |"
    yield "|---|---|---|---|"
    own = next((cell["cpu"] for cell in pages["cells"] if cell["server"] == OWN), None)
    for cell in pages["cells"]:
        shown = _cell_text(cell, own)
        yield f"| {cell['server']} | {shown} | {cell['rate']:.0f} | {cell['p99']:.1f} |"
    yield from (f"| {name} | {why} | | |" for name, why in pages["missing"].items())


def _checks(checks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    own = next(each["cpu"] for each in checks if each["way"] == "command")
    yield "| way | processor time, s | times ours | output |"
    yield "|---|---|---|---|"
    for each in checks:
        ratio = _times(each["cpu"] / own)
        yield f"| {each['way']} | {each['cpu']:.2f} | {ratio} | {each['output']} |"


def _cold(results: Mapping[str, Any]) -> Iterator[str]:
    cold = results.get("cold", {})
    rows = [
        f"| shipped data, {name} | {cold[name]:.2f} | {cold[f'memory, {name}']:.0f} |"
        for name in ("with a build", "built already")
        if name in cold
    ] + [
        f"| prepared store of {name} triples | {_listed(size['restarts'])} | |"
        for name, size in results["sizes"].items()
        if size.get("restarts")
    ]
    if rows:
        yield from ("| start | first answer after, s | memory, MiB |", "|---|---|---|", *rows)


def _listed(seconds: Sequence[float]) -> str:
    return ", ".join(f"{each:.2f}" for each in seconds)


def _hostile(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        "| hostile query | server | answered after, s | status | small queries meanwhile "
        "| p50, ms | p99, ms | maximum, ms |"
    )
    yield "|---" * 8 + "|"
    for row in results:
        seconds = "" if row["seconds"] is None else f"{row['seconds']:.2f}"
        outcome = ", ".join(filter(None, (str(row["status"] or ""), row["note"])))
        failed = f", {row['failed']} failed" if row["failed"] else ""
        yield (
            f"| {row['query']} | {row['server']} | {seconds} | {outcome} "
            f"| {row['done']}{failed} | {row['p50']:.1f} | {row['p99']:.1f} | {row['max']:.1f} |"
        )


def _targets(rows: Sequence[targets.Target]) -> Iterator[str]:
    yield "| work | triples | oib | peer | ratio or value | target | |"
    yield "|---" * 7 + "|"
    for row in rows:
        cells = (row.work, row.size, row.ours, row.theirs, row.value, row.bound, row.verdict)
        yield f"| {' | '.join(cells)} |"


def _label(x: float, y: float, text: str, anchor: str, size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(text)}</text>"
    )
