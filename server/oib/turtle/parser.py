"""The reader: tokens go in, their tree comes out (the productions of the Turtle grammar)."""

from dataclasses import replace

from oib.turtle.comments import kept, noted, under
from oib.turtle.cursor import Cursor
from oib.turtle.lexer import NEWLINE, Token
from oib.turtle.prefixes import Scope, unescape
from oib.turtle.syntax_tree import (
    LANG_STRING,
    RDF,
    XSD,
    Block,
    Directive,
    Iri,
    Item,
    Label,
    Nest,
    Node,
    Pair,
    Row,
    Tree,
    Value,
)


def read_tree(text: str, base: str | None = None) -> Tree:
    """Return the tree of a text that passed the gate with the same ``base``."""
    return _Reader(text, base).tree()


class _Reader:
    """One pass over one text; each method reads what it is named after."""

    def __init__(self, text: str, base: str | None) -> None:
        self.text = text
        self.scope = Scope(base)
        self.cursor = Cursor(text)

    def tree(self) -> Tree:
        directives: list[Directive] = []
        blocks: list[Block] = []
        header = self.cursor.take_header()
        while self.cursor.next.kind != "end":
            if self.cursor.at_directive:
                directives.append(self.directive(header))
            else:
                blocks.append(self.block())
        return Tree(tuple(directives), tuple(blocks), tuple(header), self.cursor.next.above)

    def directive(self, header: list[str]) -> Directive:
        first = last = self.cursor.take()
        header += kept(first.above)
        prefix = self.cursor.next.text[:-1] if self.cursor.next.kind == "name" else None
        while last.text != "." if first.kind == "at" else last.kind != "iri":
            header += kept([last.trail, *self.cursor.next.above])
            last = self.cursor.take()
            if last.kind == "iri":
                value = self.scope.iri(last)
        self.scope.declare(prefix, value)
        return Directive(first.start, last.end, prefix, value, last.trail)

    def block(self) -> Block:
        above = self.cursor.next.above
        subject = self.node()
        above += self.cursor.take_loose()
        block = Block(subject, (), 0, kept(above), self.cursor.last.trail)
        pairs, closing = self.pairs(".")
        dot = self.cursor.take()
        if dot.alone:
            closing.append(dot.trail)
        elif pairs:
            pairs[-1] = self.behind(pairs[-1], dot.trail)
        else:
            block = noted(block, dot.trail)
        return replace(block, pairs=tuple(pairs), end=dot.end, closing=kept(closing))

    def pairs(self, end: str) -> tuple[list[Pair], list[str]]:
        """Read pairs up to an end, which stays; the comments above it come second."""
        pairs: list[Pair] = []
        while self.cursor.next.text != end:
            if self.cursor.next.text == ";":
                pair = under(pairs[-1], self.cursor.next.above)
                pairs[-1] = self.behind(pair, self.cursor.take().trail)
            else:
                pairs.append(self.pair())
        return pairs, list(self.cursor.next.above)

    def pair(self) -> Pair:
        first = self.cursor.take()
        iri = RDF + "type" if first.text == "a" else self.scope.iri(first)
        items = [self.item()]
        while self.cursor.next.text == ",":
            item = under(items[-1], self.cursor.next.above)
            items[-1] = noted(item, self.cursor.take().trail)
            items.append(self.item())
        trail = ""
        if len(items) == 1 and items[0].trail:
            trail = items[0].trail
            items[0] = replace(items[0], trail="")
        verb = Iri(first.start, first.end, iri)
        return Pair(verb, tuple(items), kept([*first.above, first.trail]), trail)

    def behind(self, pair: Pair, comment: str) -> Pair:
        """Give a comment behind a pair to the pair, or to its last object if that has a line."""
        last = pair.items[-1]
        if len(pair.items) == 1 or not NEWLINE.search(self.text, pair.verb.end, last.node.start):
            return noted(pair, comment)
        return replace(pair, items=(*pair.items[:-1], noted(last, comment)))

    def item(self) -> Item:
        above = self.cursor.next.above
        node = self.node()
        return Item(node, kept(above + self.cursor.take_loose()), self.cursor.last.trail)

    def node(self) -> Node:
        token = self.cursor.take()
        if token.text == "[":
            return self.nest(token)
        if token.text == "(":
            return self.row(token)
        if token.kind == "string":
            return self.string(token)
        if token.kind == "label":
            return Label(token.start, token.end, token.text[2:])
        if token.kind in ("integer", "decimal", "double", "word"):
            datatype = XSD + ("boolean" if token.kind == "word" else token.kind)
            return Value(token.start, token.end, token.text, datatype)
        return Iri(token.start, token.end, self.scope.iri(token))

    def nest(self, opening: Token) -> Nest:
        pairs, closing = self.pairs("]")
        if pairs:
            pairs[0] = replace(pairs[0], above=kept([opening.trail, *pairs[0].above]))
        else:
            closing.insert(0, opening.trail)
        return Nest(opening.start, self.cursor.take().end, tuple(pairs), kept(closing))

    def row(self, opening: Token) -> Row:
        items: list[Item] = []
        while self.cursor.next.text != ")":
            items.append(self.item())
        closing = list(self.cursor.next.above)
        if items:
            items[0] = replace(items[0], above=kept([opening.trail, *items[0].above]))
        else:
            closing.insert(0, opening.trail)
        return Row(opening.start, self.cursor.take().end, tuple(items), kept(closing))

    def string(self, first: Token) -> Value:
        quotes = 3 if first.text[:3] in ('"""', "'''") else 1
        lexical = unescape(first.text[quotes:-quotes])
        if self.cursor.next.kind == "at":
            tag = self.cursor.take_inner()
            return Value(first.start, tag.end, lexical, LANG_STRING, tag.text[1:])
        if self.cursor.next.text == "^^":
            self.cursor.take_inner()
            datatype = self.cursor.take_inner()
            return Value(first.start, datatype.end, lexical, self.scope.iri(datatype))
        return Value(first.start, first.end, lexical, XSD + "string")
