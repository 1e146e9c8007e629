"""The reader: tokens go in, their tree comes out (the productions of the Turtle grammar)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from oib.turtle.scope import Scope, unescape
from oib.turtle.tokens import NEWLINE, Token, tokenize
from oib.turtle.tree import (
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

_Owner = TypeVar("_Owner", Item, Pair, Block)


def read_tree(text: str, base: str | None = None) -> Tree:
    """Return the tree of a text that passed the gate with the same ``base``."""
    return _Reader(text, base).tree()


class _Reader:
    """One pass over the tokens of one text."""

    def __init__(self, text: str, base: str | None) -> None:
        self.text = text
        self.scope = Scope(base)
        self.tokens = tokenize(text)
        self.at = 0
        # Comments met inside a term, where nothing can hold them: they move above its owner.
        self.loose: list[str] = []

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def tree(self) -> Tree:
        directives: list[Directive] = []
        blocks: list[Block] = []
        header = self._header()
        while self.next.kind != "end":
            if self.next.kind == "at" or self.next.text.lower() in ("prefix", "base"):
                directives.append(self._directive(header))
            else:
                blocks.append(self._block())
        return Tree(tuple(directives), tuple(blocks), tuple(header), self.next.above)

    def _header(self) -> list[str]:
        """Take the comments at the top, save those that stand directly above a first block."""
        first = self.next
        comments = list(first.above)
        own: list[str] = []
        if first.kind not in ("at", "end") and first.text.lower() not in ("prefix", "base"):
            while comments and comments[-1]:
                own.insert(0, comments.pop())
        self.tokens[0] = first._replace(above=tuple(own))
        return comments

    def _directive(self, header: list[str]) -> Directive:
        first = last = self.take()
        header += _kept(first.above)
        prefix = self.next.text[:-1] if self.next.kind == "name" else None
        while last.text != "." if first.kind == "at" else last.kind != "iri":
            header += [last.trail, *self.next.above] if last.trail else self.next.above
            last = self.take()
            if last.kind == "iri":
                value = self.scope.iri(last)
        if prefix is None:
            self.scope.base = value
        else:
            self.scope.namespaces[prefix] = value
        return Directive(first.start, last.end, prefix, value, last.trail)

    def _block(self) -> Block:
        above = self.next.above
        subject = self._node()
        above += self._loosened()
        block = Block(subject, (), 0, _kept(above), self.tokens[self.at - 1].trail)
        pairs, closing = self._pairs(".")
        dot = self.take()
        if dot.alone:
            closing.append(dot.trail)
        elif pairs:
            pairs[-1] = self._behind(pairs[-1], dot.trail)
        else:
            block = _noted(block, dot.trail)
        return replace(block, pairs=tuple(pairs), end=dot.end, closing=_kept(closing))

    def _pairs(self, end: str) -> tuple[list[Pair], list[str]]:
        """Read verbs with their objects up to an end that stays; return the comments above it."""
        pairs: list[Pair] = []
        while self.next.text != end:
            if self.next.text == ";":
                pairs[-1] = self._behind(_under(pairs[-1], self.next.above), self.take().trail)
            else:
                pairs.append(self._pair())
        return pairs, list(self.next.above)

    def _pair(self) -> Pair:
        first = self.take()
        verb = Iri(
            first.start, first.end, RDF + "type" if first.text == "a" else self.scope.iri(first)
        )
        items = [self._item()]
        while self.next.text == ",":
            items[-1] = _noted(_under(items[-1], self.next.above), self.take().trail)
            items.append(self._item())
        pair = Pair(verb, tuple(items), _kept([*first.above, first.trail]))
        if len(items) == 1 and items[0].trail:
            return replace(pair, items=(replace(items[0], trail=""),), trail=items[0].trail)
        return pair

    def _behind(self, pair: Pair, comment: str) -> Pair:
        """Give a comment behind a pair to the pair, or to its last object if that has a line."""
        first, last = pair.items[0].node, pair.items[-1]
        if last.node is first or not NEWLINE.search(self.text, pair.verb.end, last.node.start):
            return _noted(pair, comment)
        return replace(pair, items=(*pair.items[:-1], _noted(last, comment)))

    def _item(self) -> Item:
        above = self.next.above
        node = self._node()
        return Item(node, _kept(above + self._loosened()), self.tokens[self.at - 1].trail)

    def _node(self) -> Node:
        token = self.take()
        start, end, text = token.start, token.end, token.text
        if text == "[":
            pairs, closing = self._pairs("]")
            if pairs:
                pairs[0] = replace(pairs[0], above=_kept([token.trail, *pairs[0].above]))
            else:
                closing.insert(0, token.trail)
            return Nest(start, self.take().end, tuple(pairs), _kept(closing))
        if text == "(":
            return self._row(token)
        if token.kind == "string":
            return self._string(token)
        if token.kind == "label":
            return Label(start, end, text[2:])
        if token.kind in ("integer", "decimal", "double", "word"):
            kind = "boolean" if token.kind == "word" else token.kind
            return Value(start, end, text, XSD + kind)
        return Iri(start, end, self.scope.iri(token))

    def _row(self, first: Token) -> Row:
        items: list[Item] = []
        while self.next.text != ")":
            items.append(self._item())
        closing = list(self.next.above)
        if items:
            items[0] = replace(items[0], above=_kept([first.trail, *items[0].above]))
        else:
            closing.insert(0, first.trail)
        return Row(first.start, self.take().end, tuple(items), _kept(closing))

    def _string(self, first: Token) -> Value:
        quotes = 3 if first.text[:3] in ('"""', "'''") else 1
        lexical = unescape(first.text[quotes:-quotes])
        if self.next.kind == "at":
            language = self._inner().text[1:]
            return Value(first.start, self.tokens[self.at - 1].end, lexical, LANG_STRING, language)
        if self.next.text == "^^":
            self._inner()
            datatype = self._inner()
            return Value(first.start, datatype.end, lexical, self.scope.iri(datatype))
        return Value(first.start, first.end, lexical, XSD + "string")

    def _inner(self) -> Token:
        """Take a token within a literal and keep aside the comments before it."""
        self.loose += [self.tokens[self.at - 1].trail, *self.next.above]
        return self.take()

    def _loosened(self) -> tuple[str, ...]:
        loose, self.loose = self.loose, []
        return tuple(loose)


def _kept(comments: Iterable[str]) -> tuple[str, ...]:
    """Return comments without the blank lines between them."""
    return tuple(filter(None, comments))


def _under(owner: _Owner, comments: Iterable[str]) -> _Owner:
    """Return the owner with more comments above it."""
    kept = _kept(comments)
    return replace(owner, above=owner.above + kept) if kept else owner


def _noted(owner: _Owner, comment: str) -> _Owner:
    """Return the owner with a comment behind it; where one trails already, it goes above."""
    if not comment:
        return owner
    if owner.trail:
        return replace(owner, above=(*owner.above, comment))
    return replace(owner, trail=comment)
