"""An index in an SQLite file that is only read; see the name index and the search index."""

import sqlite3
import weakref
from pathlib import Path
from typing import ClassVar, Final, Self

from oib.errors import Unavailable

_MAPPED: Final = 2**30  # bytes of the file that are mapped into memory, not copied


class SqliteIndex:
    """An index of a snapshot, opened for reading; safe to use from several threads.

    Args:
        path: the database. It must not change while it is open.
    """

    #: What the index is called in a message, and a table that it has.
    title: ClassVar[str]
    table: ClassVar[str]

    def __init__(self, path: Path) -> None:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        # SQLite itself lets one thread at a time use a connection (its serialized mode).
        self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._database.execute(f"PRAGMA mmap_size = {_MAPPED}")
        self._close = weakref.finalize(self, self._database.close)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an index.

        Raises:
            Unavailable: there is none, or it is no database.
        """
        try:
            index = cls(path)
            index._database.execute(f"SELECT 1 FROM {cls.table} LIMIT 1")
        except sqlite3.Error as error:
            raise Unavailable(
                f"the {cls.title} {path} cannot be read ({error}); run oib build to write it anew"
            ) from error
        return index

    def close(self) -> None:
        """Close the database; the index must not be used afterwards."""
        self._close()
