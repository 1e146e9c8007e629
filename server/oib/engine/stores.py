"""The stores that queries are evaluated on: all graphs, and the union of all graphs."""

from dataclasses import dataclass
from typing import Final, Self

from pyoxigraph import DefaultGraph, QuerySolutions, Store

from oib.namespaces import GRAPH, ID, PREFIXES
from oib.sparql import jsonld
from oib.sparql.guard import ParsedQuery
from oib.sparql.jsonld import Compaction

_PROLOGUE: Final = "".join(
    f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in {**PREFIXES, "id": ID, "graph": GRAPH}.items()
)


@dataclass(frozen=True)
class Stores:
    """A store with all graphs, and one with the union of them as its default graph.

    ``store`` holds the named graphs, and the union as its default graph, each triple once.
    ``union`` has the same default graph, and may have nothing else: a query that names no graph
    then walks through half as much. Each distinct store in memory adds to the memory in use:
    together they hold each triple three times. ``compaction`` is the context for JSON-LD.
    """

    store: Store
    union: Store
    compaction: Compaction = jsonld.DEFAULT

    @classmethod
    def with_shared_union(cls, store: Store, compaction: Compaction = jsonld.DEFAULT) -> Self:
        """Fill the default graph of a store with the union of its graphs, and use it for both.

        A default graph that is not empty is left as it is. pyoxigraph's own option of a union
        default graph yields a triple of two graphs twice, and silently disables FROM.
        """
        if not _has_default_graph(store):
            store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
        return cls(store, store, compaction)

    @classmethod
    def with_separate_union(cls, store: Store, compaction: Compaction = jsonld.DEFAULT) -> Self:
        """Keep the union in a store of its own, unless the store brings one, as on disk."""
        if _has_default_graph(store):
            return cls(store, store, compaction)
        stores = cls.with_shared_union(store)
        union = Store()
        union.bulk_extend(store.quads_for_pattern(None, None, None, DefaultGraph()))
        return cls(stores.store, union, compaction)

    @staticmethod
    def union_only(store: Store) -> Store:
        """Reduce a store in memory to the union of its graphs, as its default graph."""
        store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
        store.update("DROP NAMED")
        return store

    def for_query(self, query: ParsedQuery) -> Store:
        """Return the store for a query to which the request gave no dataset."""
        return self.store if query.names_graphs else self.union


def select(store: Store, query: str) -> QuerySolutions:
    """Return the solutions of a query of our own over all graphs of a store together.

    A triple of several graphs is found once for each. The prefixes of the project are declared, and
    ``id:`` and ``graph:`` for the namespaces of things and of named graphs.

    Args:
        store: a store whose default graph does not matter.
        query: a SELECT query without a prologue.
    """
    solutions = store.query(_PROLOGUE + query, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    return solutions


def _has_default_graph(store: Store) -> bool:
    return any(store.quads_for_pattern(None, None, None, DefaultGraph()))
