"""pySHACL as its users call it, on the shipped shapes and data, to be timed.

python -m bench.plain_pyshacl
"""

import logging

import pyshacl

from bench.server_process import ROOT
from oib import turtle
from oib.namespaces import ID
from oib.project import sources
from oib.validation.rdflib_terms import to_rdflib_graph


def main() -> None:
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    shapes, data = (
        to_rdflib_graph(
            triple
            for folder in folders
            for path in sources(ROOT, folder, ".ttl")
            for triple in turtle.parse_file(path, base=ID).triples
        )
        for folders in (["shapes"], ["shapes", "ontology", "instances"])
    )
    conforms, _, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False)
    print(bool(conforms))


if __name__ == "__main__":
    main()
