"""The rules: every shape with its id, its severity and its message in each language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from oib.namespaces import ID, OIBS, shorten
from oib.validation.shape_graph import SH, ShapeGraph, Term

#: The languages of messages, as ``--lang`` names them.
LANGUAGES: Final = ("en", "zh-Hans")
_PLACEHOLDER: Final = re.compile(r"\{[$?](this|value|path)\}")
#: So many characters of a literal are shown in a message.
_SHOWN: Final = 160


@dataclass(frozen=True)
class Rule:
    """One rule: its id (``CLM-02``), severity, short name and message by language.

    ``comment`` is what more ``oib rule`` says of it; ``deactivated`` rules are not evaluated by a
    SHACL engine but by the check itself.
    """

    identifier: str
    severity: str
    name: Mapping[str, str]
    message: Mapping[str, str]
    comment: Mapping[str, str]
    deactivated: bool = False

    @property
    def names_verb(self) -> bool:
        """Whether the message speaks of the property first, so that the verb is at fault."""
        first = _PLACEHOLDER.search(self.message.get("en", ""))
        return first is not None and first[1] == "path"

    def format_message(
        self, focus: str, value: str | Mapping[str, str], path: str
    ) -> dict[str, str]:
        """Return the message with its placeholders filled, the value in each language."""
        messages = {}
        for language, text in self.message.items():
            shown = value if isinstance(value, str) else value.get(language, "")
            filling = {"this": focus, "value": shown, "path": path}
            messages[language] = _fill(text, filling)
        return messages


def _fill(text: str, filling: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: filling[match[1]] or "?", text)


def load_rules(shapes: Iterable[Triple]) -> dict[str, Rule]:
    """Return the rules of a shapes graph by IRI: whatever of ours carries a message."""
    graph = ShapeGraph(shapes)
    rules = {}
    for node in graph.subjects("message"):
        if isinstance(node, NamedNode) and node.value.startswith(OIBS):
            rules[node.value] = Rule(
                node.value.removeprefix(OIBS),
                _severity(graph, node),
                _texts(graph, node, "name"),
                _texts(graph, node, "message"),
                _texts(graph, node, "description"),
                bool(graph.objects(node, "deactivated")),
            )
    return rules


def format_term(term: Term | None) -> str:
    """Return an RDF term as a person would write it: prefixed, relative, or in quotation marks."""
    if isinstance(term, NamedNode):
        if term.value.startswith(ID):
            return f"<{term.value.removeprefix(ID)}>"
        return escape(shorten(term.value))
    if isinstance(term, Literal):
        text = term.value
        if len(text) > _SHOWN:
            text = text[:_SHOWN] + "…"
        return f"“{escape(text)}”"
    return "[…]" if isinstance(term, BlankNode) else ""


def escape(text: str) -> str:
    """Return text with everything that could disturb a terminal or a line written as an escape.

    Control and format characters, and line and paragraph separators; joiners and letters stay.
    """
    if text.isprintable():
        return text
    return "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if character in "\n\r\t":
        return {"\n": r"\n", "\r": r"\r", "\t": r"\t"}[character]
    if character in "\u200c\u200d" or unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


_UNSEEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _severity(graph: ShapeGraph, node: NamedNode) -> str:
    """Return the severity of a rule: its own, or that of the node shape that holds it."""
    holders: list[Term] = [
        node,
        *graph.subjects("sparql", node),
        *graph.subjects("property", node),
    ]
    for holder in holders:
        severity = graph.value(holder, "severity")
        if isinstance(severity, NamedNode):
            return severity.value.removeprefix(SH)
    return "Violation"


def _texts(graph: ShapeGraph, node: NamedNode, name: str) -> dict[str, str]:
    return {
        "zh-Hans" if (text.language or "").startswith("zh") else "en": text.value
        for text in graph.objects(node, name)
        if isinstance(text, Literal)
    }
