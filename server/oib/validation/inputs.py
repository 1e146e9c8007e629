"""What ``oib check`` and ``oib tidy`` are given: files, folders, patterns, standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from oib.errors import BadInput
from oib.turtle import read_bytes

#: The name that stands for standard input.
STANDARD_INPUT: Final = "-"


def expand(names: Iterable[str]) -> list[str]:
    """Return the paths that names on a command line stand for, each once.

    A folder stands for the Turtle files below it, a pattern with ``*`` for what it matches; ``-``
    is standard input and stays.

    Raises:
        BadInput: a folder holds no Turtle file, or a pattern matches nothing.
    """
    found: dict[str, None] = {}
    for name in names:
        found |= dict.fromkeys(_expand(name))
    return list(found)


def _expand(name: str) -> Iterator[str]:
    path = Path(name)
    if name == STANDARD_INPUT or path.is_file():
        yield name
    elif path.is_dir():
        files = sorted(str(each) for each in path.rglob("*.ttl") if each.is_file())
        if not files:
            raise BadInput(f"{name} holds no Turtle file (*.ttl)")
        yield from files
    elif any(sign in name for sign in "*?[") and not path.exists():
        files = sorted(map(str, Path(path.anchor).glob(str(path.relative_to(path.anchor)))))
        if not files:
            raise BadInput(f"no file matches {name}")
        yield from files
    else:
        yield name  # reading it says that it is not there


def read(name: str) -> bytes:
    """Return the content of a file, or of standard input.

    Raises:
        BadInput: it cannot be read.
    """
    return sys.stdin.buffer.read() if name == STANDARD_INPUT else read_bytes(Path(name))
