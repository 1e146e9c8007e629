"""A new document is described, its passages located, its IRIs registered: by the command alone."""

import re
import time

import pytest

from oib import turtle
from oib.cli import main
from oib.documents.locator import recognize
from oib.errors import NotFound
from oib.namespaces import ID
from oib.validation.passages import digest
from projects import copy_home

TEXT = """The base in Example City

The base was set up in 2016. It works with two universities.

It has 23 partners (as of May 2024). It works with an institute abroad, and “aims to grow”.
"""
SLUG = "example-base"


@pytest.fixture
def copied(tmp_path):
    return copy_home(tmp_path / "home")


@pytest.fixture
def copy(tmp_path):
    path = tmp_path / "copy.txt"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def run(capsys, copied):
    def _run(command, *arguments):
        status = main([command, "--home", str(copied), *map(str, arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return _run


@pytest.fixture
def describe(run, copy):
    def _describe(*more, slug=SLUG, publisher="example-press", language="en", file=copy):
        flags = ("--slug", slug, "--publisher", publisher, "--language", language)
        return run("document", file, *flags, *more)

    return _describe


@pytest.fixture
def described(describe):
    assert describe("--publisher-name", "Example Press")[0] == 0


def files(home):
    return {path for path in home.rglob("*") if path.is_file()}


def test_a_document_and_its_claim_files_are_written(describe, copied):
    before = files(copied)
    status, out, _ = describe("--publisher-name", "Example Press", "--published", "2024-06")
    assert status == 0
    written = {path.relative_to(copied / "instances").as_posix() for path in files(copied) - before}
    assert written == {
        "document/example-base.ttl",
        "organization/example-press.ttl",
        *(f"claim/example-base/{unit}.ttl" for unit in ("t1", "p01", "p02")),
    }
    assert "p01        60 characters" in out
    text = (copied / "instances/document/example-base.ttl").read_text("utf-8")
    assert '"The base in Example City"@en' in text
    assert digest("The base was set up in 2016. It works with two universities.") in text
    assert "two universities" not in text


def test_what_is_written_is_tidy(described, copied, run):
    written = (copied / "instances" / "claim" / SLUG).glob("*.ttl")
    described_file = copied / "instances" / "document" / f"{SLUG}.ttl"
    assert run("tidy", "--check", described_file, *written)[0] == 0


def test_a_claim_file_needs_its_marks_taken_away(described, copied):
    path = copied / "instances" / "claim" / SLUG / "p01.ttl"
    _, base, template = path.read_text("utf-8").partition("@base")
    text = base + re.sub(r"^# ?", "", template, flags=re.M)
    filled = text.replace("oib:…", "oib:worksWith").replace("organization/…", "organization/oib")
    subjects = {t.subject.value for t in turtle.parse(filled, base=ID).triples}
    assert subjects == {f"{ID}claim/{SLUG}/p01-01", f"{ID}evidence/{SLUG}/p01-01"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"slug": "innovation-without-borders"}, "exists; choose another --slug"),
        ({"slug": "Example Base"}, "is no slug"),
        ({"language": "English"}, "is no language tag"),
        ({"publisher": "nobody-knows"}, "give --publisher-name"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_written(describe, copied, wrong, message):
    before = files(copied)
    status, _, err = describe(**{"publisher": "china-brief", **wrong})
    assert status == 2
    assert message in err
    assert files(copied) == before


def test_a_text_without_a_title_needs_one(describe, copied, tmp_path):
    copy = tmp_path / "untitled.txt"
    copy.write_text("It was set up.\n\nIt works.\n", "utf-8")
    before = files(copied)
    status, _, err = describe(publisher="china-brief", file=copy)
    assert (status, "give it with --title" in err) == (2, True)
    assert files(copied) == before
    assert describe("--title", "A title", publisher="china-brief", file=copy)[0] == 0


def test_where_something_cannot_be_written_nothing_stays(describe, copied):
    (copied / "instances" / "claim" / SLUG).write_text("A file, where a folder is needed.", "utf-8")
    before = files(copied)
    status, _, err = describe("--publisher-name", "Example Press")
    assert (status, "cannot be written" in err) == (2, True)
    assert files(copied) == before


def test_a_page_header_is_noticed(describe, tmp_path):
    copy = tmp_path / "paged.txt"
    copy.write_text("\f".join(f"Bulletin {n}\nText." for n in range(3)), "utf-8")
    _, _, err = describe("--title", "T", publisher="china-brief", file=copy)
    assert "“Bulletin #” stands 3 times" in err


def test_words_become_a_locator(described, run, copy):
    status, out, _ = run("locate", SLUG, "It works with two", "--document", copy)
    assert status == 0
    assert out.splitlines()[0] == f"<evidence/{SLUG}/p01-01> a oib:EvidenceLocator ;"
    assert f'oib:passageDigest "{digest("It works with two")}"' in out
    assert "oib:startCharacter 29 ;" in out.replace(" .", " ;")


def test_first_and_last_words_are_enough(described, run, copy):
    _, out, _ = run("locate", SLUG, "it has 23 ... grow”", "--document", copy)
    whole = TEXT.strip().splitlines()[-1].removesuffix(".")
    assert digest(whole) in out
    assert run("locate", SLUG, 'aims to grow"', "--document", copy)[0] == 0


def test_words_that_stand_twice_need_more_words_or_the_unit(described, run, copy):
    status, _, err = run("locate", SLUG, "It works with", "--document", copy)
    assert status == 2
    assert "stands 2 times in document/example-base: p01 at 29, p02 at 37" in err
    assert run("locate", SLUG, "It works with", "--unit", "p02", "--document", copy)[0] == 0
    status, _, err = run("locate", SLUG, "It works", "--unit", "p09", "--document", copy)
    assert (status, "has no unit p09; it has" in err) == (2, True)


def test_of_many_places_the_first_are_named(describe, run, tmp_path):
    copy = tmp_path / "many.txt"
    copy.write_text("A title\n\n" + "It works. " * 300, "utf-8")
    assert describe("--publisher-name", "Example Press", file=copy)[0] == 0
    _, _, err = run("locate", SLUG, "It works", "--document", copy)
    assert "stands 300 times in document/example-base: p01 at 0, p01 at 10," in err
    assert len(err) < 250


@pytest.mark.slow
def test_a_passage_in_five_megabytes_is_found_in_seconds(describe, run, tmp_path):
    copy = tmp_path / "long.txt"
    text = "\n\n".join(f"Base {n} works. " + f"It has {n} partners. " * 120 for n in range(2000))
    assert len(text) > 5_000_000
    copy.write_text(text, "utf-8")
    assert describe("--title", "T", "--publisher-name", "Example Press", file=copy)[0] == 0
    began = time.process_time()
    status, out, _ = run("locate", SLUG, "Base 1999 works", "--document", copy)
    assert (status, "#p2000>" in out) == (0, True)
    assert time.process_time() - began < 10


def test_words_that_are_not_there_are_refused(described, run, copy):
    status, _, err = run("locate", SLUG, "It failed", "--document", copy)
    assert (status, "does not stand in document/example-base" in err) == (2, True)
    assert run("locate", SLUG, " ", "--document", copy)[0] == 2


def test_a_unit_that_changed_since_it_was_read_is_named(described, run, copy):
    copy.write_text(TEXT.replace("23 partners", "24 partners"), "utf-8")
    status, _, err = run("locate", SLUG, "24 partners", "--document", copy)
    assert status == 2
    assert "p02 of document/example-base differ in the copy" in err


def test_a_locator_that_the_data_hold_is_given_again(described, run, copy, copied):
    path = copied / "instances" / "claim" / SLUG / "p01.ttl"
    _, out, _ = run("locate", SLUG, "It works with two", "--document", copy)
    unmarked = path.read_text("utf-8").replace("# @prefix", "@prefix")
    path.write_text(unmarked + out, "utf-8")
    _, again, _ = run("locate", SLUG, "It works with two", "--document", copy)
    assert again == f"# The data hold this locator: <evidence/{SLUG}/p01-01>\n{out}"
    assert f"<evidence/{SLUG}/p01-02>" in run("locate", SLUG, "in 2016", "--document", copy)[1]


def test_several_passages_are_numbered_one_after_another(described, run, copy):
    words = ("The base was set up in 2016", "It has 23 partners", "It works with two", "in 2016")
    status, out, _ = run("locate", SLUG, *words, "--document", copy)
    assert status == 0
    names = re.findall(r"<evidence/example-base/(\S+)> a", out)
    assert names == ["p01-01", "p02-01", "p01-02", "p01-03"]
    status, out, err = run("locate", SLUG, "in 2016", "It failed", "--document", copy)
    assert (status, out, "“It failed” does not stand" in err) == (2, "", True)


def test_the_number_of_a_locator_can_be_chosen(described, run, copy, copied):
    words = ("in 2016", "It works with two")
    _, out, _ = run("locate", SLUG, *words, "--document", copy, "--number", "7")
    assert re.findall(r"<evidence/example-base/(\S+)> a", out) == ["p01-07", "p01-08"]
    path = copied / "instances" / "claim" / SLUG / "p01.ttl"
    path.write_text(path.read_text("utf-8").replace("# @prefix", "@prefix") + out, "utf-8")
    status, _, err = run("locate", SLUG, "The base was", "--document", copy, "--number", "8")
    assert status == 2
    assert "p01-08 is another passage; take a --number above 8" in err
    assert run("locate", SLUG, "The base was", "--document", copy, "--number", "0")[0] == 2


def test_locators_are_written_into_their_claim_files(described, run, copy, copied):
    words = ("in 2016", "It works with two", "It has 23 partners")
    folder = copied / "instances" / "claim" / SLUG
    (folder / "p02.ttl").unlink()
    status, out, err = run("locate", SLUG, *words, "--document", copy, "--write")
    assert status == 0
    assert "wrote instances/claim/example-base/p01.ttl" in err
    for name, numbers in (("p01", {"01", "02"}), ("p02", {"01"})):
        text = (folder / f"{name}.ttl").read_text("utf-8")
        subjects = {t.subject.value for t in turtle.parse(text, base=ID).triples}
        assert subjects == {f"{ID}evidence/{SLUG}/{name}-{number}" for number in numbers}
    before = {path: path.read_bytes() for path in folder.iterdir()}
    _, again, _ = run("locate", SLUG, *words, "--document", copy, "--write")
    assert again.count("# The data hold this locator") == 3
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert out.strip() in re.sub(r"# The data hold .*\n", "", again)


def test_a_claim_file_that_is_being_filled_in_counts(described, run, copy, copied):
    path = copied / "instances" / "claim" / SLUG / "p01.ttl"
    _, out, _ = run("locate", SLUG, "in 2016", "--document", copy)
    half = f"<claim/{SLUG}/p01-01> a oib:Claim ;\n    oib:claimSubject <organization/…> ;\n\n"
    path.write_text(path.read_text("utf-8") + half + out, "utf-8")
    assert run("check", path)[0] == 2
    _, again, _ = run("locate", SLUG, "in 2016", "two universities", "--document", copy)
    assert "# The data hold this locator" in again
    assert f"<evidence/{SLUG}/p01-02> a" in again


def test_a_copy_is_found_by_its_digests(described, run, copy, monkeypatch):
    (copy.parent / "another.txt").write_text("Another text.", "utf-8")
    (copy.parent / "binary.bin").write_bytes(b"\0\xff")
    monkeypatch.setenv("OIB_DOCUMENTS", str(copy.parent))
    assert run("locate", SLUG, "in 2016")[0] == 0
    copy.unlink()
    status, _, err = run("locate", SLUG, "in 2016")
    assert (status, "no file of" in err) == (2, True)
    monkeypatch.delenv("OIB_DOCUMENTS")
    status, _, err = run("locate", SLUG, "in 2016")
    assert (status, "give your copy with --document" in err) == (2, True)


def test_a_copy_is_known_by_most_of_its_text(describe, copied, tmp_path):
    quoting = tmp_path / "quoting.txt"
    quoting.write_text("A review\n\nThe base in Example City\n\nis a good title.\n", "utf-8")
    assert describe("--publisher-name", "Example Press")[0] == 0
    assert describe(slug="a-review", file=quoting)[0] == 0
    assert recognize(copied, quoting.read_text("utf-8")) == "a-review"
    with pytest.raises(NotFound, match="no copy of a document that was read"):
        recognize(copied, "Nothing.")


def test_a_document_that_is_not_described_is_refused(run, copy):
    status, _, err = run("locate", "nothing", "words", "--document", copy)
    assert (status, "oib document describes it" in err) == (2, True)


def test_new_iris_are_registered_once(described, run, copied):
    register = copied / "instances" / "issued.txt"
    before = register.read_text("utf-8").splitlines()
    assert run("register", "--check")[0] == 1
    status, out, _ = run("register")
    assert status == 0
    assert {"document/example-base", "organization/example-press"} <= set(out.splitlines())
    assert set(before) < set(register.read_text("utf-8").splitlines())
    assert run("register")[1] == "0 added\n"
    assert run("register", "--check")[0] == 0
