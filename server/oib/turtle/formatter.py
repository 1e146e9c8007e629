"""Format Turtle: the same triples and comments, written in one canonical layout.

    # The comments at the top stay at the top.

    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .

    # A comment above a subject, a verb or an object travels with it,
    <http://example.org/a> a skos:Concept ;
        skos:prefLabel "a"@en, "甲"@zh-Hans ; # and so does one behind it.
        skos:note [
            skos:example 1 ;
        ] .

Prefixes that nothing uses are dropped; subjects, verbs and objects are sorted, and what is stated
twice is stated once. Lexical forms stay. Blank lines between comments of one place are dropped,
except at the top. The text stays as wide as it is: no line is wrapped.
"""

from collections.abc import Iterable, Iterator, Sequence

from oib.turtle.abbreviation import Abbreviator
from oib.turtle.comments import add_above
from oib.turtle.document import parse
from oib.turtle.sorting import Sorter
from oib.turtle.syntax_tree import (
    RDF,
    BlankNodeLabel,
    BlankNodePropertyList,
    Block,
    Collection,
    Iri,
    Literal,
    Node,
    Object,
    PredicateObjects,
    SyntaxTree,
)

_INDENT = "    "


def tidy(text: str, path: str = "<text>", base: str | None = None) -> str:
    """Return a text in canonical form; doing it again changes nothing.

    ``base`` resolves relative IRIs above any ``@base``, and IRIs are written relative to it.

    Raises:
        BadTurtle: the first place where the text is not Turtle of RDF 1.1.
    """
    tree = parse(text, path, base).tree
    return _Formatter(tree, base).text()


class _Formatter:
    """Formats one syntax tree; ``depth`` counts the indents of the line that a node stands on."""

    def __init__(self, tree: SyntaxTree, base: str | None) -> None:
        self.tree = tree
        self.short = Abbreviator(tree.directives, base)
        self.order = Sorter(self.flat, self.block, self.short.iri)
        self.known: dict[int, str] = {}

    def text(self) -> str:
        blocks = [self.block(block) for block in self.order.blocks(self.tree.blocks)]
        parts = [*self.head(), *blocks, "\n".join(filter(None, self.tree.footer))]
        return "\n\n".join(filter(None, parts)) + "\n" if any(parts) else ""

    def head(self) -> tuple[str, str]:
        """Return the comments at the top, and the directives that something below uses."""
        lines = dict.fromkeys(self.short.lines(), "")
        header = list(self.tree.header)
        for directive in self.tree.directives:
            line = self.short.line(directive)
            if lines.get(line) == "":
                lines[line] = directive.trail
            elif directive.trail:
                header.append(directive.trail)
        return "\n".join(header).strip("\n"), "\n".join(map(_behind, lines, lines.values()))

    def block(self, block: Block) -> str:
        properties = self.order.properties(block.properties)
        subject = self.node(block.subject, 0)
        if not properties:
            lines = [subject if block.closing else f"{subject} ."]
            lines = [_behind(lines[0], block.trail)]
        else:
            above, first = self.predicate_objects(
                properties[0], 1, ";" if properties[1:] or block.closing else "."
            )
            lines = [f"{subject} {first}"]
            if above or block.trail:
                lines = [_behind(subject, block.trail), *_at(1, [*above, first])]
            for entry in properties[1:]:
                last = entry is properties[-1] and not block.closing
                above, text = self.predicate_objects(entry, 1, "." if last else ";")
                lines += _at(1, [*above, text])
        closing = _at(1, [*block.closing, "."]) if block.closing else []
        return "\n".join([*block.above, *lines, *closing])

    def predicate_objects(
        self, entry: PredicateObjects, depth: int, sign: str
    ) -> tuple[tuple[str, ...], str]:
        """Return the comments above a verb, and the verb with its objects and the sign after them.

        Objects stand side by side, or, if one of several has a comment, one below the other.
        """
        verb = "a" if entry.verb.value == RDF + "type" else self.short.iri(entry.verb.value)
        if any(item.above or item.trail for item in entry.objects):
            return add_above(entry, [entry.trail]).above, "\n".join(
                [verb, *self.column(entry.objects, depth + 1, ",", f" {sign}")]
            )
        objects = [self.node(item.node, depth) for item in entry.objects]
        text = f"{verb} {', '.join(objects)} {sign}"
        if len(objects) > 1 and "\n" in text:
            # Nobody could tell to which of the objects a comment behind the last belongs.
            return add_above(entry, [entry.trail]).above, text
        return entry.above, _behind(text, entry.trail)

    def column(
        self, objects: Sequence[Object], depth: int, between: str = "", after: str = ""
    ) -> Iterator[str]:
        """Yield the lines of objects or members, one below the other, with their comments."""
        for item in objects:
            yield from _at(depth, item.above)
            sign = after if item is objects[-1] else between
            yield from _at(depth, [_behind(self.node(item.node, depth) + sign, item.trail)])

    def node(self, node: Node, depth: int) -> str:
        """Return a node; where it needs several lines, all after the first are indented."""
        match node:
            case Iri(value=value):
                return "()" if value == RDF + "nil" else self.short.iri(value)
            case BlankNodeLabel(name=name):
                return f"_:{name}"
            case Literal():
                return self.short.literal(node)
            case Collection():
                return self.collection(node, depth)
            case BlankNodePropertyList():
                return self.property_list(node, depth)
        raise TypeError(node)

    def collection(self, collection: Collection, depth: int) -> str:
        if not collection.objects and not collection.closing:
            return "()"
        bare = not collection.closing and not any(
            item.above or item.trail for item in collection.objects
        )
        members = list(self.column(collection.objects, depth + 1))
        if bare and not any("\n" in member for member in members):
            return f"( {' '.join(member.strip() for member in members)} )"
        return "\n".join(["(", *members, *_at(depth + 1, collection.closing), *_at(depth, [")"])])

    def property_list(self, nested: BlankNodePropertyList, depth: int) -> str:
        properties = self.order.properties(nested.properties)
        lines: list[str] = []
        for entry in properties:
            above, text = self.predicate_objects(entry, depth + 1, ";")
            lines += _at(depth + 1, [*above, text])
        if not lines and not nested.closing:
            return "[]"
        if (
            len(lines) == 1
            and "\n" not in lines[0]
            and not properties[0].trail
            and not nested.closing
        ):
            return f"[ {lines[0].strip().removesuffix(' ;')} ]"
        return "\n".join(["[", *lines, *_at(depth + 1, nested.closing), *_at(depth, ["]"])])

    def flat(self, node: Node) -> str:
        """Return a node as it stands at the margin, which is what it is sorted by."""
        # Kept, because else each level of brackets would be written anew for every level above it.
        if id(node) not in self.known:
            self.known[id(node)] = self.node(node, 0)
        return self.known[id(node)]


def _at(depth: int, lines: Iterable[str]) -> list[str]:
    return [_INDENT * depth + line for line in lines]


def _behind(text: str, comment: str) -> str:
    return f"{text} {comment}" if comment else text
