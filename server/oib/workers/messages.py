"""Frames: what goes to a worker and what comes back, as bytes with their length before them."""

import json
import socket
import struct
from typing import Final, NamedTuple

from oib import errors
from oib.errors import BadQuery, OibError
from oib.sparql.dataset import UNION, Dataset

_QUESTION = struct.Struct("<IHI")  # lengths of query text, media type and dataset
_REPLY = struct.Struct("<BI")  # kind, length of the body
_ERROR, _LAST = 1, 2  # bits of the kind

#: What one call to receive asks for; most answers fit.
CHUNK: Final = 2**16


class Reply(NamedTuple):
    """The answer to a question, or the error; ``last`` when the worker ends after it."""

    body: bytes
    is_error: bool
    last: bool

    def answer(self) -> bytes:
        """Return the answer.

        Raises:
            OibError: what the worker raised, as the member of the family that it was.
        """
        if not self.is_error:
            return self.body
        told = json.loads(self.body)
        kind: type[OibError] | None = getattr(errors, told["error"], None)
        if kind is BadQuery:
            raise BadQuery(told["reason"], told["line"], told["column"])
        if kind is None:
            raise RuntimeError(f"fault in a worker: {told['reason']}")
        raise kind(told["reason"])


def pack_question(text: str, media_type: str, dataset: Dataset) -> bytes:
    """Return a question as a worker reads it.

    Raises:
        BadQuery: the text holds half of a surrogate pair, which no engine can read.
    """
    try:
        query = text.encode()
    except UnicodeEncodeError as error:
        raise BadQuery(f"character {error.start + 1} is half of a surrogate pair") from error
    kind = media_type.encode()
    graphs = b"" if dataset == UNION else json.dumps([dataset.default, dataset.named]).encode()
    return _QUESTION.pack(len(query), len(kind), len(graphs)) + query + kind + graphs


def receive_question(connection: socket.socket) -> tuple[str, str, Dataset]:
    """Wait for a question; return its text, its media type and its dataset.

    Raises:
        EOFError: nobody will ask any more.
    """
    got = connection.recv(CHUNK)
    got = _fill(connection, got, _QUESTION.size)
    query, kind, graphs = _QUESTION.unpack_from(got)
    got = _fill(connection, got, _QUESTION.size + query + kind + graphs)
    end = _QUESTION.size + query
    text, media_type = got[_QUESTION.size : end].decode(), got[end : end + kind].decode()
    if not graphs:
        return text, media_type, UNION
    default, named = json.loads(got[end + kind :])
    return text, media_type, Dataset(tuple(default), tuple(named))


def pack_reply(body: bytes, last: bool) -> bytes:
    """Return an answer as the server reads it."""
    return _REPLY.pack(_LAST if last else 0, len(body)) + body


def pack_error(error: Exception, last: bool) -> bytes:
    """Return an error as the server reads it; one outside the family becomes a fault."""
    told: dict[str, object] = {"error": type(error).__name__, "reason": str(error)}
    if isinstance(error, BadQuery):
        told |= {"reason": error.reason, "line": error.line, "column": error.column}
    elif not isinstance(error, OibError):
        told = {"error": "", "reason": repr(error)}
    body = json.dumps(told).encode()
    return _REPLY.pack(_ERROR | (_LAST if last else 0), len(body)) + body


def unpack_reply(got: bytearray) -> Reply | None:
    """Return the reply in what came so far, or None if it is not whole yet."""
    if len(got) < _REPLY.size:
        return None
    kind, size = _REPLY.unpack_from(got)
    if len(got) < _REPLY.size + size:
        return None
    with memoryview(got) as view:
        return Reply(bytes(view[_REPLY.size :]), bool(kind & _ERROR), bool(kind & _LAST))


def _fill(connection: socket.socket, got: bytes, size: int) -> bytes:
    """Receive until there are so many bytes; return them all."""
    if len(got) >= size:
        return got
    pieces, left = [got], size - len(got)
    while left > 0:
        piece = connection.recv(min(left, 2**20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
