"""What is wrong in terms of the data, before it has a place in a file and a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as Choice

from pyoxigraph import NamedNode

from oib.turtle import Document
from oib.validation.shape_graph import Term

#: What of the text a problem is shown at.
Anchor = Choice["file", "subject", "verb", "object", "directive", "entry"]


@dataclass(frozen=True)
class Problem:
    """One problem.

    Attributes:
        rule: the IRI of the rule.
        severity: as SHACL names it; empty for that of the rule.
        focus, path, value: the terms of it, as far as there are any.
        anchor: where it is to be shown.
        document: the file in which to show it, if only one comes into question.
        detail: text for ``{?value}`` of the message in place of the value.
        other: text for ``{?path}`` of the message in place of the path.
        suggestion: the term that was most likely meant.
        alternatives: other terms that are as like what is written as the suggestion.
        replacement: what is to be written instead of the anchor's text, if that is certain.
        component: the SHACL constraint component, empty for rules that are not SHACL.
        near: predicates whose statements show it better than the subject alone.
        text: the message of an engine, for a rule that has none.
    """

    rule: str
    focus: Term | None = None
    path: NamedNode | None = None
    value: Term | None = None
    anchor: Anchor = "object"
    document: Document | None = field(default=None, hash=False)  # to hash it takes long
    detail: str = ""
    other: str = ""
    suggestion: str = ""
    alternatives: tuple[str, ...] = ()
    replacement: str = ""
    severity: str = ""
    component: str = ""
    text: str = ""
    near: tuple[NamedNode, ...] = ()
