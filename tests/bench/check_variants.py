"""The full check of the shipped data in one of two variants, to be timed.

    python -m bench.check_variants ours | pyshacl

``ours`` is what ``oib check`` does; ``pyshacl`` is pySHACL as its users call it.
"""

import logging
import sys
from pathlib import Path

import pyshacl
from rdflib import Graph

from oib import turtle
from oib.namespaces import ID
from oib.project import sources
from oib.validation.checker import check

ROOT = Path(__file__).parents[2]


def main(variant: str) -> None:
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    if variant == "ours":
        print(len(check(ROOT).findings))
        return
    shapes = _graph("shapes")
    data = _graph("shapes", "ontology", "instances")
    conforms, _, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False)
    print(conforms)


def _graph(*folders: str) -> Graph:
    graph = Graph()
    for folder in folders:
        for path in sources(ROOT, folder, ".ttl"):
            for each in turtle.parse_file(path, base=ID).statements:
                graph.add((each.subject, each.predicate, each.object))
    return graph


if __name__ == "__main__":
    main(sys.argv[1])
