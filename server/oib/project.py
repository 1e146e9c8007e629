"""The home: the folder that holds ontology/, shapes/, instances/ and queries/."""

from collections.abc import Iterator
from pathlib import Path

from oib.errors import HomeMissing

FOLDERS = ("ontology", "shapes", "instances", "queries")


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


def sources(home: Path, folder: str, suffix: str) -> Iterator[Path]:
    """Yield the source files of one of the four folders, in a fixed order."""
    yield from sorted(path for path in (home / folder).rglob(f"*{suffix}") if path.is_file())
