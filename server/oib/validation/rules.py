"""The rules: every shape with its id, its severity and its message in each language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH

from oib.namespaces import OIBS, shorten


@dataclass(frozen=True)
class Rule:
    """One rule: its id (``CLM-02``), its severity, its short name and its message by language."""

    identifier: str
    severity: str
    name: Mapping[str, str]
    message: Mapping[str, str]

    def format_message(self, focus: str, value: str, path: str) -> dict[str, str]:
        """Return the message with its placeholders filled; IRIs are shortened."""
        filling = {"this": focus, "value": value, "path": path}
        return {
            language: re.sub(
                r"\{[$?](this|value|path)\}", lambda match: filling[match[1]] or "?", text
            )
            for language, text in self.message.items()
        }


def load_rules(shapes: Graph) -> dict[str, Rule]:
    """Return the rules of a shapes graph by IRI: whatever of ours carries a message."""
    rules = {}
    for node in set(shapes.subjects(SH.message)):
        if isinstance(node, URIRef) and node.startswith(OIBS):
            rules[str(node)] = Rule(
                node.removeprefix(OIBS),
                _severity(shapes, node),
                _texts(shapes, node, SH.name),
                _texts(shapes, node, SH.message),
            )
    return rules


def format_term(term: object) -> str:
    """Return an RDF term as a person would write it: prefixed, or in quotation marks."""
    if isinstance(term, URIRef):
        return shorten(str(term))
    return f"“{term}”" if isinstance(term, Literal) else ""


def _severity(shapes: Graph, node: URIRef) -> str:
    """Return the severity of a rule: its own, or that of the node shape that holds it."""
    holders = [node, *shapes.subjects(SH.sparql, node), *shapes.subjects(SH.property, node)]
    found = (shapes.value(holder, SH.severity) for holder in holders)
    return next((str(each).removeprefix(str(SH)) for each in found if each), "Violation")


def _texts(shapes: Graph, node: URIRef, predicate: URIRef) -> dict[str, str]:
    return {
        "zh-Hans" if (text.language or "").startswith("zh") else "en": str(text)
        for text in shapes.objects(node, predicate)
        if isinstance(text, Literal)
    }
