import re
import unicodedata

import pytest

from oib.documents.locator import recognize
from oib.errors import BadInput, NotFound
from oib.validation.copies import read_copy
from oib.validation.evidence import summary, verify
from oib.validation.passages import find, normalize
from one_document import HEAD, SLUGS, merged_of, rows
from projects import ROOT
from source_texts import SEED, copy_of

SLUG = SEED
UNITS = "WHERE { ?unit oib:unitDigest ?digest ; oib:characterCount ?length }"
NAMED = """WHERE {
  ?claim a oib:Claim ; oib:hasEvidence ?evidence .
  ?evidence oib:inUnit ?unit ; oib:startCharacter ?start ; oib:endCharacter ?end .
  ?claim oib:subjectAsNamed|oib:objectAsNamed|oib:roleAsNamed
      |oib:hedgeAsNamed|oib:qualifierAsNamed ?named
}"""


@pytest.fixture
def article():
    return read_copy(copy_of(SLUG))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_locator_holds_against_its_document(store, slug):
    passages = verify(store, copy_of(slug), slug)
    assert {passage.state for passage in passages} == {"verified"}
    assert summary(passages) == f"{len(passages)} passages: {len(passages)} verified"


def folded(text):
    """Return a text without its case and without punctuation, whose width and quotes may differ."""
    return re.sub(r"[^\w\s+-]", "", unicodedata.normalize("NFKC", normalize(text))).casefold()


@pytest.mark.parametrize("slug", SLUGS)
def test_words_as_named_stand_in_the_passages_of_their_claim(home, slug):
    text, store = normalize(read_copy(copy_of(slug))), merged_of(home, slug)
    units = {
        unit: find(text, int(length), wanted)
        for unit, length, wanted in rows(store, f"{HEAD}SELECT ?unit ?length ?digest {UNITS}")
    }
    passages, words = {}, {}
    for claim, unit, start, end, named in rows(
        store, f"{HEAD}SELECT ?claim ?unit ?start ?end ?named {NAMED}"
    ):
        passage = text[units[unit] + int(start) : units[unit] + int(end)]
        passages.setdefault(claim, set()).add(passage)
        words.setdefault(claim, set()).add(named)
    assert words or slug != SLUG  # a further document may have none
    elsewhere = [
        (claim.rpartition("/")[2], named)
        for claim, all_named in words.items()
        for named in all_named
        if not any(folded(named) in folded(passage) for passage in passages[claim])
    ]
    assert sorted(elsewhere) == []


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != SLUG])
def test_a_wrapped_copy_holds_in_every_script(store, slug, tmp_path):
    text = re.sub(r"(?<=[\u3400-\u9fff。])(?=[\u3400-\u9fff])", "\n", read_copy(copy_of(slug)))
    copy = tmp_path / "wrapped.txt"
    copy.write_text("Printed anew\n\n" + text.replace(" ", " \n"), "utf-8")
    assert {passage.state for passage in verify(store, copy, slug)} == {"verified"}


def test_a_copy_is_known_by_its_digests(article):
    assert {recognize(ROOT, read_copy(copy_of(slug))) for slug in SLUGS} == set(SLUGS)


def test_a_copy_in_another_layout_holds_too(store, article, tmp_path):
    words = article.replace("- ", "• ").split()
    lines = [" ".join(words[i : i + 9]) for i in range(0, len(words), 9)]
    copy = tmp_path / "wrapped.txt"
    copy.write_text("A reader's edition\n\n" + "\n".join(lines), "utf-8")
    assert {passage.state for passage in verify(store, copy, SLUG)} == {"verified"}


def test_one_altered_character_is_reported_with_its_claims(store, article, tmp_path):
    copy = tmp_path / "altered.txt"
    copy.write_text(
        article.replace("has claimed to be an MIT", "has claimed to be on MIT"), "utf-8"
    )
    broken = [passage for passage in verify(store, copy, SLUG) if passage.state == "missing"]
    assert len(broken) == 1
    assert any(record.endswith(f"claim/{SLUG}/p13-10") for record in broken[0].records)
    assert "claim/innovation-without-borders/p13-10" in str(broken[0])


def test_the_rest_of_an_altered_unit_is_found_though_it_moved(store, article, tmp_path):
    copy = tmp_path / "altered.txt"
    copy.write_text(
        article.replace("has claimed to be an MIT", "has claimed to be on MIT"), "utf-8"
    )
    states = {p.evidence.rsplit("/")[-1]: p.state for p in verify(store, copy, SLUG)}
    assert {states[name] for name in states if name.startswith("p13-")} == {"moved", "missing"}


def test_a_copy_that_is_not_there_is_an_error(store, tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        verify(store, tmp_path / "none.txt", SLUG)


def test_a_copy_that_is_not_utf8_is_an_error(store, tmp_path):
    copy = tmp_path / "latin.txt"
    copy.write_bytes(b"caf\xe9")
    with pytest.raises(BadInput, match="save it as UTF-8"):
        verify(store, copy, SLUG)


def test_an_unknown_document_is_an_error(store, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_text("text", "utf-8")
    with pytest.raises(NotFound, match="--slug"):
        verify(store, copy, "unknown")
