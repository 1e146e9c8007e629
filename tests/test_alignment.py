"""Copies that are printed otherwise are aligned before a passage is called missing."""

import re

import pytest

from oib.cli import main
from oib.documents.locator import locate
from oib.validation.alignment import AlignedCopy
from oib.validation.copies import read_copy
from oib.validation.evidence import verify
from oib.validation.passages import digest, normalize
from one_document import SLUGS
from projects import ROOT
from source_texts import SEED, copy_of


def find(copy, passage):
    return AlignedCopy(copy).find(len(passage), digest(passage))


@pytest.mark.parametrize(
    ("copy", "passage"),
    [
        ("an inno-\nvation base", "an innovation base"),
        ("an off-\nshore base", "an off-shore base"),
        ("an inno\u2010\n  vation base", "an innovation base"),
        ("an inno\u00ad\nvation base", "an innovation base"),
        ("of\ufb01-\ncial and so-\ncalled high-\ntech", "official and so-called high-tech"),
        ("founded in 2019-\n2020 there", "founded in 2019-2020 there"),
        ('the "base" of the PRC\'s "zone"', "the “base” of the PRC’s “zone”"),
        ("the “base” of the PRC’s “zone”", 'the "base" of the PRC\'s "zone"'),
        (
            "(\"It's\", he said, \"a 'base' of the '90s\")",
            "(“It’s”, he said, “a ‘base’ of the ’90s”)",
        ),
        ("the “base” of the PRC's", '"base" of the PRC\'s'),
        ('the "base" of the PRC\'s', "“base” of the PRC's"),
        ('the "inno-\nvation" of the PRC\'s', "“innovation” of the PRC’s"),
        ('打造"1个空间+N个支点"的"1+1+N"模式', "打造“1个空间+N个支点”的“1+1+N”模式"),
        ('the "Plan (打造"双创"升级版)."', "the “Plan (打造“双创”升级版).”"),
        ("ＭＩＴ　ｉｎ　２０２０", "MIT in 2020"),
        ("在２０２０年设立（离岸）基地，共３家。", "在2020年设立（离岸）基地，共3家。"),
        ("在2020年设立(离岸)基地,共3家:甲。", "在2020年设立（离岸）基地，共3家：甲。"),
        ("在2020年设立（离岸）基地，共3家。", "在2020年设立(离岸)基地,共3家。"),
        ('获批"国家\n基地"称号', "获批“国家基地”称号"),
    ],
)
def test_a_passage_is_found_as_it_was_read(copy, passage):
    assert find(copy, normalize(passage)) == passage


@pytest.mark.parametrize("copy", ["an off shore base", "an offshore bases", "", "one"])
def test_other_words_are_not_found(copy):
    assert find(copy, "an offshore base") is None


def test_a_passage_without_length_is_not_found():
    assert AlignedCopy("text").find(0, digest("")) is None


def test_words_elsewhere_decide_on_hyphens_so_that_many_are_no_obstacle():
    broken = "inno-\nvation and high-\ntech, " * 30
    copy = f"innovation of high-tech: {broken}"
    passage = normalize("innovation and high-tech, " * 30)
    assert find(copy, passage) == passage


def hyphenate(text):
    """Break many words at hyphens of their own and within, as a typesetter would."""
    text = re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", "-\n", text)
    count = iter(range(10**6))

    def break_word(match):
        return f"{match[1]}-\n{match[2]}" if next(count) % 12 == 0 else match[0]

    return re.sub(r"\b([a-z]{4})([a-z]{4,})\b", break_word, text)


def straight(text):
    return text.translate(str.maketrans("“”‘’", "\"\"''"))


def curly(text):
    text = re.sub(r"(?<![\w.,;!?)’。])\"|(?<=[\u4e00-\u9fff])\"(?=[\u4e00-\u9fff]+\")", "“", text)
    return text.replace('"', "”").replace("'", "’")


def ligatures(text):
    return text.replace("ffi", "\ufb03").replace("fi", "\ufb01").replace("fl", "\ufb02")


def soft_hyphens(text):
    return re.sub(r"\b([a-z]{4})([a-z]{4,})\b", "\\1\u00ad\n\\2", text)


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def wide_words(text):
    return re.sub(r"[0-9A-Za-z]+", lambda match: full_width(match[0]), text)


LAYOUTS = [hyphenate, straight, curly, ligatures, soft_hyphens, full_width, wide_words]


