"""The shipped data without claims, with every bad file of the rules: many results of each kind."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, Triple, parse

from oib.namespaces import ID
from oib.validation.shacl import Result
from projects import ROOT

BAD = sorted((ROOT / "tests" / "bad").rglob("*.ttl"))


def triples(*paths: Path) -> Iterator[Triple]:
    """Yield the triples of Turtle files, and of all in a folder."""
    for path in paths:
        for file in sorted(path.rglob("*.ttl")) if path.is_dir() else [path]:
            text = file.read_text("utf-8")
            for quad in parse(text, RdfFormat.TURTLE, base_iri=ID, rename_blank_nodes=True):
                yield quad.triple


def load(*paths: Path) -> Store:
    """Return a store with the triples of files and folders in its default graph."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples(*paths))
    return store


def with_names_of_their_own(files: Iterable[Path]) -> Iterator[Quad]:
    """Yield the triples of files that describe the same names, each file with names of its own."""
    for number, path in enumerate(files):
        found = list(triples(path))
        own = {t.subject for t in found if isinstance(t.subject, NamedNode)}
        names = {node: NamedNode(f"{node.value}{number:03}") for node in own}
        for t in found:
            yield Quad(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object))


def load_faulty_data() -> Store:
    """Return a store with ontology, instances without claims, and all bad files.

    pySHACL asks once for each claim: with all claims of the home it takes many minutes.
    """
    kinds = [path for path in (ROOT / "instances").iterdir() if path.is_dir()]
    store = load(ROOT / "ontology", *(path for path in kinds if path.name != "claim"))
    store.extend(with_names_of_their_own(BAD))
    return store


def result_key(result: Result) -> tuple[str, ...]:
    """Return what two engines must say alike; the names of blank nodes are each engine's own."""
    terms = (result.focus, result.path, result.value)
    shown = ("_:" if isinstance(term, BlankNode) else str(term) for term in terms)
    return (result.rule, result.severity, result.component, *shown)
