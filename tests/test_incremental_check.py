"""A file alone and the home with it have the same verdict: nothing missed, nothing extra."""

import random
import shutil

import pytest

from oib.namespaces import ID
from oib.turtle import parse
from oib.validation.checker import Checker
from oib.validation.submission import Effect
from projects import ROOT, copy_home

KEPT = 4  # edits made anew in a real folder, beside those made in memory


@pytest.fixture(scope="module")
def checker():
    return Checker(ROOT)


def key(finding):
    return (finding.rule, finding.severity, *finding.identity)


def subjects(text):
    return {str(triple.subject) for triple in parse(text, base=ID).triples}


def expected(before, after, own):
    """Return what is said of a file's own things, and what is new elsewhere."""
    old = {key(each) for each in before}
    return {
        key(each)
        for each in after
        if (each.identity and each.identity[0] in own) or key(each) not in old
    }


def edits(checker, number, seed):
    """Yield files of the home with some statements taken away, exchanged or moved."""
    rng = random.Random(seed)
    names = sorted(checker.home.files)
    for _ in range(number):
        name = rng.choice(names)
        lines = checker.home.path(name).read_text("utf-8").split("\n")
        places = [n for n, line in enumerate(lines) if line.endswith(" ;") and "claimS" not in line]
        kind = rng.choice(("drop", "swap", "copy", "retype"))
        if len(places) < 2 or kind == "retype":
            text = "\n".join(lines).replace(" a oib:", " a oib:Organization, oib:", 1)
        else:
            one, two = rng.sample(places, 2)
            if kind == "drop":
                del lines[one]
            elif kind == "swap":
                verb = lines[one].strip().partition(" ")[0]
                value = lines[two].strip().partition(" ")[2]
                lines[one] = f"    {verb} {value}"
            else:
                lines.insert(one, lines[two])
            text = "\n".join(lines)
        yield name, text


def check_in_folder(home, name, text):
    (home / "instances" / name).write_text(text, "utf-8")
    return Checker(home).check_home().findings


@pytest.mark.slow
def test_edits_of_files_have_the_verdict_of_the_home(checker, tmp_path):
    home = copy_home(tmp_path / "home")
    before = checker.check_home().findings
    tried = 0
    for name, text in edits(checker, KEPT * 2, seed=7):
        report = checker.check_texts([(str(ROOT / "instances" / name), text)])
        if not report.readable:
            continue
        assert report.files[0].effect == Effect.REPLACES
        after = check_in_folder(home, name, text)
        shutil.copy(ROOT / "instances" / name, home / "instances" / name)
        said = {key(each) for each in report.findings}
        wanted = expected(before, after, subjects(text))
        assert wanted == said, (name, wanted ^ said)
        tried += 1
    assert tried >= KEPT
