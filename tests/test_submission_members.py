"""Other members of each kind of mistake: one change of a good file, and what the check says."""

import csv

import pytest

from projects import ROOT

FOLDER = ROOT / "tests" / "submissions" / "members"
BASE = (FOLDER / "base.ttl").read_text("utf-8")
with (FOLDER / "members.tsv").open(encoding="utf-8", newline="") as table:
    MEMBERS = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def unescaped(text):
    """Return a field with its line breaks; a backslash is written twice."""
    return "\\".join(part.replace("\\n", "\n") for part in text.split("\\\\"))


def findings(checker, text):
    return {
        (each.rule, text[each.place.start : each.place.end][:40])
        for each in checker.check_texts([("base.ttl", text)], effect="adds").findings
        if each.place.path == "base.ttl"
    }


def test_the_good_file_is_clean(checker):
    assert findings(checker, BASE) == set()


@pytest.mark.parametrize("row", MEMBERS, ids=lambda row: f"{row['kind']}-{row['by'][:30]}")
def test_a_member_of_a_kind_is_found_at_its_place_and_nothing_else(checker, row):
    replaced, by = unescaped(row["replaced"]), unescaped(row["by"])
    assert replaced in BASE
    expected = {
        (rule, unescaped(at))
        for rule, _, at in (each.partition(" ") for each in row["findings"].split(" | "))
        if rule != "-"
    }
    assert findings(checker, BASE.replace(replaced, by, 1)) == expected
