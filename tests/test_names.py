"""Names that the project gave up for the standard terms of the field do not come back.

Words that name nothing else are looked for in every text; words that also have an ordinary use are
looked for where they would name a module, a class, a function or a parameter.
"""

import ast
import re
import subprocess

import pytest

from projects import ROOT

#: Nowhere, not even in a sentence.
WORDS = [
    "canary",
    "nursery",
    "sameness",
    "shelf",
    "siege",
    "besieged",
    "turnover",
    "warmth",
    "workbench",
    "zygote",
    "Assault",
    "Isolated",
    "Keeper",
    "Lanes",
    "Nest",
    "Nursery",
    "Shelf",
    "Stem",
    "Turnover",
    "hasty_app",
    "GUESTS",
    "PENDING",
]

#: No Python module or folder of modules.
MODULES = [
    "answers",
    "asking",
    "bridge",
    "checking",
    "connection",
    "dates",
    "desk",
    "disk",
    "door",
    "facts",
    "forms",
    "frames",
    "front",
    "gate",
    "handle",
    "hasty",
    "holding",
    "homes",
    "hostile",
    "house",
    "intake",
    "isolated",
    "journal",
    "keeper",
    "kept",
    "lanes",
    "layout",
    "line",
    "lines",
    "lint",
    "listener",
    "live",
    "making",
    "markup",
    "merge",
    "names",
    "nursery",
    "order",
    "own",
    "pages_front",
    "pen",
    "place",
    "plain",
    "plan",
    "reader",
    "reading",
    "rounds",
    "sameness",
    "serving",
    "setwise",
    "sheet",
    "shelf",
    "shipped",
    "shorthand",
    "siege",
    "site",
    "standing",
    "stem",
    "table",
    "tally",
    "thing",
    "tokens",
    "traffic",
    "tree",
    "turn",
    "turnover",
    "verdict",
    "walls",
    "warmth",
    "watch",
    "wire",
    "wording",
    "writers",
    "zygote",
]

#: No class.
CLASSES = [
    "Bridge",
    "Door",
    "Facts",
    "Front",
    "Handle",
    "Holding",
    "Intake",
    "Item",
    "Kept",
    "Line",
    "Nest",
    "Pair",
    "Plain",
    "Reading",
    "Sheet",
    "Site",
    "Stem",
    "Tally",
    "Traffic",
    "Turn",
    "Watch",
    "_Sheet",
]

#: No function or method.
FUNCTIONS = [
    "apart",
    "around",
    "bracket",
    "bury",
    "chosen",
    "confine",
    "recall",
    "give",
    "lend",
    "read_turn",
    "readings",
    "surround",
    "tagged",
    "tell",
    "verdict",
    "warm",
    "zipped",
]

#: No parameter and no field of a class.
PARAMETERS = ["behind", "each", "found", "given", "kept", "most", "said", "say", "some", "told"]

MODULES_ALLOWED = {
    "server/oib/pictures/layout.py",  # the layout of a picture
}


def tracked(*patterns):
    """Return the files of a clone that match patterns, less this one."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [
        path
        for path in paths
        if path.is_file() and path.suffix in patterns and path.name != "test_names.py"
    ]


PYTHON = tracked(".py")


def named(kind):
    """Yield where a class or function is named, and its name."""
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, kind):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}", node.name


def parameters():
    """Yield where a parameter of a function is named, and its name."""
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for argument in ast.walk(node.args):
                    if isinstance(argument, ast.arg):
                        place = f"{path.relative_to(ROOT)}:{argument.lineno}: {argument.arg}"
                        yield place, argument.arg


@pytest.mark.parametrize("word", WORDS)
def test_no_text_has_the_word(word):
    pattern = re.compile(rf"(?<![A-Za-z]){word}(?![A-Za-z])")
    places = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in tracked(".py", ".md", ".html", ".toml", ".rq", ".yaml", ".txt", ".css")
        if path.name not in ("CHANGELOG.md", "requirements.lock")
        for line in path.read_text("utf-8").splitlines()
        if pattern.search(line)
    ]
    assert places == []


def test_no_module_has_the_name():
    paths = [path.relative_to(ROOT) for path in PYTHON]
    places = [
        path.as_posix()
        for path in paths
        if {path.stem, *(part for part in path.parts[:-1] if part != "oib")} & set(MODULES)
    ]
    assert set(places) - MODULES_ALLOWED == set()


@pytest.mark.parametrize(
    ("kind", "names"),
    [(ast.ClassDef, CLASSES), ((ast.FunctionDef, ast.AsyncFunctionDef), FUNCTIONS)],
    ids=["class", "function"],
)
def test_no_class_or_function_has_the_name(kind, names):
    assert [place for place, name in named(kind) if name in names] == []


def test_no_parameter_has_the_name():
    assert [place for place, name in parameters() if name in PARAMETERS] == []
