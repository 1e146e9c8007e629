"""Alignment of two names word by word: what agrees, what has a typing error, what is left over."""

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from oib.reconciliation.index_writer import MIN_TYPO_LENGTH


class Alignment(NamedTuple):
    """How the words of a query and of a name go together.

    Attributes:
        equal: words that both have.
        typos: pairs of a word of the query and the word of the name that it may be meant for.
        initials: pairs of one letter of either and the word of the other that begins with it.
        extra: words that only the query has.
        missing: words that only the name has.
    """

    equal: tuple[str, ...]
    typos: tuple[tuple[str, str], ...]
    initials: tuple[tuple[str, str], ...]
    extra: tuple[str, ...]
    missing: tuple[str, ...]


def align(query: Sequence[str], name: Sequence[str]) -> Alignment:
    """Align the words of a query with those of a name, in whatever order.

    A typing error is one letter more, less or other, or two neighbours swapped (the restricted
    Damerau-Levenshtein distance), in a word of five letters or more without digits.
    """
    equal, extra, missing = [], [], list(name)
    for word in query:
        if word in missing:
            missing.remove(word)
            equal.append(word)
        else:
            extra.append(word)
    typos, initials = [], []
    for word in list(extra) if missing else ():
        size = len(word)
        for other in missing:
            # The cheapest condition first: most pairs fail it.
            if -1 <= size - len(other) <= 1 and _is_typo(word, other):
                typos.append((word, other))
            elif (size == 1 or len(other) == 1) and word[0] == other[0] and word.isalpha():
                initials.append((word, other))
            else:
                continue
            extra.remove(word)
            missing.remove(other)
            break
    return Alignment(tuple(equal), tuple(typos), tuple(initials), tuple(extra), tuple(missing))


def is_swap(word: str, other: str) -> bool:
    """Return whether two words differ in the order of two neighbouring letters alone."""
    return len(word) == len(other) and sorted(word) == sorted(other)


def _is_typo(word: str, other: str) -> bool:
    """Return whether two words whose lengths differ by one at most differ in one letter."""
    return (
        len(word) >= MIN_TYPO_LENGTH
        and len(other) >= MIN_TYPO_LENGTH
        and word.isalpha()
        and other.isalpha()
        and OSA.distance(word, other, score_cutoff=1) == 1
    )
