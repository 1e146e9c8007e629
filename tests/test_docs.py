"""The documents for contributors name paths that exist, and every folder says what it holds."""

import re

import pytest

from projects import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
WHERE = CONTRIBUTING.partition("## Where is what")[2].partition("\n## ")[0]


def test_as_many_questions_are_answered_as_the_readme_promises():
    promised = re.search(r"(\d+) questions of\s", (ROOT / "README.md").read_text("utf-8"))
    assert len(re.findall(r"^\| .*\? \|", WHERE, re.MULTILINE)) == int(promised[1])


PATHS = [
    path
    for line in WHERE.splitlines()
    if "? |" in line
    for path in re.findall(r"`([\w./-]+)`", line.partition("? |")[2])
]


@pytest.mark.parametrize("path", PATHS)
def test_what_is_to_be_found_there_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    "folder",
    [
        *("ontology", "shapes", "instances", "queries", "tests", "tests/bench", "tests/clients"),
        "server/oib",
        *(
            path.relative_to(ROOT).as_posix()
            for path in sorted((ROOT / "server" / "oib").iterdir())
            if (path / "__init__.py").exists()
        ),
    ],
)
def test_a_folder_says_in_a_few_lines_what_it_holds(folder):
    assert len((ROOT / folder / "README.md").read_text("utf-8").splitlines()) >= 3
