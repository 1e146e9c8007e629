"""Evaluation: a query and the data go in, the bytes of the answer come out."""

import re
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode

from oib.engine import default_graph
from oib.engine.stores import Holding
from oib.errors import BadInput, BadQuery, Unavailable
from oib.namespaces import BASE
from oib.sparql import results
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.guard import ParsedQuery

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
# The classes of characters among what was expected (``['0' ..= '9']``): long, and of no help.
_CLASSES = re.compile(r"(?:, |^expected )\[(?:'(?:\\.|[^'])*'|[^'\]])*\]")


def evaluate(
    held: Holding,
    query: ParsedQuery,
    media_type: str,
    dataset: Dataset = UNION,
    most: int | None = None,
) -> bytes:
    """Answer a query that the guard has let pass, as ``Engine.query`` says.

    Raises:
        TooLarge: the answer has more than ``most`` bytes.
    """
    if dataset == UNION and len(query.from_graphs + query.from_named_graphs) > 1:
        dataset = default_graph.named_in(query)
    graphs = {} if dataset == UNION else _graphs(dataset)
    store = held.store if graphs else held.for_query(query)
    if graphs and len(graphs["default_graph"]) > 1:
        store = default_graph.merge(store, **graphs)
        graphs["default_graph"] = [DefaultGraph()]
    try:
        return results.write(store.query(query.text, base_iri=BASE, **graphs), media_type, most)
    except SyntaxError as error:
        raise _bad_query(str(error)) from error
    except RuntimeError as error:
        raise BadQuery(f"this query has no answer: {error}") from error
    except OSError as error:
        raise Unavailable(f"the store could not finish this query: {error}") from error


def _graphs(dataset: Dataset) -> dict[str, Any]:
    # pyoxigraph reads a graph that is named twice twice.
    try:
        return {
            "default_graph": [NamedNode(iri) for iri in dict.fromkeys(dataset.default)],
            "named_graphs": [NamedNode(iri) for iri in dict.fromkeys(dataset.named)],
        }
    except ValueError as error:
        raise BadInput(f"a graph is named by an absolute IRI: {error}") from error


def _bad_query(message: str) -> BadQuery:
    place = _PLACE.fullmatch(message)
    if not place:
        return BadQuery(message)
    reason = " ".join(place[3].split())
    return BadQuery(_CLASSES.sub("", reason) or reason, int(place[1]), int(place[2]))
