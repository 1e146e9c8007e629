"""Every IRI that was ever released is on the register, and answers through the redirect of w3id."""

import re
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest

from oib.documents import register
from oib.namespaces import BASE
from projects import ROOT

RULES = (ROOT / "server" / "w3id" / ".htaccess").read_text("utf-8")
HOST = "https://oib.example.org"


def listed(text):
    return {line for line in text.splitlines() if line and not line.startswith("# ")}


@pytest.fixture(scope="module")
def things():
    return {f"id/{line}" for line in listed((ROOT / "instances" / "issued.txt").read_text("utf-8"))}


@pytest.fixture(scope="module")
def others():
    return listed((ROOT / register.MINTED).read_text("utf-8"))


def redirect(path):
    """Return where the rules of Apache's mod_rewrite send a path of the folder, and the flags."""
    for pattern, target, flags in re.findall(r"^RewriteRule (\S+) (\S+) \[(\S+)\]$", RULES, re.M):
        found = re.fullmatch(pattern[1:-1], path)
        if found:
            assert "L" in flags.split(",")
            return target.replace("$1", found[1] if found.groups() else ""), flags.split(",")
    raise AssertionError(f"no rule for {path}")


def test_every_iri_of_the_releases_is_on_the_register(others):
    assert register.minted(ROOT) - others == set()
    kinds = {path.partition("#")[0].partition("/")[0] for path in others}
    assert {"ontology", "vocab", "shapes", "queries", "graph", "dataset"} <= kinds


def test_the_other_register_is_sorted_and_never_shrinks(others):
    text = (ROOT / register.MINTED).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("# ")]
    assert lines == sorted(set(lines))
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("install git and run in a clone, to read the history of the register")

    def run(*arguments):
        command = [git, "-C", str(ROOT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    name = register.MINTED.as_posix()
    for commit in run("log", "--format=%H", "--", name).split():
        assert listed(run("show", f"{commit}:{name}")) <= others, commit


def test_what_is_missing_is_added_and_nothing_taken_away(tmp_path):
    shutil.copytree(ROOT / "instances" / "releases", tmp_path / "instances" / "releases")
    path = tmp_path / register.MINTED
    path.write_text("# a comment\nqueries/once/there\n", "utf-8")
    new = register.add_minted(tmp_path)
    assert "ontology#Claim" in new
    assert "queries/once/there" in listed(path.read_text("utf-8"))
    assert register.add_minted(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("", "/"),
        ("id/place/suzhou", "/id/place/suzhou"),
        ("doc/place/suzhou.ttl", "/doc/place/suzhou.ttl"),
        ("ontology", "/ontology"),
        ("version/0.1.0/dataset", "/version/0.1.0/dataset"),
        ("queries/base/count.csv", "/queries/base/count.csv"),
    ],
)
def test_a_path_is_sent_to_the_same_path_of_the_server(path, target):
    found, flags = redirect(path)
    assert found == HOST + target
    assert "R=302" in flags


def test_every_iri_on_the_registers_answers_through_the_redirect(home_client, things, others):
    documents = {path.partition("#")[0] for path in (*things, *others)}
    assert len(documents) > 1200
    for path in sorted(documents):
        found, _ = redirect(path)
        response = home_client.head(urlsplit(found).path, headers={"Accept": "text/turtle"})
        assert response.status_code in (200, 301, 302, 303, 410), path


def test_every_term_concept_and_rule_on_the_register_is_described(home_client, others):
    for name in ("ontology", "vocab", "shapes"):
        body = home_client.get(f"/{name}.nt").text
        terms = {path for path in others if path.startswith(f"{name}#")}
        assert terms
        assert {path for path in terms if f"<{BASE}{path}>" not in body} == set()
