"""The build: the snapshot of a home, the one that is there or one made anew."""

from collections.abc import Callable
from pathlib import Path

from oib.dataset import snapshot
from oib.dataset.snapshot import Snapshot
from oib.errors import Refused


def ensure(home: Path, folder: Path, say: Callable[[str], None]) -> Snapshot:
    """Return the current snapshot if it is that of the sources, else build it anew.

    When the sources break a rule and an older snapshot is there, that one is returned, and what
    is wrong is said: nothing half-built is ever served.

    Raises:
        Refused: the sources break a rule, and there is no older snapshot.
    """
    old = snapshot.current(folder)
    if old and old.manifest.digest == snapshot.digest(home):
        return old
    try:
        return build(home, folder, say)
    except Refused as error:
        if old is None:
            raise
        say(f"{error}\nthe snapshot {old.manifest.version} goes on serving")
        return old


def build(home: Path, folder: Path, say: Callable[[str], None]) -> Snapshot:
    """Build the snapshot of a home below a folder and make it the current one.

    Args:
        home: the folder of the sources.
        folder: where snapshots lie, one directory each.
        say: gets a line of progress at each step.

    Raises:
        BadTurtle: a source file does not parse.
        BadInput: a saved query has a header that cannot be read.
        Refused: the data break a rule; the message is the report that ``oib check`` prints.
    """
    # Here, not above: pySHACL, rdflib and reasonable take longer to import than all the rest of
    # oib, and a server whose snapshot is there needs none of them.
    from oib.dataset.pipeline import make

    return make(home, folder, say)
