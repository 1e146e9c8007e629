"""The holding: the data as an engine asks them, all graphs and the union of them."""

from dataclasses import dataclass
from typing import Self

from pyoxigraph import DefaultGraph, Store

from oib.sparql.guard import ParsedQuery


@dataclass(frozen=True)
class Holding:
    """A store whose default graph is the union of its graphs, each triple once.

    ``union`` has the same default graph, and may have nothing else: a question that names no
    graph then walks through half as much. In memory each store counts: three times the triples.
    """

    store: Store
    union: Store

    @classmethod
    def of(cls, store: Store) -> Self:
        """Fill the default graph of a store, and hold it.

        A default graph that holds something already is left alone. (pyoxigraph's own union gives
        a triple of two graphs twice, and turns FROM off without a word.)
        """
        if not _has_default(store):
            store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
        return cls(store, store)

    @classmethod
    def apart(cls, store: Store) -> Self:
        """Hold a store, and its union apart, unless the store lies on disk and brings its own."""
        if _has_default(store):
            return cls(store, store)
        held = cls.of(store)
        found = store.quads_for_pattern(None, None, None, DefaultGraph())
        union = Store()
        union.bulk_extend(found)
        return cls(held.store, union)

    def for_query(self, query: ParsedQuery) -> Store:
        """Return the store to ask with a query that no dataset was given for."""
        return self.store if query.names_graphs else self.union


def _has_default(store: Store) -> bool:
    return any(store.quads_for_pattern(None, None, None, DefaultGraph()))
