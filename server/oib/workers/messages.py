"""The messages between the server and a worker: length-prefixed, over a socket pair.

A request is a header, the query text, the media type and, where there are options, a JSON object;
a reply is a header and the answer, or the description of an error.
"""

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_args

from oib import errors
from oib.errors import BadQuery, OibError, Unavailable
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.guard import ParsedQuery
from oib.sparql.lexer import Form

# Flags, and lengths in bytes: query text, media type, options.
_REQUEST = struct.Struct("<BIHI")
_FORMS: Final = get_args(Form)
_NAMES_GRAPHS = 4
# Flags, length of the body in bytes, processor time of the worker so far in seconds.
_REPLY = struct.Struct("<BId")
_ERROR, _LAST = 1, 2  # the flags

#: How many bytes one read from the socket asks for; most messages fit.
CHUNK: Final = 2**16


class Request(NamedTuple):
    """A query for a worker; ``preview`` holds the fields of ``PreviewLimits``, if any."""

    query: ParsedQuery
    media_type: str
    dataset: Dataset
    preview: Mapping[str, int] | None


class Reply(NamedTuple):
    """The reply of a worker; ``is_last`` if the worker ends after it.

    ``cpu_seconds`` is the processor time that the worker has had in its life.
    """

    body: bytes
    is_error: bool
    is_last: bool
    cpu_seconds: float

    def error(self) -> Exception | None:
        """Return the error that the worker raised, or None if the body is an answer."""
        if not self.is_error:
            return None
        members = json.loads(self.body)
        kind: type[OibError] | None = getattr(errors, members["error"], None)
        if kind is BadQuery:
            return BadQuery(members["reason"], members["line"], members["column"])
        if kind is None:
            return RuntimeError(f"fault in a worker: {members['reason']}")
        if kind is Unavailable:
            return Unavailable(members["reason"], members["retry_after"])
        return kind(members["reason"])


def pack_request(
    query: ParsedQuery,
    media_type: str,
    dataset: Dataset = UNION,
    preview: Mapping[str, int] | None = None,
) -> bytes:
    """Return the bytes of a request.

    Raises:
        BadQuery: the text contains half of a surrogate pair, which no encoding can express.
    """
    try:
        text = query.text.encode()
    except UnicodeEncodeError as error:
        raise BadQuery(f"character {error.start + 1} is half of a surrogate pair") from error
    kind, options = media_type.encode(), b""
    if dataset != UNION or preview is not None or query.has_dataset:
        members = {
            "default": dataset.default,
            "named": dataset.named,
            "from": query.from_graphs,
            "from named": query.from_named_graphs,
            "prologue": query.prologue if query.has_dataset else "",
            "preview": preview,
        }
        options = json.dumps(members).encode()
    flags = _FORMS.index(query.form) | (_NAMES_GRAPHS if query.names_graphs else 0)
    return _REQUEST.pack(flags, len(text), len(kind), len(options)) + text + kind + options


def receive_request(connection: socket.socket) -> Request:
    """Wait for a request.

    Raises:
        EOFError: the other end is closed, so there will be no more requests.
    """
    data = connection.recv(CHUNK)
    data = _receive_until(connection, data, _REQUEST.size)
    flags, text_size, kind_size, options_size = _REQUEST.unpack_from(data)
    text_end = _REQUEST.size + text_size
    kind_end = text_end + kind_size
    data = _receive_until(connection, data, kind_end + options_size)
    text, media_type = data[_REQUEST.size : text_end].decode(), data[text_end:kind_end].decode()
    form, names_graphs = _FORMS[flags & 3], bool(flags & _NAMES_GRAPHS)
    if not options_size:
        query = ParsedQuery(text, form, "", names_graphs=names_graphs)
        return Request(query, media_type, UNION, None)
    options: dict[str, Any] = json.loads(data[kind_end:])
    query = ParsedQuery(
        text,
        form,
        options["prologue"],
        has_dataset=bool(options["from"] or options["from named"]),
        from_graphs=tuple(options["from"]),
        from_named_graphs=tuple(options["from named"]),
        names_graphs=names_graphs,
    )
    dataset = Dataset(tuple(options["default"]), tuple(options["named"]))
    return Request(query, media_type, dataset, options["preview"])


def pack_reply(body: bytes, *, is_last: bool, cpu_seconds: float = 0.0) -> bytes:
    """Return the bytes of a reply that is an answer."""
    return _REPLY.pack(_LAST if is_last else 0, len(body), cpu_seconds) + body


def pack_error(error: Exception, *, is_last: bool, cpu_seconds: float = 0.0) -> bytes:
    """Return the bytes of a reply that is an error; one outside of ``OibError`` is a fault."""
    members: dict[str, object] = {"error": type(error).__name__, "reason": str(error)}
    if isinstance(error, BadQuery):
        members |= {"reason": error.reason, "line": error.line, "column": error.column}
    elif type(error) is Unavailable:
        members["retry_after"] = error.retry_after
    elif not isinstance(error, OibError):
        members = {"error": "", "reason": repr(error)}
    body = json.dumps(members).encode()
    flags = _ERROR | (_LAST if is_last else 0)
    return _REPLY.pack(flags, len(body), cpu_seconds) + body


def unpack_reply(data: bytes | bytearray) -> Reply | None:
    """Return the reply that the data hold, or None if it is not complete yet."""
    if len(data) < _REPLY.size:
        return None
    flags, size, cpu_seconds = _REPLY.unpack_from(data)
    if len(data) < _REPLY.size + size:
        return None
    with memoryview(data) as view:
        body = bytes(view[_REPLY.size :])
    return Reply(body, bool(flags & _ERROR), bool(flags & _LAST), cpu_seconds)


def _receive_until(connection: socket.socket, data: bytes, size: int) -> bytes:
    """Receive until there are ``size`` bytes; return all of them."""
    if len(data) >= size:
        return data
    pieces, missing = [data], size - len(data)
    while missing > 0:
        piece = connection.recv(min(missing, 2**20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
