"""Queries that are cheap whatever their text says, and so may be answered in the server's process.

A worker protects the server from queries that take long, need much memory, or end their process.
A query of the shape below can do none of these, so the way to a worker, which costs several times
as much as its evaluation, is not necessary:

    PREFIX …  SELECT [DISTINCT] * | ?x …  or  ASK  [WHERE]
    { <subject> predicate object [; predicate object [; predicate object]] [FILTER (…)] … }
    [LIMIT n] [OFFSET n]

- *Evaluation ends soon.* The subject is an IRI, so each pattern matches at most the triples of one
  subject, which are counted before; the product of the counts is at most ``MAX_ROWS``. A filter
  compares two constants, variables, or their STR or LANG: there are no paths, groups, aggregates,
  sorting, subqueries, optional parts, regular expressions, nor functions that build strings.
- *It needs little memory.* The rows are bounded by ``MAX_ROWS``, the texts of their terms by
  ``MAX_CHARACTERS`` in all, counted before in the same pass; an escape in an answer has at most six
  bytes.
- *No text crashes the parser.* The whole text, at most ``MAX_LENGTH`` characters, has to match one
  regular expression without nesting, and with possessive quantifiers, so in linear time. Constructs
  that parsers read in different ways (comments but at the beginning, escapes, relative IRIs) do not
  match, so the engine sees the same query as the expression.
- *The answer is that of a worker, byte for byte.* No term is or holds a blank node: each store has
  names of its own for these.
- *No disk is waited for.* The store is in memory.

Everything else is for a worker; so is a query whose evaluation fails here for whatever reason.
"""

import re
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode, Store

from oib.namespaces import BASE
from oib.sparql import results
from oib.sparql.guard import ParsedQuery

#: How many characters a text may have, how many rows an evaluation, and how many characters the
#: terms in these rows.
MAX_LENGTH: Final = 2_048
MAX_ROWS: Final = 500
MAX_CHARACTERS: Final = 2**16

# So many sizes are remembered; then they are counted anew.
_MAX_REMEMBERED: Final = 100_000

_S = r"[ \t\r\n]*+"  # white space; comments only before everything else
_IRI = r"<[A-Za-z][A-Za-z0-9+.-]*+:[^<>\"{}|^`\\\x00-\x20]*+>"
_NAME = r"[A-Za-z][A-Za-z0-9_-]*+:[A-Za-z0-9_][A-Za-z0-9_-]*+"
_VARIABLE = r"[?$][A-Za-z_][A-Za-z0-9_]*+"
_TYPE = rf"(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^(?:{_IRI}|{_NAME}))?+"
_LITERAL = rf"(?:\"[^\"\\\r\n]*+\"{_TYPE}|'[^'\\\r\n]*+'{_TYPE}|[0-9]++(?:\.[0-9]++)?+)"
_VERB = rf"(?:{_VARIABLE}|{_IRI}|{_NAME}|a(?=[ \t\r\n<?$\"']))"
_OBJECT = rf"(?:{_VARIABLE}|{_IRI}|{_NAME}|{_LITERAL})"
_OPERAND = rf"(?:(?:STR|LANG){_S}\({_S}{_VARIABLE}{_S}\)|{_VARIABLE}|{_LITERAL}|{_IRI}|{_NAME})"
_COMPARISON = rf"{_OPERAND}{_S}(?:!=|<=|>=|=|<(?![A-Za-z])|>){_S}{_OPERAND}"
_LANGUAGE = rf"LANGMATCHES{_S}\({_S}LANG{_S}\({_S}{_VARIABLE}{_S}\){_S},{_S}{_LITERAL}{_S}\)"
_CONDITION = rf"(?:{_LANGUAGE}|{_COMPARISON})"
_FILTER = rf"FILTER{_S}\({_S}{_CONDITION}(?:{_S}&&{_S}{_CONDITION}){{0,2}}+{_S}\){_S}\.?+{_S}"
_SHAPE = re.compile(
    rf"""(?:[ \t\r\n]++|\#[^\r\n]*+[\r\n])*+
    (?P<prologue>(?:PREFIX[ \t\r\n]++[A-Za-z][A-Za-z0-9_-]*+:{_S}{_IRI}{_S})*+)
    (?:ASK|SELECT(?:[ \t\r\n]++DISTINCT)?+{_S}(?:\*|{_VARIABLE}(?:[ \t\r\n]++{_VARIABLE})*+)){_S}
    (?:WHERE)?+{_S}\{{{_S}
    (?P<subject>{_IRI}|{_NAME}){_S}
    (?P<verb1>{_VERB}){_S}(?P<object1>{_OBJECT}){_S}
    (?:;{_S}(?P<verb2>{_VERB}){_S}(?P<object2>{_OBJECT}){_S}
    (?:;{_S}(?P<verb3>{_VERB}){_S}(?P<object3>{_OBJECT}){_S})?+)?+
    \.?+{_S}
    (?:{_FILTER}){{0,3}}+
    \}}{_S}(?:LIMIT[ \t\r\n]++[0-9]++{_S})?+(?:OFFSET[ \t\r\n]++[0-9]++{_S})?+""",
    # ASCII: otherwise two letters outside of it, U+017F and U+212A, would be forms of S and K.
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PREFIX = re.compile(rf"PREFIX[ \t\r\n]++([^:]*+):{_S}<([^>]*+)>", re.IGNORECASE | re.ASCII)
_TYPE_IRI: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

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
        if len(query.text) > MAX_LENGTH or query.form not in ("SELECT", "ASK"):
            return False
        shape = _SHAPE.fullmatch(query.text)
        if shape is None:
            return False
        prefixes = dict(_PREFIX.findall(shape["prologue"])) if shape["prologue"] else {}
        subject = _resolve(shape["subject"], prefixes)
        rows, characters = 1, 0
        for verb in shape.group("verb1", "verb2", "verb3"):
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
