"""How to add a document, as `instances/README.md` tells it, from the first line to the last."""

import re
import shlex
from contextlib import redirect_stdout
from io import StringIO

import pytest

from oib.cli import main
from projects import ROOT, copy_home

GUIDE = (ROOT / "instances" / "README.md").read_text("utf-8")
#: What stands before a block, its kind and its text.
BLOCKS = re.compile(r"([^\n]*)\n\n```(\w+)\n(.*?)```", re.S)


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A home in which every step was taken, with what each command printed."""
    home = copy_home(tmp_path_factory.mktemp("guide") / "home")
    (home / "tests" / "documents").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        printed = [output for block in BLOCKS.findall(GUIDE) for output in take(home, *block)]
    return home, printed


def take(home, before, kind, text):
    """Take one step: save the copy, write a file, or run commands."""
    if kind == "text":
        (home / "copy.txt").write_text(text, "utf-8")
    elif kind in ("turtle", "tsv"):
        name = re.findall(r"`([\w./-]+\.(?:ttl|tsv))`", before)[-1]
        path = home / name
        assert path.parent.is_dir(), f"{name} lies in a folder that no step makes"
        path.write_text(text, "utf-8")
    else:
        assert kind == "sh"
        for line in text.splitlines():
            yield run(home, *shlex.split(line))


def run(home, program, *words):
    if program == "rm":
        for name in words:
            (home / name).unlink()
        return program, 0, ""
    assert program == "oib"
    command, *arguments = words
    return command, *call(command, "--home", str(home), *arguments)


def call(*arguments):
    with redirect_stdout(StringIO()) as out:
        status = main(list(arguments))
    return status, out.getvalue()


def test_every_command_ends_well(followed):
    assert [(command, status) for command, status, _ in followed[1] if status] == []
    assert {command for command, _, _ in followed[1]} >= {
        "document",
        "locate",
        "tidy",
        "register",
        "check",
        "evidence",
    }


def test_each_locator_printed_is_the_one_in_the_claim_file(followed):
    home, printed = followed
    claims = (home / "instances/claim/example-city-base/p01.ttl").read_text("utf-8")
    [located] = [output for command, _, output in printed if command == "locate"]
    locators = located.strip().split("\n\n")
    assert len(locators) == 2
    assert all(locator in claims for locator in locators)


def test_nothing_is_found_in_what_was_added_and_every_passage_verified(followed):
    outputs = {command: output for command, _, output in followed[1]}
    assert "example-" not in outputs["check"]
    assert "files checked" in outputs["check"]
    assert outputs["evidence"].endswith(": 2 passages: 2 verified\n")


def test_the_files_of_the_guide_are_tidy(followed):
    [tidied] = [output for command, _, output in followed[1] if command == "tidy"]
    assert [line for line in tidied.splitlines() if "example-" in line] == []


def test_every_new_thing_is_registered(followed):
    [added] = [output for command, _, output in followed[1] if command == "register"]
    assert "claim/example-city-base/p01-03" in added.splitlines()


def test_the_coverage_table_names_every_claim(followed):
    home, _ = followed
    table = (home / "tests/documents/example-city-base/coverage.tsv").read_text("utf-8")
    claims = (home / "instances/claim/example-city-base/p01.ttl").read_text("utf-8")
    named = set(re.findall(r"p01-\d\d", table))
    assert named == set(re.findall(r"claim/example-city-base/(p01-\d\d)> a", claims))
