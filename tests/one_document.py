"""Homes of one document, or of a few: their claims and the things that these speak of."""

import re
from functools import cache
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from oib import turtle
from oib.dataset import derivation
from oib.namespaces import ID, PREFIXES, file_graph
from oib.project import sources
from projects import ROOT

FOLDER = ROOT / "tests" / "documents"
TOGETHER = FOLDER / "together"
SLUGS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path != TOGETHER)
CLAIM = re.compile(r"\{c (\S+) (\S+) (\S+)\}")
HEAD = f"BASE <{ID}>\n" + "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())


def files(home: Path, *slugs: str) -> set[Path]:
    """Return the instance files of some documents: their claims, and the things they lead to."""
    instances = home / "instances"
    found: set[Path] = set()
    waiting = [path for slug in slugs for path in (instances / "claim" / slug).glob("*.ttl")]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for triple in turtle.parse_file(path, base=ID).triples:
            for term in (triple.subject, triple.object):
                name = getattr(term, "value", "").removeprefix(ID).partition("#")[0]
                thing = instances / f"{name}.ttl"
                if name.count("/") == 1 and thing.is_file():
                    waiting.append(thing)
    return found


@cache
def store_of(home: Path, *slugs: str) -> Store:
    """Return ontology, vocabulary, the files of some documents, and what is derived from them."""
    store = Store()
    paths = [*sources(home, "ontology", ".ttl"), *sorted(files(home, *slugs))]
    for path in paths:
        graph = NamedNode(file_graph(path, home))
        store.extend(Quad(*triple, graph) for triple in turtle.parse_file(path, base=ID).triples)
    store.extend(derivation.direct(store, home))
    store.extend(derivation.bounds(store))
    store.extend(derivation.agreement(store, home))
    store.extend(derivation.inferred(store))
    store.extend(derivation.labels(store))
    store.extend(derivation.links(store))
    store.extend(derivation.units(store))
    return store


@cache
def merged_of(home: Path, *slugs: str) -> Store:
    """Return the same with every triple once in the default graph, and the graphs beside it."""
    store = Store()
    for quad in store_of(home, *slugs):
        store.extend((quad, Quad(*quad.triple, DefaultGraph())))
    return store


def ask(store: Store, pattern: str) -> bool:
    """Return whether a pattern holds; ``{c S P O}`` stands for: some claim states S P O."""
    text = CLAIM.sub(
        r"?claim_ oib:claimSubject \1 ; oib:claimPredicate \2 ; oib:claimObject|oib:claimValue \3",
        pattern,
    )
    return bool(store.query(f"{HEAD}ASK {{ {text} }}"))


def rows(store: Store, query: str) -> list[tuple[str, ...]]:
    """Return the rows of an answer as text, sorted; an unbound variable is the empty text."""
    answer = store.query(query)
    return sorted(tuple(term.value if term else "" for term in row) for row in answer)
