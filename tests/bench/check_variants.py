"""The check of the shipped data, or of a file against them, in one of several ways, to be timed.

    python -m bench.check_variants WAY

``command`` is ``oib check``; ``pyshacl`` is pySHACL as its users call it, on the same shapes
and data; ``submission`` is the check of one new claim, and ``file`` that of a file of claims of
which one was changed. ``file-of-10k`` is the check of a file with 10,000 triples of new claims, and
``home-with-10k`` that of everything, with these triples among the rest.
"""

import logging
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.generated_claims import file_of_claims, larger_home
from oib import turtle
from oib.namespaces import ID
from oib.project import sources

if TYPE_CHECKING:
    from rdflib import Graph

ROOT = Path(__file__).parents[2]
SUBMISSION = ROOT / "tests" / "submissions" / "16-no-evidence.ttl"
#: So many triples have the large file and the larger home more than the shipped data.
LARGE = 10_000
FILE = "instances/claim/innovation-without-borders/p13.ttl"


def main(variant: str) -> None:
    if variant == "pyshacl":
        print(_pyshacl())
        return
    from oib.cli import main as run

    options = ["check", "--home", str(ROOT), "--statistics"]
    if variant == "command":
        run(options)
    elif variant == "submission":
        run([*options, str(SUBMISSION)])
    elif variant == "home-with-10k":
        with tempfile.TemporaryDirectory() as folder:
            larger_home(ROOT, Path(folder), LARGE)
            run(["check", "--home", folder, "--statistics"])
    elif variant == "file-of-10k":
        with tempfile.NamedTemporaryFile("w", suffix=".ttl", encoding="utf-8") as new:
            new.write(file_of_claims(LARGE))
            new.flush()
            run([*options, new.name])
    else:
        with tempfile.NamedTemporaryFile("w", suffix=".ttl", encoding="utf-8") as changed:
            text = (ROOT / FILE).read_text("utf-8")
            changed.write(text.replace("oibv:hedge-none", "oibv:hedge-claims", 1))
            changed.flush()
            run([*options, "--replaces", FILE, changed.name])


def _pyshacl() -> bool:
    import pyshacl  # the other ways do without it, as users of the command do

    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    shapes = _graph("shapes")
    data = _graph("shapes", "ontology", "instances")
    conforms, _, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False)
    return bool(conforms)


def _graph(*folders: str) -> "Graph":
    from oib.validation.rdflib_terms import to_rdflib_graph

    return to_rdflib_graph(
        triple
        for folder in folders
        for path in sources(ROOT, folder, ".ttl")
        for triple in turtle.parse_file(path, base=ID).triples
    )


if __name__ == "__main__":
    main(sys.argv[1])
