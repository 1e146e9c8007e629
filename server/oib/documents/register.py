"""The register: every IRI ever issued, a line each.

Those of things are in ``instances/issued.txt``. Those of releases that name anything else (terms,
concepts, rules, queries, graphs, parts of the data set) are in ``instances/minted.txt``.
"""

from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from oib import turtle
from oib.dataset import releases
from oib.namespaces import BASE, ID
from oib.project import sources

#: The list of all IRIs of releases but those of things, below a home.
MINTED: Final = Path("instances", "minted.txt")
_MINTED_HEADER: Final = (
    f"# Every IRI of a release but those of things, after {BASE} ; "
    "a line is added, never taken away."
)


def missing(home: Path) -> list[str]:
    """Return the IRIs of the instance files that the register lacks, sorted, without the base.

    Raises:
        BadTurtle: an instance file does not parse.
    """
    described = {
        name.removeprefix(ID)
        for path in sources(home, "instances", ".ttl")
        for triple in turtle.parse_file(path, base=ID).triples
        if (name := getattr(triple.subject, "value", "")).startswith(ID) and "#" not in name
    }
    return sorted(described - set(_lines(home)))


def add(home: Path) -> list[str]:
    """Add to the register what it lacks, and return that; a line is never taken away."""
    new = missing(home)
    if new:
        lines = _lines(home)
        comments = [line for line in lines if line.startswith("#")]
        names = sorted({line for line in lines if not line.startswith("#")} | set(new))
        _path(home).write_text("\n".join([*comments, *names]) + "\n", "utf-8", newline="")
    return new


def minted(home: Path) -> set[str]:
    """Return the IRIs of ours that the releases name beside those of things, without the base.

    Raises:
        Unavailable: the archive of a release is damaged.
    """
    return {
        term.value.removeprefix(BASE)
        for release in releases.find(home)
        for quad in releases.quads(home, release)
        for term in (quad.subject, quad.graph_name)
        if isinstance(term, NamedNode)
        and term.value.startswith(BASE)
        and not term.value.startswith(ID)
    }


def add_minted(home: Path) -> list[str]:
    """Add to the list of other IRIs what it lacks, and return that; a line is never taken away."""
    path = home / MINTED
    lines = path.read_text("utf-8").splitlines() if path.exists() else [_MINTED_HEADER]
    comments = [line for line in lines if line.startswith("# ")]
    names = {line for line in lines if line and not line.startswith("# ")}
    new = minted(home) - names
    if new:
        path.write_text("\n".join([*comments, *sorted(names | new)]) + "\n", "utf-8", newline="")
    return sorted(new)


def _path(home: Path) -> Path:
    return home / "instances" / "issued.txt"


def _lines(home: Path) -> list[str]:
    path = _path(home)
    return [line for line in path.read_text("utf-8").splitlines() if line] if path.exists() else []
