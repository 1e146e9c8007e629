"""An IRI once issued never disappears: it lives, or it is retired and says so."""

import shutil
import subprocess

import pytest
from pyoxigraph import NamedNode

from oib.namespaces import ID
from projects import ROOT

FILE = ROOT / "instances" / "issued.txt"
RETIRED = NamedNode("http://www.w3.org/2002/07/owl#deprecated")


def issued(text):
    return {line for line in text.splitlines() if line and not line.startswith("#")}


@pytest.fixture(scope="module")
def named(store):
    """The things that the source files describe, without the fragments of their documents."""
    return {
        quad.subject.value.removeprefix(ID)
        for quad in store
        if isinstance(quad.subject, NamedNode)
        and quad.subject.value.startswith(ID)
        and "#" not in quad.subject.value
    }


@pytest.fixture(scope="module")
def register(home):
    return (home / FILE.relative_to(ROOT)).read_text("utf-8")


def test_every_thing_of_the_data_is_on_the_register(named, register):
    assert named - issued(register) == set()


def test_every_thing_on_the_register_is_in_the_data(named, register):
    assert issued(register) - named == set()


def test_the_register_is_sorted_and_has_no_line_twice(register):
    lines = [line for line in register.splitlines() if not line.startswith("#")]
    assert lines == sorted(set(lines))


def test_the_register_never_shrinks():
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("install git and run in a clone, to read the history of the register")

    def run(*arguments):
        command = [git, "-C", str(ROOT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    name = FILE.relative_to(ROOT).as_posix()
    now = issued(FILE.read_text("utf-8"))
    for commit in run("log", "--format=%H", "--", name).split():
        assert issued(run("show", f"{commit}:{name}")) <= now, commit
