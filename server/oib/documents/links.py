"""Identity links: whether the identifiers of outside registers are well formed; what has none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import QuerySolutions, Store

from oib import identifiers
from oib.namespaces import ID, OIB, PREFIXES

_LINKS = f"""
SELECT ?thing ?authority ?entry ?status WHERE {{
  ?link <{OIB}linksEntity> ?thing ; <{OIB}hasAuthority> ?authority ;
      <{OIB}linksTo>|<{OIB}registryCode> ?entry ; <{OIB}hasLinkStatus> ?status .
}} ORDER BY ?thing ?authority ?entry"""
# What a register could know: whatever has a name, but for records of statements and documents.
_NAMED = f"""
SELECT DISTINCT ?thing WHERE {{
  ?thing <{PREFIXES["skos"]}prefLabel> ?name FILTER(STRSTARTS(STR(?thing), "{ID}"))
  FILTER NOT EXISTS {{ ?thing <{PREFIXES["owl"]}deprecated> true }}
  FILTER NOT EXISTS {{ ?thing a <{OIB}Document> }}
  FILTER NOT EXISTS {{ ?thing a <{OIB}Post> }}
  FILTER NOT EXISTS {{ ?thing a <{OIB}Event> }}
}} ORDER BY ?thing"""


@dataclass(frozen=True)
class LinkReport:
    """The state of the identity links.

    Attributes:
        problems: what is wrong, a sentence each.
        counts: numbers of links by register and status.
        unlinked: names of things without a link, after the base of things, by kind.
        unchecked: registers whose identifiers have no known form.
    """

    problems: Sequence[str]
    counts: Mapping[tuple[str, str], int]
    unlinked: Mapping[str, Sequence[str]]
    unchecked: Sequence[str]


def examine(store: Store) -> LinkReport:
    """Return the state of the identity links of a store."""
    problems, counts = list[str](), Counter[tuple[str, str]]()
    linked, entries = set[str](), dict[str, str]()
    authorities = set[str]()
    for row in _rows(store, _LINKS):
        thing, authority, entry, status = (row[name].value for name in _COLUMNS)
        linked.add(thing)
        authorities.add(authority)
        counts[authority, status.rpartition("#link-")[2]] += 1
        name = thing.removeprefix(ID)
        if reason := identifiers.problem(authority, entry):
            problems.append(f"{name}: {reason}; look it up again and write it as the register does")
        if entries.setdefault(entry, thing) != thing:
            other = entries[entry].removeprefix(ID)
            problems.append(f"{name}: {entry} is that of {other}, too; one of the two is wrong")
    unlinked: dict[str, list[str]] = {}
    for row in _rows(store, _NAMED):
        if (thing := row["thing"].value) not in linked:
            kind, _, slug = thing.removeprefix(ID).partition("/")
            unlinked.setdefault(kind, []).append(slug)
    unchecked = sorted(name for name in authorities if not identifiers.is_known(name))
    return LinkReport(problems, counts, unlinked, unchecked)


_COLUMNS = ("thing", "authority", "entry", "status")


def _rows(store: Store, query: str) -> QuerySolutions:
    rows = store.query(query, use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    return rows
