"""Queries that are cheap whatever their text says, and so may be answered in the server's process.

A worker protects the server from queries that take long, need much memory, or end their process.
A query of the shape that ``sparql.bounded_shape`` defines can do none of these, so the way to a
worker, which costs several times as much as its evaluation, is not necessary:

- *Evaluation ends soon.* The subject is an IRI, so each pattern matches at most the triples of one
  subject, which are counted before; the product of the counts is at most ``MAX_ROWS``. A filter
  compares two constants, variables, or their STR or LANG: there are no paths, groups, aggregates,
  sorting, subqueries, optional parts, regular expressions, nor functions that build strings.
- *It needs little memory.* The rows are bounded by ``MAX_ROWS``, the texts of their terms by
  ``MAX_CHARACTERS`` in all, counted before in the same pass; an escape in an answer has at most six
  bytes.
- *No text crashes the parser.* The whole text, of limited length, has to match one
  regular expression without nesting, and with possessive quantifiers, so in linear time. Constructs
  that parsers read in different ways (comments but at the beginning, escapes, relative IRIs) do not
  match, so the engine sees the same query as the expression.
- *The answer is that of a worker, byte for byte.* No term is or holds a blank node: each store has
  names of its own for these.
- *No disk is waited for.* The store is in memory.

Everything else is for a worker; so is a query whose evaluation fails here for whatever reason.
"""

from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode, Store

from oib.namespaces import BASE, PREFIXES
from oib.sparql import bounded_shape, results
from oib.sparql.guard import ParsedQuery

#: How many rows an evaluation may have, and how many characters the terms in these rows.
MAX_ROWS: Final = 500
MAX_CHARACTERS: Final = 2**16

# So many sizes are remembered; then they are counted anew.
_MAX_REMEMBERED: Final = 100_000

_TYPE_IRI: Final = PREFIXES["rdf"] + "type"

Size = tuple[int, int]  # of the matches of a pattern: how many, and characters of their terms


class BoundedEvaluator:
    """Answers queries of bounded cost.

    Args:
        store: a store in memory, whose default graph is the union of all graphs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sizes: dict[tuple[str, str], Size] = {}

    def evaluate(self, query: ParsedQuery, media_type: str) -> bytes | None:
        """Return the answer to a query, or None if it is for a worker.

        It takes some milliseconds at most. The request must not choose a dataset.
        """
        try:
            if not self._is_bounded(query):
                return None
            result = self._store.query(query.text, base_iri=BASE)
            return results.write(result, media_type)
        except Exception:  # a worker finds out what is wrong, and says it
            return None

    def _is_bounded(self, query: ParsedQuery) -> bool:
        shape = query.bounded_shape
        if shape is None:
            return False
        prefixes = bounded_shape.prefixes(shape)
        name, *verbs = shape.group("subject", "verb1", "verb2", "verb3")
        subject = _resolve(name, prefixes)
        rows, characters = 1, 0
        for verb in verbs:
            if verb is None:
                break
            predicate = "" if verb[0] in "?$" else _resolve(verb, prefixes)
            if subject is None or predicate is None:  # a prefix is not declared
                return False
            count, size = self._size(subject, predicate)
            # Each match of this pattern is repeated for each row so far, and the other way round.
            characters = characters * count + size * rows
            rows *= count
            if rows > MAX_ROWS or characters > MAX_CHARACTERS:
                return False
        return True

    def _size(self, subject: str, predicate: str) -> Size:
        """Return how many triples have a subject and a predicate, and how long their terms are."""
        key = subject, predicate
        size = self._sizes.get(key)
        if size is None:
            quads = self._store.quads_for_pattern(
                NamedNode(subject), NamedNode(predicate) if predicate else None, None, None
            )
            count = characters = 0
            for quad in islice(quads, MAX_ROWS + 1):
                count += 1
                value = quad.object
                if not isinstance(value, NamedNode | Literal):
                    count = MAX_ROWS + 1
                    break
                characters += len(quad.predicate.value) + len(value.value)
            size = count, characters
            if len(self._sizes) >= _MAX_REMEMBERED:
                self._sizes.clear()
            if count:  # so that the memory is bounded by the data, and not by what is asked
                self._sizes[key] = size
        return size


def _resolve(name: str, prefixes: dict[str, str]) -> str | None:
    """Return the IRI that a text in angle brackets or with a prefix stands for."""
    if name[0] == "<":
        return name[1:-1]
    if name in ("a", "A"):
        return _TYPE_IRI if name == "a" else None
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local if prefix in prefixes else None
