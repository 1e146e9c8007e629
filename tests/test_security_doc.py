"""SECURITY.md: each test that it names exists; and three that have no place elsewhere."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from oib.engine import embedded
from projects import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
NAMED = re.findall(r"`(test_\w+\.py)::(test_\w+)`", TEXT)
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and "At risk" not in line]


def functions(file):
    """Return the functions of a test module by name."""
    tree = ast.parse((Path(__file__).parent / file).read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def can_fail(node, among):
    """Return whether a function asserts something, or calls one of the same module that does."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            return True
        if isinstance(each, ast.Call):
            name = getattr(each.func, "attr", getattr(each.func, "id", None))
            if name == "raises":
                return True
            if name in among and name != node.name and can_fail(among[name], among):
                return True
    return False


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_each_test_that_is_named_exists_and_can_fail(file, test):
    among = functions(file)
    assert test in among
    assert can_fail(among[test], among)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[2].strip()[:40])
def test_each_threat_has_a_test(row):
    assert "::" in row.rsplit("|", 2)[1]


@pytest.mark.parametrize(
    "path",
    [
        "/id/person/x%0D%0ASet-Cookie:%20a=b",
        "/doc/person/sun-youshun?lang=%0D%0ASet-Cookie:%20a=b",
        "/id/person/sun-youshun?lang=en%0D%0ASet-Cookie:%20a=b",
        "/queries/base/count?%0D%0ASet-Cookie:=1",
        "/.well-known/void?%0D%0ASet-Cookie:%20a=b",
    ],
)
def test_a_line_break_becomes_no_header(home_client, path):
    response = home_client.get(path)
    assert "Set-Cookie" not in response.headers
    assert not any(sign in value for _, value in response.headers for sign in "\r\n")


def test_an_error_says_nothing_of_the_machine(client, monkeypatch):
    def fail(*arguments):
        raise RuntimeError(f"{ROOT}: secret")

    monkeypatch.setattr(embedded, "evaluate", fail)
    for path in ("/sparql?query=ASK%20%7B%7D", "/doc/person/sun-youshun", "/graph-store?default"):
        response = client.get(path)
        assert (response.status_code, response.mimetype) == (500, "application/problem+json")
        assert not any(word in response.text for word in (str(ROOT), "secret", "Traceback", ".py"))


def packages(lock):
    """Return the packages of a lock file, each with the lines of its hashes."""
    text = (ROOT / lock).read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==(.*(?:\n +--hash=.*)*)", text, re.MULTILINE))


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-build.lock", "requirements-dev.lock"]
)
def test_every_locked_package_has_a_hash(lock):
    assert packages(lock)
    assert all("--hash=sha256:" in hashes for hashes in packages(lock).values())


def test_what_is_installed_is_locked_and_only_one_package_is_built_by_tools_that_are_locked():
    recipes = (ROOT / "Makefile").read_text("utf-8").replace("$(INSTALL)", "INSTALL")
    assert re.search(r"^INSTALL := .* pip install .*--require-hashes$", recipes, re.MULTILINE)
    installs = [line.strip() for line in recipes.splitlines() if line.startswith("\tINSTALL")]
    assert installs == [
        "INSTALL --only-binary :all: -r requirements-build.lock",
        "INSTALL --only-binary :all: -r requirements.lock",
        "INSTALL --only-binary :all: --no-binary owlready2 --no-build-isolation "
        "-r requirements-dev.lock",
    ]
    assert packages("requirements-build.lock").keys() == {"pip", "setuptools"}


def test_a_server_is_installed_without_the_tools_of_development():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    serving, developing = packages("requirements.lock"), packages("requirements-dev.lock")
    named = [re.match(r"[\w.-]+", each)[0] for each in project["dependency-groups"]["dev"]]
    assert named
    assert not serving.keys() & set(named)
    assert set(named) <= developing.keys()
    assert serving.items() <= developing.items()  # the same versions are served and tested
