"""The guard: a SPARQL text goes in, what kind of query it is comes out, or a refusal."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from oib.errors import BadQuery, Forbidden, TooLarge
from oib.sparql.lexer import Form, Token, readings

#: The longest query text that is read, in characters.
LONGEST: Final = 2**18

_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH", "USING")
)
# A text without these has nothing to refuse, and is read no further than to its form. They are
# looked for one by one, which is quicker than one expression for all; ``WITHOUT`` is no WITH.
_SUSPECTS = ("SERVICE", "FROM", "\\U", *sorted(_UPDATES))
_SUSPECT = re.compile(rf"SERVICE|FROM|\\U|(?<![^\W_])(?:{'|'.join(sorted(_UPDATES))})(?![^\W_])")
_GAP = r"(?:[ \t\r\n]++|#[^\r\n]*+)*+"
_GROUP = re.compile(_GAP + r"\{")
_TARGET = re.compile(_GAP + rf"(?:SILENT{_GAP})?+<([^<>\"{{}}|^`\\\x00-\x20]*)>", re.IGNORECASE)
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([0-9]+))?(?=[/?#]|$)")
_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class Reading:
    """What a query text is: its form, and whether FROM or FROM NAMED choose its graphs."""

    form: Form
    has_dataset: bool


def read(text: str, services: frozenset[str] = frozenset()) -> Reading:
    """Return what kind of query a SPARQL text is.

    ``services`` are the origins (``https://host`` or ``https://host:port``, compared whole) that
    a SERVICE with a constant IRI written in full may call; a public endpoint has none.

    Raises:
        Forbidden: the text is an update, or calls a SERVICE that is not among the origins.
        BadQuery: the text holds no query form.
        TooLarge: the text is longer than LONGEST characters.
    """
    return _read(text, services)


@lru_cache(maxsize=16)  # the web asks for the form, then the engine makes sure: one text, twice
def _read(text: str, services: frozenset[str]) -> Reading:
    if len(text) > LONGEST:
        raise TooLarge(f"a query may have {LONGEST:,} characters, this one has {len(text):,}")
    words = (word for token in readings(text) for word in _judge(token, services))
    if not _is_suspect(text.upper()):
        return Reading(_form(words), has_dataset=False)
    every = list(words)
    return Reading(_form(every), "FROM" in every)


def _is_suspect(text: str) -> bool:
    return any(word in text for word in _SUSPECTS) and _SUSPECT.search(text) is not None


def _form(words: Iterable[str]) -> Form:
    form = next((word for word in words if word in _FORMS), None)
    if form is None:
        raise BadQuery("no query found; start with SELECT, ASK, CONSTRUCT or DESCRIBE")
    return cast(Form, form)


def _judge(token: Token, services: frozenset[str]) -> Iterator[str]:
    """Yield the word that a token is, in capitals; raise Forbidden for one that is refused."""
    if token.kind == "name" and _hides_service(token):
        _refuse(token, "some engines read this name as SERVICE; choose another prefix")
    if token.kind == "word":
        for word in token.text.upper().split("."):
            if word in _UPDATES:
                _refuse(token, f"{word} changes data, and this endpoint only answers queries")
            if "SERVICE" in word and not (word == "SERVICE" and _is_allowed(token, services)):
                _refuse(
                    token, "SERVICE is not offered here; ask that endpoint and join the answers"
                )
            yield word


def _hides_service(name: Token) -> bool:
    # Some grammars want no space after a keyword (``SERVICEex:a {}``, where only a name that a
    # group follows is at risk) and end a local name at its second dot (``ex:a.b.SERVICE``).
    prefix, _, local = name.text.upper().partition(":")
    if any("SERVICE" in part for part in local.split(".", 2)[2:]):
        return True
    return "SERVICE" in prefix and _GROUP.match(name.source, name.end) is not None


def _is_allowed(service: Token, services: frozenset[str]) -> bool:
    target = _TARGET.match(service.source, service.end)
    origin = _ORIGIN.match(target[1].lower()) if target else None
    if not origin:
        return False
    scheme, host, port = origin.groups()
    return (
        scheme + "://" + host + (f":{port}" if port and port != _PORTS[scheme] else "") in services
    )


def _refuse(token: Token, reason: str) -> None:
    before = token.source[: token.start]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    raise Forbidden(f"line {line}, column {column}: {reason}")
