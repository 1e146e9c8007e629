"""The register: every IRI ever issued, a line each, in ``instances/issued.txt``."""

from pathlib import Path

from oib import turtle
from oib.namespaces import ID
from oib.project import sources


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


def _path(home: Path) -> Path:
    return home / "instances" / "issued.txt"


def _lines(home: Path) -> list[str]:
    path = _path(home)
    return [line for line in path.read_text("utf-8").splitlines() if line] if path.exists() else []
