"""A forward-only cursor over the tokens of a text."""

from oib.turtle.lexer import Token, tokenize


class Cursor:
    """A place among the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.tokens = tokenize(text)
        self.at = 0
        # Comments met inside a literal, where nothing can hold them: they go above its owner.
        self.loose: list[str] = []

    @property
    def next(self) -> Token:
        """The token that is taken next; at the end it is of the kind ``end``."""
        return self.tokens[self.at]

    @property
    def last(self) -> Token:
        """The token taken last."""
        return self.tokens[self.at - 1]

    @property
    def at_directive(self) -> bool:
        """Whether a prefix or a base comes next, in Turtle's or in SPARQL's style."""
        return self.next.kind == "at" or self.next.text.lower() in ("prefix", "base")

    def take(self) -> Token:
        """Step over the next token and return it."""
        self.at += 1
        return self.last

    def take_inner(self) -> Token:
        """Take a token within a literal and set aside the comments before it."""
        self.loose += [self.last.trail, *self.next.above]
        return self.take()

    def take_loose(self) -> tuple[str, ...]:
        """Return the comments set aside and forget them."""
        loose, self.loose = self.loose, []
        return tuple(loose)

    def take_header(self) -> list[str]:
        """Take the comments at the top, save those that stand directly above a first block."""
        comments = list(self.next.above)
        own: list[str] = []
        if not self.at_directive and self.next.kind != "end":
            while comments and comments[-1]:
                own.insert(0, comments.pop())
        self.tokens[0] = self.next._replace(above=tuple(own))
        return comments
