"""The family of errors: each knows its HTTP status, its exit status and what to do next.

OibError
 ├─ BadInput          400 / 2   a file, date, term or parameter that cannot be read
 │   ├─ BadTurtle             … a Turtle file, with its line and column
 │   └─ BadQuery              … a SPARQL text, with its line and column
 ├─ Forbidden         403 / 2   a query that reaches outside the store
 ├─ NotFound          404 / 2   nothing here has that name
 ├─ Gone              410 / 2   it was withdrawn
 ├─ NotAcceptable     406 / 2   no form of the answer is among the accepted media types
 ├─ TooLarge          413 / 2   a request body or a query beyond the limit
 │   └─ AnswerTooLarge  422 / 2   an answer beyond the limit
 ├─ UnsupportedMedia  415 / 2   a request body in a form that is not read
 ├─ Refused           422 / 1   the data break a rule; nothing was built
 ├─ HomeMissing       500 / 2   a data folder is not where it should be
 ├─ StorageError      500 / 2   a folder cannot be written, or the disk is full
 └─ Unavailable       503 / 2   not now: overloaded, or not ready
     └─ TooCostly           … never: the query needs more time or memory than it may have
"""

from collections.abc import Sequence
from typing import Self


class OibError(Exception):
    """The base of the family: a sentence that says what is wrong and how to mend it.

    ``links`` are what there is in place of what was asked for: address, link relation (RFC 8288)
    and media type of each, the last may be empty.
    """

    status = 500
    exit_status = 2
    links: Sequence[tuple[str, str, str]] = ()


class BadInput(OibError):
    """Something that was handed in cannot be read."""

    status = 400


class BadTurtle(BadInput):
    """A Turtle document does not parse.

    ``path`` names the file; ``line`` and ``column`` count from 1, in code points.
    """

    def __init__(self, path: str, line: int, column: int, reason: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {reason}")
        self.path, self.line, self.column, self.reason = path, line, column, reason

    def __reduce__(self) -> tuple[type, tuple[str, int, int, str]]:
        return type(self), (self.path, self.line, self.column, self.reason)


class BadQuery(BadInput):
    """A SPARQL text does not parse; ``line`` and ``column`` count from 1 where they are known."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        where = f"line {line}, column {column}: " if line else ""
        super().__init__(where + reason)
        self.reason, self.line, self.column = reason, line, column


class Forbidden(OibError):
    """A query asks for what a public endpoint does not do: SERVICE, or an update."""

    status = 403


class NotFound(OibError):
    """Nothing here has that name; ``links`` lead to what there is."""

    status = 404

    def __init__(self, reason: str, links: Sequence[tuple[str, str, str]] = ()) -> None:
        super().__init__(reason)
        self.links = links


class Gone(OibError):
    """The thing was withdrawn; its tombstone says why."""

    status = 410


class NotAcceptable(OibError):
    """None of the accepted media types is offered; ``links`` lead to those that are."""

    status = 406

    def __init__(self, reason: str, links: Sequence[tuple[str, str, str]] = ()) -> None:
        super().__init__(reason)
        self.links = links


class TooLarge(OibError):
    """A request body or an answer passes the limit."""

    status = 413


class AnswerTooLarge(TooLarge):
    """An answer passes the limit.

    Not 413, which clients report as "my request is too large": the request is well formed and
    understood, and cannot be processed as it is (422, RFC 9110, section 15.5.21). Not 503 either:
    to ask again is of no use.
    """

    status = 422

    @classmethod
    def beyond(cls, max_bytes: int) -> Self:
        """Return the error for an answer that would have more than so many bytes."""
        return cls(
            f"the answer is larger than {max_bytes / 2**20:g} MiB; "
            "ask for less, or page through it with ORDER BY, LIMIT and OFFSET"
        )


class UnsupportedMedia(OibError):
    """A request body has a media type that is not read here."""

    status = 415


class Refused(OibError):
    """The data break a rule that blocks; nothing was built."""

    status = 422
    exit_status = 1


class HomeMissing(OibError):
    """A data folder is not where it should be."""


class StorageError(OibError):
    """A folder cannot be written, or the disk is full."""


class Unavailable(OibError):
    """A service that cannot be had now.

    ``retry_after`` is the number of seconds after which to try again, None if retrying cannot help.
    """

    status = 503

    def __init__(self, reason: str, retry_after: int | None = 5) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class TooCostly(Unavailable):
    """A query was stopped: it needed more time or memory than a query may have."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, retry_after=None)
