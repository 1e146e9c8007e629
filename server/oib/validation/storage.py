"""Write a file so that it is never lost: beside it, then in its place."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from oib.errors import BadInput


def replace_text(path: Path, text: str) -> None:
    """Write a text in UTF-8 in place of a file, or leave the file as it is.

    The new content is written to a file beside it, flushed to the disk and renamed, so that on a
    full disk, on Ctrl-C or at a crash either the old or the new text is there, whole.

    Raises:
        BadInput: it could not be written; the file is as before.
    """
    target = path.resolve()  # a link stays a link
    temporary: str | None = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(target.stat().st_mode & 0o7777)
        Path(temporary).replace(target)
        temporary = None
    except OSError as error:
        raise BadInput(
            f"{path} was left as it is, for the new text could not be written: "
            f"{error.strerror or error}"
        ) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()
