"""The comments: how they are handed to the parts of a tree that own them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from oib.turtle.syntax_tree import Block, Item, Pair

_Owner = TypeVar("_Owner", Item, Pair, Block)


def kept(comments: Iterable[str]) -> tuple[str, ...]:
    """Return comments without the blank lines between them."""
    return tuple(filter(None, comments))


def under(owner: _Owner, comments: Iterable[str]) -> _Owner:
    """Return the owner with comments added below those above it."""
    new = kept(comments)
    return replace(owner, above=owner.above + new) if new else owner


def noted(owner: _Owner, comment: str) -> _Owner:
    """Return the owner with a comment behind it; where one trails already, it goes above."""
    if not comment:
        return owner
    if owner.trail:
        return under(owner, [comment])
    return replace(owner, trail=comment)
