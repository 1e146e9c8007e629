"""No copy: no text of ours shares 12 words in a row, or 20 Han characters, with a document."""

import csv
import re

import pytest
from pyoxigraph import Literal

from oib.namespaces import ID, OIB, PREFIXES
from oib.project import sources
from oib.turtle import parse_file
from oib.validation.copies import read_copy
from one_document import FOLDER, SLUGS
from source_texts import SEED, copy_of

#: Properties whose values are names and official titles: facts, which nobody can paraphrase.
NAMING = {
    PREFIXES["dcterms"] + "title",
    *(PREFIXES["skos"] + name for name in ("prefLabel", "altLabel", "hiddenLabel")),
}
#: Claims of a name, and of a slogan of a programme, which is kept word by word.
CLAIMED = {OIB + "hasName", OIB + "hasPrinciple"}


def shingles(text):
    """Yield every run of 12 words and of 20 Han characters; what stands between them is skipped."""
    letters = re.sub(r"['\u2019]", "", text.lower())
    words = re.findall(r"[^\W_\u3400-\u9fff]+", letters)
    yield from (" ".join(words[i : i + 12]) for i in range(len(words) - 11))
    han = "".join(re.findall(r"[\u3400-\u9fff]", text))
    yield from (han[i : i + 20] for i in range(len(han) - 19))


def shared(text, read):
    return sorted(set(shingles(text)) & read)


def named(triples):
    """Return the claims that state a name, a title or a slogan."""
    return {
        triple.subject
        for triple in triples
        if triple.predicate.value == OIB + "claimPredicate"
        and triple.object.value in NAMING | CLAIMED
    }


def texts(path):
    """Yield the literals of a Turtle file that are ours to word, and its comments."""
    triples = parse_file(path, base=ID).triples
    names = named(triples)
    for triple in triples:
        name = triple.predicate.value == OIB + "claimValue" and triple.subject in names
        if isinstance(triple.object, Literal) and not name and triple.predicate.value not in NAMING:
            yield triple.object.value
    yield from re.findall(r"^#.*", path.read_text("utf-8"), re.M)


@pytest.fixture(scope="module")
def article():
    return set(shingles(read_copy(copy_of(SEED))))


@pytest.fixture(scope="module")
def read():
    """What the documents that were read share with nobody."""
    return {run for slug in SLUGS for run in shingles(read_copy(copy_of(slug)))}


@pytest.mark.parametrize("folder", ["instances", "ontology", "shapes"])
def test_no_text_of_ours_is_copied_from_a_document(home, read, folder):
    paths = list(sources(home, folder, ".ttl"))
    assert paths
    copied = [(path.name, shared(text, read)) for path in paths for text in texts(path)]
    assert [each for each in copied if each[1]] == []


def test_no_query_and_no_page_is_copied_from_a_document(home, read):
    files = [*sources(home, "queries", ".rq"), *home.glob("*.md"), *home.glob("*/*.md")]
    assert len(files) > 15
    copied = [(path.name, shared(path.read_text("utf-8"), read)) for path in files]
    assert [each for each in copied if each[1]] == []


def test_no_row_of_a_coverage_table_is_copied_from_a_document(read):
    for path in sorted(FOLDER.glob("*/coverage.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        assert [row["row"] for row in rows if shared(row.get("statement") or "", read)] == [], path


def test_a_copied_sentence_would_be_found(article, tmp_path):
    body = read_copy(copy_of(SEED)).split()
    copy = tmp_path / "copy.ttl"
    twelve = " ".join(re.sub(r'["\\]', "", word) for word in body[100:113])
    note = f"<urn:a> <{OIB}curatorNote> '''{twelve}'''@en ."
    copy.write_text(note, "utf-8")
    assert [runs for text in texts(copy) if (runs := shared(text, article))]
    copy.write_text(note.replace(f"{OIB}curatorNote", f"{PREFIXES['dcterms']}title"), "utf-8")
    assert not [runs for text in texts(copy) if (runs := shared(text, article))]


def test_a_copied_run_of_han_characters_would_be_found(article):
    han = next(run for run in article if re.fullmatch(r"[\u3400-\u9fff]{20}", run))
    assert shared(f"又称{han[:9]},{han[9:]}。", article)
    assert not shared(han[:19], article)


def test_eleven_words_in_common_are_no_copy():
    source = set(shingles("one two three four five six seven eight nine ten eleven twelve"))
    assert shared("One, two three four five six “seven” eight nine ten eleven twelve!", source)
    assert not shared("two three four five six seven eight nine ten eleven twelve", source)
