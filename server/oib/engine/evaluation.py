"""The evaluation of a query on the stores, up to the bytes of the answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pyoxigraph import DefaultGraph, NamedNode

from oib.engine import default_graph
from oib.engine.preview import Preview, PreviewLimits, make_preview
from oib.engine.stores import Stores
from oib.errors import BadInput, BadQuery, OibError, Unavailable
from oib.namespaces import BASE
from oib.sparql import diagnosis, results
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.guard import ParsedQuery

_PREVIEW_LIMITS: Final = PreviewLimits()


def evaluate(
    stores: Stores,
    query: ParsedQuery,
    media_type: str,
    dataset: Dataset = UNION,
    max_bytes: int | None = None,
) -> bytes:
    """Answer a query, as ``Queryable.query`` defines.

    Raises:
        AnswerTooLarge: the answer has more than ``max_bytes`` bytes.
    """
    with _translated_errors(query):
        return results.write(
            _execute(stores, query, dataset), media_type, max_bytes, stores.compaction
        )


def preview(
    stores: Stores,
    query: ParsedQuery,
    dataset: Dataset = UNION,
    limits: PreviewLimits = _PREVIEW_LIMITS,
) -> Preview:
    """Return the beginning of the answer to a query."""
    with _translated_errors(query):
        return make_preview(_execute(stores, query, dataset), limits)


def _execute(stores: Stores, query: ParsedQuery, dataset: Dataset) -> results.Result:
    if dataset == UNION and len(query.from_graphs + query.from_named_graphs) > 1:
        dataset = default_graph.named_in(query)
    if dataset == UNION:
        return stores.for_query(query).query(query.text, base_iri=BASE)
    graphs, store = _graphs(dataset), stores.store
    if len(graphs["default_graph"]) > 1:
        store = default_graph.merge(store, **graphs)
        graphs["default_graph"] = [DefaultGraph()]
    return store.query(query.text, base_iri=BASE, **graphs)


@contextmanager
def _translated_errors(query: ParsedQuery) -> Iterator[None]:
    try:
        yield
    except SyntaxError as error:
        raise diagnosis.explain(query.text, str(error)) from error
    except RuntimeError as error:
        raise diagnosis.explain_evaluation(str(error)) from error
    except UnicodeEncodeError as error:
        raise BadQuery(f"character {error.start + 1} is half of a surrogate pair") from error
    except OibError as error:
        # A traceback would hold the result, which must be released in the thread that made it.
        raise error.with_traceback(None) from error.__cause__
    except OSError as error:  # its text names files of this machine
        raise Unavailable("the store could not finish this query") from error


def _graphs(dataset: Dataset) -> dict[str, Any]:
    # dict.fromkeys: pyoxigraph reads a graph that is named twice two times.
    try:
        return {
            "default_graph": [NamedNode(iri) for iri in dict.fromkeys(dataset.default)],
            "named_graphs": [NamedNode(iri) for iri in dict.fromkeys(dataset.named)],
        }
    except ValueError as error:
        raise BadInput(f"a graph is named by an absolute IRI: {error}") from error
