"""Attach comments to the nodes of a syntax tree."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from oib.turtle.syntax_tree import Block, Object, PredicateObjects

_Owner = TypeVar("_Owner", Object, PredicateObjects, Block)


def without_blank_lines(comments: Iterable[str]) -> tuple[str, ...]:
    """Return comments without the blank lines between them."""
    return tuple(filter(None, comments))


def add_above(owner: _Owner, comments: Iterable[str]) -> _Owner:
    """Return the owner with comments added below those above it."""
    new = without_blank_lines(comments)
    return replace(owner, above=owner.above + new) if new else owner


def add_trailing(owner: _Owner, comment: str) -> _Owner:
    """Return the owner with a comment behind it; where one trails already, it goes above."""
    if not comment:
        return owner
    if owner.trail:
        return add_above(owner, [comment])
    return replace(owner, trail=comment)
