"""Parse the tokens of a Turtle text into a syntax tree, by the productions of the grammar."""

from dataclasses import replace

from oib.turtle.comments import add_above, add_trailing, without_blank_lines
from oib.turtle.cursor import Cursor
from oib.turtle.lexer import NEWLINE, Token
from oib.turtle.prefixes import PrefixMap, unescape
from oib.turtle.syntax_tree import (
    LANG_STRING,
    RDF,
    XSD,
    BlankNodeLabel,
    BlankNodePropertyList,
    Block,
    Collection,
    Directive,
    Iri,
    Literal,
    Node,
    Object,
    PredicateObjects,
    SyntaxTree,
)


def parse_tree(text: str, base: str | None = None) -> SyntaxTree:
    """Return the syntax tree of a text that ``strict.triples`` accepted with the same ``base``."""
    return _Parser(text, base).parse_tree()


class _Parser:
    """A recursive-descent parser of one text; each method parses the production in its name."""

    def __init__(self, text: str, base: str | None) -> None:
        self.text = text
        self.prefixes = PrefixMap(base)
        self.cursor = Cursor(text)

    def parse_tree(self) -> SyntaxTree:
        directives: list[Directive] = []
        blocks: list[Block] = []
        header = self.cursor.take_header()
        while self.cursor.next.kind != "end":
            if self.cursor.at_directive:
                directives.append(self.parse_directive(header))
            else:
                blocks.append(self.parse_block())
        return SyntaxTree(tuple(directives), tuple(blocks), tuple(header), self.cursor.next.above)

    def parse_directive(self, header: list[str]) -> Directive:
        first = last = self.cursor.take()
        header += without_blank_lines(first.above)
        prefix = self.cursor.next.text[:-1] if self.cursor.next.kind == "name" else None
        while last.text != "." if first.kind == "at" else last.kind != "iri":
            header += without_blank_lines([last.trail, *self.cursor.next.above])
            last = self.cursor.take()
            if last.kind == "iri":
                value = self.prefixes.iri(last)
        self.prefixes.declare(prefix, value)
        return Directive(first.start, last.end, prefix, value, last.trail)

    def parse_block(self) -> Block:
        above = self.cursor.next.above
        subject = self.parse_node()
        above += self.cursor.take_loose()
        block = Block(subject, (), 0, without_blank_lines(above), self.cursor.last.trail)
        properties, closing = self.parse_properties(".")
        dot = self.cursor.take()
        if dot.alone:
            closing.append(dot.trail)
        elif properties:
            properties[-1] = self.attach_trailing(properties[-1], dot.trail)
        else:
            block = add_trailing(block, dot.trail)
        return replace(
            block, properties=tuple(properties), end=dot.end, closing=without_blank_lines(closing)
        )

    def parse_properties(self, end: str) -> tuple[list[PredicateObjects], list[str]]:
        """Parse a predicateObjectList up to the token ``end``, which is not consumed.

        Returns the entries, and the comments that stand above the end.
        """
        properties: list[PredicateObjects] = []
        while self.cursor.next.text != end:
            if self.cursor.next.text == ";":
                entry = add_above(properties[-1], self.cursor.next.above)
                properties[-1] = self.attach_trailing(entry, self.cursor.take().trail)
            else:
                properties.append(self.parse_predicate_objects())
        return properties, list(self.cursor.next.above)

    def parse_predicate_objects(self) -> PredicateObjects:
        first = self.cursor.take()
        iri = RDF + "type" if first.text == "a" else self.prefixes.iri(first)
        objects = [self.parse_object()]
        while self.cursor.next.text == ",":
            item = add_above(objects[-1], self.cursor.next.above)
            objects[-1] = add_trailing(item, self.cursor.take().trail)
            objects.append(self.parse_object())
        trail = ""
        if len(objects) == 1 and objects[0].trail:
            trail = objects[0].trail
            objects[0] = replace(objects[0], trail="")
        verb = Iri(first.start, first.end, iri)
        return PredicateObjects(
            verb, tuple(objects), without_blank_lines([*first.above, first.trail]), trail
        )

    def attach_trailing(self, entry: PredicateObjects, comment: str) -> PredicateObjects:
        """Attach a comment to a verb, or to its last object if that stands on a line of its own."""
        last = entry.objects[-1]
        if len(entry.objects) == 1 or not NEWLINE.search(
            self.text, entry.verb.end, last.node.start
        ):
            return add_trailing(entry, comment)
        return replace(
            entry,
            objects=(*entry.objects[:-1], add_trailing(last, comment)),
        )

    def parse_object(self) -> Object:
        above = self.cursor.next.above
        node = self.parse_node()
        return Object(
            node, without_blank_lines(above + self.cursor.take_loose()), self.cursor.last.trail
        )

    def parse_node(self) -> Node:
        token = self.cursor.take()
        if token.text == "[":
            return self.parse_property_list(token)
        if token.text == "(":
            return self.parse_collection(token)
        if token.kind == "string":
            return self.parse_string(token)
        if token.kind == "label":
            return BlankNodeLabel(token.start, token.end, token.text[2:])
        if token.kind in ("integer", "decimal", "double", "word"):
            datatype = XSD + ("boolean" if token.kind == "word" else token.kind)
            return Literal(token.start, token.end, token.text, datatype)
        return Iri(token.start, token.end, self.prefixes.iri(token))

    def parse_property_list(self, opening: Token) -> BlankNodePropertyList:
        properties, closing = self.parse_properties("]")
        if properties:
            properties[0] = replace(
                properties[0], above=without_blank_lines([opening.trail, *properties[0].above])
            )
        else:
            closing.insert(0, opening.trail)
        return BlankNodePropertyList(
            opening.start, self.cursor.take().end, tuple(properties), without_blank_lines(closing)
        )

    def parse_collection(self, opening: Token) -> Collection:
        objects: list[Object] = []
        while self.cursor.next.text != ")":
            objects.append(self.parse_object())
        closing = list(self.cursor.next.above)
        if objects:
            objects[0] = replace(
                objects[0], above=without_blank_lines([opening.trail, *objects[0].above])
            )
        else:
            closing.insert(0, opening.trail)
        return Collection(
            opening.start, self.cursor.take().end, tuple(objects), without_blank_lines(closing)
        )

    def parse_string(self, first: Token) -> Literal:
        quotes = 3 if first.text[:3] in ('"""', "'''") else 1
        lexical = unescape(first.text[quotes:-quotes])
        if self.cursor.next.kind == "at":
            tag = self.cursor.take_inner()
            return Literal(first.start, tag.end, lexical, LANG_STRING, tag.text[1:])
        if self.cursor.next.text == "^^":
            self.cursor.take_inner()
            datatype = self.cursor.take_inner()
            return Literal(first.start, datatype.end, lexical, self.prefixes.iri(datatype))
        return Literal(first.start, first.end, lexical, XSD + "string")
