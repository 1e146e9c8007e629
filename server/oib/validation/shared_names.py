"""Names that two things share, in whatever spelling, script or order of words (rule NAM-01)."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store, Triple

from oib.namespaces import ID, OIB, OIBS, PREFIXES
from oib.validation.lexical import to_simplified
from oib.validation.problems import Problem
from oib.validation.rules import format_term
from oib.validation.shape_graph import Term, iri_of

#: What counts as a name, that which is shown first first.
_NAMES: Final = (
    NamedNode(PREFIXES["skos"] + "prefLabel"),
    NamedNode(PREFIXES["foaf"] + "name"),
    NamedNode(PREFIXES["skos"] + "altLabel"),
    NamedNode(PREFIXES["skos"] + "hiddenLabel"),
    NamedNode(OIB + "translatedName"),
)
_NAME_SET: Final = frozenset(_NAMES)  # every triple of a home is looked at
# What a claim says of two things that share their name, and are known to be two.
_SUBJECT, _PREDICATE, _OBJECT = (
    NamedNode(OIB + name) for name in ("claimSubject", "claimPredicate", "claimObject")
)
_SHARES: Final = NamedNode(OIB + "sharesNameWith")
_DEPRECATED: Final = NamedNode(PREFIXES["owl"] + "deprecated")
#: Shorter keys are abbreviations and family names, which many things share.
_SHORTEST: Final = 3
_MANY: Final = 500
_Key = tuple[str, str]


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """Return what is left of a name without case, marks, script of Chinese and order of words."""
    folded = unicodedata.normalize("NFKD", to_simplified(unicodedata.normalize("NFKC", name)))
    plain = "".join(
        c if c.isalnum() else " " for c in folded.casefold() if not unicodedata.combining(c)
    )
    words = plain.split()
    if any(_is_han(c) for c in plain):
        return "".join(words)
    return "".join(sorted(words))


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


class NameIndex:
    """The names of all things by what is left of them, kept while data are added and removed."""

    def __init__(self, store: Store) -> None:
        self._bearers: dict[_Key, dict[Term, set[Triple]]] = defaultdict(dict)
        self._keys: dict[Term, dict[_Key, None]] = defaultdict(dict)
        for name in _NAMES:
            stated = store.quads_for_pattern(None, name, None, DefaultGraph())
            self.change((quad.triple for quad in stated), ())

    def change(self, added: Iterable[Triple], removed: Iterable[Triple]) -> None:
        """Take over a change of the data; triples that are no names are passed over."""
        for triple in removed:
            for key in _keys(triple):
                names = self._bearers[key][triple.subject]
                names.discard(triple)
                if not names:
                    del self._bearers[key][triple.subject]
                    del self._keys[triple.subject][key]
        for triple in added:
            for key in _keys(triple):
                self._bearers[key].setdefault(triple.subject, set()).add(triple)
                self._keys[triple.subject][key] = None

    def shared(self, store: Store, nodes: Iterable[Term] | None = None) -> Iterator[Problem]:
        """Yield the names that things share with other things of their kind.

        Args:
            store: the data, which say what is retired, and what is known to be two.
            nodes: look at their names only, at all when None; whoever shares one is reported, too.
        """
        keys = (
            list(self._bearers)
            if nodes is None
            else list(dict.fromkeys(key for node in nodes for key in self._keys.get(node, ())))
        )
        groups = [self._bearers[key] for key in keys if len(self._bearers[key]) > 1]
        if not groups:
            return
        retired = {quad.subject for quad in store.quads_for_pattern(None, _DEPRECATED, None)}
        known = known_pairs(store)
        for group in groups:
            live = [thing for thing in group if thing not in retired]
            for thing in live:
                others = [
                    other
                    for other in live
                    if other != thing and frozenset((thing, other)) not in known
                ]
                if others:
                    name = min(group[thing], key=_rank)
                    yield _problem(name, sorted(map(format_term, others)))


def concerns_names(store: Store, changed: Iterable[Triple], nodes: Set[Term]) -> bool:
    """Return whether a change is one of names, or some things have names at all.

    If it is not, nothing new shares a name, and no index is needed to tell.
    """
    if any(triple.predicate in _NAME_SET for triple in changed):
        return True
    # One look at all names costs as much as a look at the names of some hundred things.
    asked = [node for node in nodes if isinstance(node, NamedNode)]
    subjects = [None] if len(asked) > _MANY else asked
    return any(
        quad.subject in nodes
        for subject in subjects
        for name in _NAMES
        for quad in store.quads_for_pattern(subject, name, None, DefaultGraph())
    )


def known_pairs(store: Store) -> set[frozenset[Term]]:
    """Return the things of which a claim says that they are two that share a name."""
    return {
        frozenset((subject.object, value.object))
        for claim in store.quads_for_pattern(None, _PREDICATE, _SHARES)
        for subject in store.quads_for_pattern(claim.subject, _SUBJECT, None)
        for value in store.quads_for_pattern(claim.subject, _OBJECT, None)
    }


def _keys(triple: Triple) -> list[_Key]:
    """Return under what a name is filed: kind and bare name; nothing for any other triple."""
    if triple.predicate not in _NAME_SET or not isinstance(triple.object, Literal):
        return []
    subject = iri_of(triple.subject)
    if not subject.startswith(ID):
        return []
    kind = subject.removeprefix(ID).partition("/")[0]
    key = name_key(triple.object.value)
    long = len(key) >= _SHORTEST or (len(key) > 1 and _is_han(key[0]))
    return [(kind, key)] if kind and long else []


def _rank(name: Triple) -> tuple[int, str]:
    return _NAMES.index(name.predicate), str(name.object)


def _problem(triple: Triple, others: list[str]) -> Problem:
    return Problem(
        OIBS + "NAM-01",
        focus=triple.subject,
        path=triple.predicate,
        value=triple.object,
        other=", ".join(others[:3]),
    )
