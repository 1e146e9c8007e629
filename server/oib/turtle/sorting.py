"""Sort and merge the statements of a syntax tree into the order of canonical Turtle.

What is said twice is said once, what is said in two places is said in one, and everything has its
place by what it says alone, so that two files with the same triples, prefixes and labels of blank
nodes differ in comments only.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from oib.namespaces import OIB, PREFIXES
from oib.turtle.comments import add_above, add_trailing
from oib.turtle.syntax_tree import (
    RDF,
    BlankNodeLabel,
    Block,
    Iri,
    Literal,
    Node,
    Object,
    PredicateObjects,
)

_SKOS: Final = PREFIXES["skos"]

#: What a reader looks for first stands first; every other verb follows by its short name.
FIRST: Final = (
    RDF + "type",
    PREFIXES["rdfs"] + "label",
    _SKOS + "prefLabel",
    _SKOS + "altLabel",
    _SKOS + "hiddenLabel",
    _SKOS + "definition",
    PREFIXES["sh"] + "path",
    OIB + "claimSubject",
    OIB + "claimPredicate",
    OIB + "claimObject",
    OIB + "claimValue",
)


class Sorter:
    """Sorts and merges; ``write`` returns a node as text, ``show`` a block, ``name`` a verb.

    Where two things say the same, their comments decide, so that nothing depends on the order in
    which they were written.
    """

    def __init__(
        self,
        write: Callable[[Node], str],
        show: Callable[[Block], str],
        name: Callable[[str], str],
    ) -> None:
        self.write, self.show, self.name = write, show, name

    def blocks(self, blocks: Iterable[Block]) -> list[Block]:
        """Return blocks by their subjects, one block for each subject that has a name."""
        groups: dict[tuple[int, str], list[Block]] = defaultdict(list)
        for block in blocks:
            groups[self._place(block.subject)].append(block)
        ordered: list[Block] = []
        for (kind, _), group in sorted(groups.items()):
            if len(group) > 1:
                group.sort(key=self.show)
            ordered += [_joined(group)] if kind <= _LABEL else group
        return ordered

    def properties(self, properties: Iterable[PredicateObjects]) -> list[PredicateObjects]:
        """Return properties by their verbs, one for each verb."""
        groups: dict[str, list[PredicateObjects]] = defaultdict(list)
        for entry in properties:
            groups[entry.verb.value].append(entry)
        return [self._predicate_objects(groups[verb]) for verb in sorted(groups, key=self._rank)]

    def _rank(self, verb: str) -> tuple[int, str]:
        return (FIRST.index(verb) if verb in FIRST else len(FIRST)), self.name(verb)

    def _predicate_objects(self, group: list[PredicateObjects]) -> PredicateObjects:
        """Merge the entries of one verb; comments of one of several go to its object."""
        objects: list[Object] = []
        for entry in group:
            own = self._objects(entry.objects)
            if len(group) > 1:
                own[0] = replace(own[0], above=entry.above + own[0].above)
                own[0] = add_trailing(own[0], entry.trail)
            objects += own
        whole = replace(group[0], objects=tuple(self._objects(objects)))
        if len(group) > 1:
            whole = replace(whole, above=(), trail="")
        if len(whole.objects) == 1:
            # An only object and its verb share one line, so that they share their comments.
            only = whole.objects[0]
            whole = add_trailing(add_above(whole, only.above), only.trail)
            whole = replace(whole, objects=(Object(only.node),))
        return whole

    def _objects(self, objects: Iterable[Object]) -> list[Object]:
        """Return objects in order, each term once; brackets are never the same term."""
        ordered: list[Object] = []
        before: tuple[int, str] | None = None
        for item in sorted(
            objects, key=lambda item: (*self._key(item.node), item.above, item.trail)
        ):
            place = self._place(item.node)
            if place == before and place[0] <= _LABEL:
                ordered[-1] = add_trailing(add_above(ordered[-1], item.above), item.trail)
            else:
                ordered.append(item)
            before = place
        return ordered

    def _key(self, node: Node) -> tuple[int, str, str]:
        """Return what a node is sorted by: literals go by their language first."""
        kind, text = self._place(node)
        return kind, node.language if isinstance(node, Literal) else "", text

    def _place(self, node: Node) -> tuple[int, str]:
        match node:
            case Iri(value=value):
                return _IRI, value
            case Literal():
                return _VALUE, self.write(node)
            case BlankNodeLabel(name=name):
                return _LABEL, name
            case _:
                return _BRACKETS, self.write(node)


_IRI, _VALUE, _LABEL, _BRACKETS = range(4)


def _joined(group: list[Block]) -> Block:
    """Return one block for all blocks of a subject."""
    whole = group[0]
    for block in group[1:]:
        whole = add_trailing(add_above(whole, block.above), block.trail)
        whole = replace(
            whole,
            properties=whole.properties + block.properties,
            closing=whole.closing + block.closing,
        )
    return whole