@pytest.mark.parametrize("layout", [*LAYOUTS, lambda text: hyphenate(straight(ligatures(text)))])
@pytest.mark.parametrize("slug", SLUGS)
def test_every_passage_is_verified_in_another_layout(store, slug, layout, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_text(f"Printed anew\n\n{layout(read_copy(copy_of(slug)))}", "utf-8")
    passages = verify(store, copy, slug)
    assert [str(each) for each in passages if each.state != "verified"] == []


@pytest.mark.slow
def test_a_changed_word_is_still_missing_in_another_layout(store, tmp_path):
    text = read_copy(copy_of(SEED)).replace("claimed to be an MIT", "claimed to be on MIT")
    copy = tmp_path / "copy.txt"
    copy.write_text(hyphenate(straight(text)), "utf-8")
    missing = [each for each in verify(store, copy, SEED) if each.state == "missing"]
    assert [each.evidence.rpartition("/")[2] for each in missing if "p13" in each.unit]
    assert all(each.unit.endswith("#p13") for each in missing)


def test_locate_gives_the_locator_of_the_text_that_was_read():
    text = read_copy(copy_of(SEED))
    words = ["indigenous innovation “by exceeding"]
    printed = locate(ROOT, SEED, words, text)
    assert locate(ROOT, SEED, words, hyphenate(straight(text))) == printed


# A submission's locators.

PREFIXES = """@base <https://w3id.org/oib/id/> .
@prefix oib: <https://w3id.org/oib/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TEXT = "A base opened abroad.\n\nIt is the third of its kind."
UNIT = "It is the third of its kind."


def submission(folder, passage="the third", start=6, **changes):
    fields = {
        "inDocument": "<document/new>",
        "inUnit": "<document/new#p02>",
        "startCharacter": str(start),
        "endCharacter": str(start + len(passage)),
        "passageDigest": f'"{digest(passage)}"',
    } | changes
    stated = "".join(f" ;\n    oib:{name} {value}" for name, value in fields.items() if value)
    path = folder / "submission.ttl"
    path.write_text(
        f"""{PREFIXES}
<claim/new/p02-01> oib:hasEvidence <evidence/new/p02-01> .
<evidence/new/p02-01> a oib:EvidenceLocator{stated} .
<document/new#p02> oib:characterCount {len(UNIT)} ; oib:unitDigest "{digest(UNIT)}" .
""",
        "utf-8",
    )
    return path


@pytest.fixture
def copy(tmp_path):
    path = tmp_path / "new.txt"
    path.write_text(TEXT.replace("third of", "third\n   of"), "utf-8")
    return path


def evidence(capsys, *arguments):
    status = main(["evidence", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_locators_of_a_file_that_is_not_built_are_verified(tmp_path, copy, capsys):
    done = evidence(capsys, submission(tmp_path), "--document", f"new={copy}")
    assert done == (0, "the files: 1 passages: 1 verified\n", "")


def test_a_wrong_offset_in_a_file_is_missing(tmp_path, copy, capsys):
    done = evidence(capsys, submission(tmp_path, start=7), "--document", f"new={copy}")
    assert done[0] == 1
    assert done[1].startswith(
        "missing: evidence/new/p02-01 (claim/new/p02-01); its unit is in the copy, but has another"
    )


def test_a_unit_that_nobody_describes_leaves_a_passage_moved(tmp_path, copy, capsys):
    file = submission(tmp_path, inUnit="<document/new#p09>")
    assert "1 moved" in evidence(capsys, file, "--document", f"new={copy}")[1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"passageDigest": ""}, "it has no oib:passageDigest"),
        ({"inDocument": ""}, "it has no oib:inDocument"),
        ({"inUnit": "", "startCharacter": ""}, "no oib:inUnit and no oib:startCharacter"),
        ({"startCharacter": '"６"'}, "oib:startCharacter and oib:endCharacter are no range"),
        ({"endCharacter": "6"}, "oib:startCharacter and oib:endCharacter are no range"),
    ],
)
def test_a_locator_that_lacks_something_says_what(tmp_path, copy, capsys, changes, reason):
    file = submission(tmp_path, **changes)
    status, out, _ = evidence(capsys, file, "--document", f"new={copy}")
    assert status == 1
    assert out.startswith("incomplete: evidence/new/p02-01")
    assert reason in out


def test_a_document_without_a_copy_is_named(tmp_path, copy, capsys):
    file = submission(tmp_path)
    status, out, _ = evidence(capsys, file, "--document", f"{SEED}={copy}")
    assert status == 1
    assert "no copy: evidence/new/p02-01" in out
    assert "give your copy with --document new=FILE" in out


def test_the_home_describes_the_units_of_a_submission(tmp_path, capsys):
    file = tmp_path / "submission.ttl"
    words = ["indigenous innovation “by exceeding"]
    [found] = locate(ROOT, SEED, words, read_copy(copy_of(SEED)))
    file.write_text(PREFIXES + str(found), "utf-8")
    status, out, _ = evidence(capsys, file, "--document", f"{SEED}={copy_of(SEED)}")
    assert (status, out) == (0, "the files: 1 passages: 1 verified\n")


def test_a_file_without_locators_says_so(tmp_path, copy, capsys):
    file = tmp_path / "submission.ttl"
    file.write_text(f"{PREFIXES}<person/x> a oib:Person .", "utf-8")
    status, _, err = evidence(capsys, file, "--document", f"new={copy}")
    assert status == 2
    assert "the files locate no passage" in err


def test_two_copies_of_one_document_are_refused(tmp_path, copy, capsys):
    named = ["--document", f"new={copy}"] * 2
    status, _, err = evidence(capsys, submission(tmp_path), *named)
    assert status == 2
    assert "--document names two copies of new" in err
