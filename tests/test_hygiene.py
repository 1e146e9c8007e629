"""Hygiene: a query in tests/hygiene finds one flaw: none in the ontology, one in its bad file."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

FOLDER = Path(__file__).parent / "hygiene"
CHECKS = sorted(FOLDER.glob("*.rq"))
HEADER = ("# Problem: ", "# Solution: ", "# Level: ", "# After: ")

each = pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)


def load(paths):
    store = Store()
    for path in paths:
        store.load(path=str(path), format=RdfFormat.TURTLE)
    return store


def found(check, store):
    """Return the terms that a check finds, each with the whole row."""
    rows = store.query(check.read_text("utf-8"))
    return {row["term"].value: str(row) for row in rows}


def exceptions():
    lines = (FOLDER / "exceptions.tsv").read_text("utf-8").splitlines()[1:]
    return {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in lines}


@pytest.fixture(scope="module")
def ontology(home):
    return load((home / "ontology").glob("*.ttl"))


@each
def test_the_ontology_is_free_of(check, ontology):
    rows = found(check, ontology)
    excused = {term for name, term in exceptions() if name == check.stem}
    wrong = {term: row for term, row in rows.items() if term not in excused}
    assert wrong == {}, check.read_text("utf-8").partition("\n\n")[0]


@each
def test_a_bad_file_is_caught_and_its_good_neighbour_is_not(check):
    caught = found(check, load([FOLDER / "bad" / f"{check.stem}.ttl"]))
    assert caught
    assert all("bad" in term.lower() for term in caught), caught


@each
def test_a_check_says_what_is_wrong_how_to_mend_it_and_whom_it_follows(check):
    lines = check.read_text("utf-8").splitlines()
    assert all(
        line.startswith(key) and len(line) > len(key)
        for key, line in zip(HEADER, lines, strict=False)
    )
    assert lines[2] in ("# Level: ERROR", "# Level: WARN")


def test_only_a_warning_has_exceptions_each_with_a_reason_and_still_needed(ontology):
    for (name, term), reason in exceptions().items():
        check = FOLDER / f"{name}.rq"
        assert "# Level: WARN" in check.read_text("utf-8")
        assert term in found(check, ontology), f"{name} no longer finds {term}: strike it"
        assert reason.endswith(".")


def test_every_bad_file_belongs_to_a_check():
    assert {p.stem for p in (FOLDER / "bad").glob("*.ttl")} == {p.stem for p in CHECKS}
