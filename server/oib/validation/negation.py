"""Negation in SPARQL by OPTIONAL and !BOUND, evaluated one OPTIONAL after the other.

Shapes say that something is not there by ``OPTIONAL { … ?x … } FILTER(!BOUND(?x))``, the form that
every SHACL engine evaluates well. The FILTER is applied when the group is complete: of two such
OPTIONALs with a thousand solutions each, an engine enumerates a million rows only to drop them all.
Here each is followed by its own FILTER, in a group that ends there.
https://www.w3.org/TR/sparql11-query/#negation
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|<[^<>"{}|^`\\\s]*>)
    |(?P<variable>[?$][A-Za-z_]\w*)
    |(?P<word>[\w:-]+)
    |(?P<sign>&&|\|\||.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def filter_early(select: str) -> str:
    """Return a SELECT query in which rows are dropped as soon as they have what must be absent.

    That concerns OPTIONALs of the outermost group with a variable that is used nowhere else but
    in one ``!BOUND`` that must hold. The solutions stay the same: the group before an OPTIONAL is
    evaluated before it in any case, and such a FILTER drops a row whatever follows.
    """
    tokens = [
        _Token(match.lastgroup, match[0].replace("$", "?"), match.start(), match.end())
        for match in _TOKEN.finditer(select)
        if match.lastgroup
    ]
    uses = Counter(token.text for token in tokens if token.kind == "variable")
    ends: dict[int, str] = {}
    optionals = _optionals(tokens)
    for name in _absent(tokens):
        for start, end in optionals[:-1]:
            if sum(token.text == name for token in tokens[start:end]) == uses[name] - 1:
                ends[tokens[end - 1].end] = f" FILTER(!BOUND({name})) }}"
    at = select.find("{") + 1
    for end in sorted(ends, reverse=True):
        select = select[:end] + ends[end] + select[end:]
    return f"{select[:at]}{' {' * len(ends)}{select[at:]}"


def _absent(tokens: list[_Token]) -> list[str]:
    """Return the variables of which a FILTER of the outermost group demands ``!BOUND``."""
    found: list[str] = []
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 1 and token.text.upper() == "FILTER" and tokens[at + 1].text == "(":
            found += _conjuncts(tokens[at + 2 : _closing(tokens, at + 1)])
    return found


def _conjuncts(expression: list[_Token]) -> list[str]:
    """Return the variables of which an expression demands ``!BOUND`` as one of its conjuncts."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in expression:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text == "||":
            return []
        if depth == 0 and token.text == "&&":
            parts.append([])
        else:
            parts[-1].append(token.text.upper() if token.kind == "word" else token.text)
    return [part[3] for part in parts if part[:3] == ["!", "BOUND", "("] and len(part) == 5]


def _optionals(tokens: list[_Token]) -> list[tuple[int, int]]:
    """Return from where to where each OPTIONAL of the outermost group goes."""
    found = []
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 1 and token.text.upper() == "OPTIONAL":
            found.append((at, _closing(tokens, at + 1) + 1))
    return found


def _closing(tokens: list[_Token], at: int) -> int:
    """Return where the bracket that opens at a place is closed."""
    depth = 0
    while True:
        depth += (tokens[at].text in ("{", "(")) - (tokens[at].text in ("}", ")"))
        if depth == 0:
            return at
        at += 1
