"""Requests of the SPARQL 1.1 Protocol, section 2: from their parts to the operation they ask for.

Nothing here does input or output: a server passes in what it has received.
"""

import re
from binascii import a2b_qp
from typing import Final, Literal, NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

from oib import media_types
from oib.errors import BadInput, Forbidden, UnsupportedMedia
from oib.sparql.dataset import UNION, Dataset

#: The largest number of parameters of a request, those of the address and of a form together.
MAX_PARAMETERS: Final = 1000

#: What an endpoint that takes no updates says to one.
READ_ONLY: Final = "this endpoint answers queries only; the data change through their source files"

#: What a request can ask for; a request without a query asks for the service description.
Kind = Literal["query", "update", "describe-service"]

# The parameters that name a format. SPARQLWrapper sends ``format`` and ``output`` alike; ``as`` is
# what the addresses of our own pages use, so it is looked for first.
_FORMATS = ("as", "format", "output")
_BYTE_ORDER_MARK = "\ufeff"
# No line breaks: they have a meaning of their own in quoted-printable.
_ENCODED = re.compile(rb"(?:[^%\r\n]++|%[0-9A-Fa-f]{2})*+")
_UNITS = {"ms": 0.001, "s": 1.0}


class Operation(NamedTuple):
    """What a request asks of the endpoint.

    ``text`` is the query or update, empty for a service description. ``format`` is the name or
    the media type that the request gives by ``as=``, ``format=`` or ``output=``, empty if none:
    it takes precedence over ``Accept`` (see ``negotiation.choose``). ``timeout`` is in seconds,
    None if not given; the server may allow less.
    """

    kind: Kind
    text: str = ""
    dataset: Dataset = UNION
    format: str = ""
    timeout: float | None = None


def read_request(
    method: str,
    query_string: bytes | str,
    content_type: str = "",
    content_encoding: str = "",
    body: bytes = b"",
) -> Operation:
    """Return the operation that a request asks for.

    An empty parameter counts as not given, unknown ones are ignored, and a byte order mark before
    a query is skipped. A body counts only for POST.

    Args:
        method: GET, HEAD or POST, in capitals.
        query_string: what follows ``?`` in the address, still percent-encoded.
        content_type: the value of ``Content-Type``.
        content_encoding: the value of ``Content-Encoding``.
        body: the body, as it was received.

    Raises:
        BadInput: a parameter or the body is not UTF-8, a parameter has no valid value, or the
            request does not consist of one query or one update.
        Forbidden: an update that does not come by POST (section 2.2).
        UnsupportedMedia: the body is neither a form nor a query nor an update, is not in UTF-8
            or is compressed.
    """
    if method == "POST":
        fields = _fields(query_string)
        fields += _body_fields(content_type, content_encoding, body)
        if len(fields) > MAX_PARAMETERS:
            raise _too_many()
    elif query_string[:6] in (b"query=", "query=") and not _has_more(query_string):
        return _query(_decode(query_string[6:]))  # what most clients send most often
    else:
        fields = _fields(query_string)
    return _operation(method, fields)


def _operation(method: str, fields: list[tuple[str, str]]) -> Operation:
    values: dict[str, list[str]] = {}
    for name, value in fields:
        if value:
            values.setdefault(name, []).append(value)
    queries, updates = values.get("query", ()), values.get("update", ())
    name = next((values[each][0] for each in _FORMATS if each in values), "")
    timeout = _seconds(values["timeout"][0]) if "timeout" in values else None
    if updates and method != "POST":
        raise Forbidden("an update is sent by POST, and this endpoint answers queries only")
    if updates:
        if len(updates) > 1 or queries:
            raise BadInput("send one parameter 'update', and no query with it")
        dataset = _dataset(values, "using-graph-uri", "using-named-graph-uri")
        return Operation("update", _without_mark(updates[0]), dataset, name, timeout)
    dataset = _dataset(values, "default-graph-uri", "named-graph-uri")
    if len(queries) == 1:
        return Operation("query", _without_mark(queries[0]), dataset, name, timeout)
    if queries or method == "POST":
        raise BadInput(f"send one parameter 'query', not {len(queries)}")
    return Operation("describe-service", "", dataset, name, timeout)


def _query(text: str) -> Operation:
    return Operation("query", _without_mark(text)) if text else Operation("describe-service")


def _dataset(values: dict[str, list[str]], default: str, named: str) -> Dataset:
    graphs = Dataset(tuple(values.get(default, ())), tuple(values.get(named, ())))
    return UNION if graphs == UNION else graphs


def _seconds(text: str) -> float:
    unit = "ms" if text.endswith("ms") else "s"
    number = text.removesuffix(unit)
    # Not float() alone: it takes "nan", "1_0" and white space, too.
    if len(number) > 20 or not number.isascii() or not number.replace(".", "", 1).isdigit():
        raise BadInput(f"timeout={_shorten(text)} is no time; send seconds, such as timeout=2.5")
    seconds = float(number) * _UNITS[unit]
    if seconds <= 0:
        raise BadInput("a timeout is longer than zero seconds; leave it out for the longest one")
    return seconds


def _body_fields(content_type: str, content_encoding: str, body: bytes) -> list[tuple[str, str]]:
    media_type, parameters = media_types.parse(content_type)
    if media_type not in (media_types.FORM, media_types.QUERY, media_types.UPDATE):
        raise UnsupportedMedia(
            f"the body is {_shorten(media_type) or 'of no media type'}; send Content-Type: "
            f"{media_types.QUERY} with the query, or {media_types.FORM} with query=…"
        )
    if content_encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMedia(
            f"the body is compressed ({_shorten(content_encoding)}); send it as it is"
        )
    charset = parameters.get("charset", "utf-8").lower()
    # Bytes that are ASCII are the same in UTF-8, whatever else the sender calls them: that holds
    # for every form that is encoded as the standard says.
    if charset not in ("utf-8", "utf8") and (b"\0" in body or not body.isascii()):
        raise UnsupportedMedia(f"the body is in {_shorten(charset)}; send it in UTF-8")
    if media_type == media_types.FORM:
        return _fields(body)
    return [("update" if media_type == media_types.UPDATE else "query", _text(body))]


def _fields(encoded: bytes | str) -> list[tuple[str, str]]:
    # Strictly: other readers keep bytes that are not UTF-8 as percent signs, without a word.
    text = encoded if isinstance(encoded, str) else _text(encoded)
    if not text:
        return []
    try:
        return parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeDecodeError as error:
        raise BadInput("a parameter is not in UTF-8") from error
    except ValueError as error:
        raise _too_many() from error


def _has_more(query_string: bytes | str) -> bool:
    return "&" in query_string if isinstance(query_string, str) else b"&" in query_string


def _decode(value: bytes | str) -> str:
    """Return a percent-encoded value of a form in plain text."""
    raw = value.encode() if isinstance(value, str) else value
    raw = raw.replace(b"+", b" ")
    if not _ENCODED.fullmatch(raw):  # a percent sign that encodes nothing stays one
        return _text(unquote_to_bytes(raw))
    # Quoted-printable is the same encoding but for its sign, and the standard library decodes it
    # in C: a typical query takes 2 µs in place of 20.
    return _text(a2b_qp(raw.replace(b"=", b"=3D").replace(b"%", b"=")))


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"the request is not in UTF-8: byte {error.start}") from error


def _without_mark(text: str) -> str:
    return text.removeprefix(_BYTE_ORDER_MARK)


def _too_many() -> BadInput:
    return BadInput(f"more than {MAX_PARAMETERS:,} parameters; send one query and its graphs")


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else text[:80] + "…"
