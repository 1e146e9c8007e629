"""The home: the folder that holds ontology/, shapes/, instances/ and queries/."""

import re
from collections.abc import Iterator
from pathlib import Path

from oib.errors import BadInput, HomeMissing
from oib.terminal import printable

#: The folders of the sources.
FOLDERS = ("ontology", "shapes", "instances", "queries")

_NAME = re.compile(r"[\w.~-]+")


def find_home(given: Path | None = None) -> Path:
    """Return the home: the one given, else the one beside the code, checked for its four folders.

    In a wheel the data lie inside the package, in a checkout two folders above it.

    Raises:
        HomeMissing: one of the four folders is not there.
    """
    packaged = Path(__file__).parent / "data"
    home = given or (packaged if packaged.is_dir() else Path(__file__).parents[2])
    missing = [name for name in FOLDERS if not (home / name).is_dir()]
    if missing:
        raise HomeMissing(
            f"{home} has no folder {', '.join(missing)}; "
            f"point --home at a folder that holds {', '.join(FOLDERS)}"
        )
    return home


def sources(home: Path, folder: str, suffix: str | tuple[str, ...]) -> Iterator[Path]:
    """Yield the source files of one of the four folders, in a fixed order.

    Args:
        home: the folder that holds the four.
        folder: the name of one of them.
        suffix: how the names of the files end; several are alternatives.

    Raises:
        BadInput: the name of such a file, or of a folder above it, cannot be part of an IRI.
    """
    for path in sorted((home / folder).rglob("*")):
        if path.name.endswith(suffix) and path.is_file():
            for part in path.relative_to(home).parts:
                if not _NAME.fullmatch(part):
                    shown = printable(str(path), on_one_line=True)
                    raise BadInput(
                        f"{shown}: a name here has letters, digits and . _ ~ - "
                        f"only, for it becomes part of an IRI; rename {part!a}"
                    )
            yield path
