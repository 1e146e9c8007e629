"""The writable engine: an embedded one that takes updates, over a throw-away store of its own.

No command starts it and no snapshot is behind it: it is there so that the update half of the
SPARQL 1.1 Protocol can be held against its tests, in isolation from all data.
"""

import re
from collections.abc import Sequence

from pyoxigraph import NamedNode, Store

from oib.engine.embedded import Embedded
from oib.errors import BadInput, BadQuery
from oib.namespaces import BASE
from oib.sparql.dataset import Dataset
from oib.sparql.lexer import Token, tokenize

_CLAUSES = {"USING", "WITH"}


class Writable(Embedded):
    """An embedded engine over an empty store in memory."""

    def __init__(self) -> None:
        self._own = Store()
        super().__init__(self._own)

    def update(self, text: str, using: Dataset) -> None:
        """Carry out an update; ``using`` are the graphs that the request chooses for WHERE.

        Raises:
            BadQuery: the text is no update, or chooses its graphs while the request does too.
            BadInput: a graph is named by something that is no IRI.
        """
        try:
            self._own.update(_choose(text, using), base_iri=BASE)
        except SyntaxError as error:
            raise BadQuery(str(error)) from error


def _choose(text: str, using: Dataset) -> str:
    """Put USING before each WHERE that stands outside of braces (Protocol, section 2.2.3)."""
    if using == Dataset():
        return text
    tokens = list(tokenize(text))
    words = [token.text.upper() if token.kind == "word" else "" for token in tokens]
    if not _CLAUSES.isdisjoint(words):
        raise BadQuery("the request and the update both choose graphs; leave one of them out")
    clauses = _clauses(using)
    pieces, start = [], 0
    for token in _wheres(tokens):
        pieces += [text[start : token.start], clauses]
        start = token.start
    return "".join([*pieces, text[start:]])


def _wheres(tokens: Sequence[Token]) -> Sequence[Token]:
    depth, found = 0, []
    for before, token in zip([None, *tokens], tokens, strict=False):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if token.kind == "word" and re.fullmatch("WHERE", token.text, re.I) and depth == 0:
            if before and before.text.upper() == "DELETE":
                raise BadQuery("DELETE WHERE has no USING; write DELETE {…} WHERE {…}")
            found.append(token)
    return found


def _clauses(using: Dataset) -> str:
    try:
        default = [f"USING {NamedNode(iri)} " for iri in using.default]
        named = [f"USING NAMED {NamedNode(iri)} " for iri in using.named]
    except ValueError as error:
        raise BadInput(f"a graph is named by an absolute IRI: {error}") from error
    return "".join([*default, *named])
