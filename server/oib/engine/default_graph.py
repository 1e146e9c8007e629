"""The default graph of a query that names several graphs: their merge, each triple once.

RDF merges the graphs that FROM names (SPARQL 1.1 Query, section 13.2.1); pyoxigraph reads them one
after the other, and so finds a triple of two graphs twice.
"""

from collections.abc import Iterable
from typing import cast

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from oib.namespaces import BASE
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.guard import ParsedQuery


def named_in(query: ParsedQuery) -> Dataset:
    """Return the graphs that FROM and FROM NAMED of a query name.

    UNION stands for a name that is not valid: the engine then says what is wrong with it.
    """
    try:
        return Dataset(
            _resolve(query.prologue, query.from_graphs),
            _resolve(query.prologue, query.from_named_graphs),
        )
    except SyntaxError:
        return UNION


def _resolve(prologue: str, names: Iterable[str]) -> tuple[str, ...]:
    # Prefixes and relative IRIs are resolved by the engine itself, so in no other way than there.
    query = f"{prologue} SELECT * {{ VALUES ?graph {{ {' '.join(names)} }} }}"
    rows = cast(QuerySolutions, Store().query(query, base_iri=BASE))
    return tuple(row["graph"].value for row in rows)


def merge(
    store: Store, default_graph: Iterable[NamedNode], named_graphs: Iterable[NamedNode]
) -> Store:
    """Return a new store whose default graph is the merge of some graphs of another.

    It also holds the named graphs. The time is some 3 µs for each triple.
    """
    merged = Store()
    for graph in default_graph:
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    for graph in named_graphs:
        merged.extend(store.quads_for_pattern(None, None, None, graph))
    return merged
