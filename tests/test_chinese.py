"""Chinese texts: full-width punctuation, and a name for every thing, marked if translated."""

import re

import pytest
from pyoxigraph import Literal

from oib import turtle
from oib.namespaces import ID, OIB, PREFIXES
from oib.page_queries import PageQueries
from oib.project import description, sources
from oib.saved_queries import Library
from oib.web.messages import MESSAGES
from projects import ROOT

HAN = "\u3400-\u9fff"
MARKS = ",;:?!"
HALF_WIDTH = re.compile(
    f"[{HAN}\u201d\u2019\u300b\uff09][{MARKS}]|[{MARKS}][{HAN}\u201c\u300a]|[{HAN}]\\(|\\)[{HAN}]|\\([{HAN}]"
)
LABEL = PREFIXES["skos"] + "prefLabel"
TRANSLATED = OIB + "translatedName"
RETIRED = PREFIXES["owl"] + "deprecated"
#: Texts that stand in the data as a source prints them.
AS_PRINTED = {OIB + name for name in ("claimValue", "subjectAsNamed", "objectAsNamed")} | {
    *(PREFIXES["skos"] + name for name in ("prefLabel", "altLabel")),
    PREFIXES["dcterms"] + "title",
    *(
        OIB + name
        for name in (
            "hedgeAsNamed",
            "qualifierAsNamed",
            "roleAsNamed",
            "publisherName",
            "dateAsPrinted",
        )
    ),
    PREFIXES["foaf"] + "name",
}


def is_chinese(term):
    return isinstance(term, Literal) and (term.language or "").lower().startswith("zh-han")


@pytest.mark.parametrize("folder", ["ontology", "shapes", "instances"])
def test_no_half_width_mark_stands_beside_a_chinese_character(home, folder):
    faults = [
        (path.name, triple.object.value)
        for path in sources(home, folder, ".ttl")
        for triple in turtle.parse_file(path, base=ID).triples
        if is_chinese(triple.object)
        and (folder != "instances" or triple.predicate.value not in AS_PRINTED)
        and HALF_WIDTH.search(triple.object.value)
    ]
    assert faults == []


def test_no_half_width_mark_stands_in_a_message_or_a_text_of_the_home(home):
    texts = [texts[1] for texts in MESSAGES.values()]
    about = description(home)
    texts += [each["zh-Hans"] for each in (about.title, about.lead, about.about) if each]
    pages = PageQueries.load(home)
    texts += [text["zh-Hans"] for each in pages.lists for text in (each.title, each.lead)]
    texts += [column.label["zh-Hans"] for each in pages.lists for column in each.columns]
    texts += [line.sentence["zh-Hans"] for line in pages.lines]
    headings = Library.load(home).headings
    texts += [
        text["zh-Hans"] for part in (headings.topics, headings.columns) for text in part.values()
    ]
    assert len(texts) > 300
    assert [text for text in texts if HALF_WIDTH.search(text)] == []


def test_no_half_width_mark_stands_in_a_chinese_question(home):
    lines = [
        (path.name, line)
        for path in sources(home, "queries", ".rq")
        for line in re.findall(r"zh-Hans: *([^}\n]*)", path.read_text("utf-8"))
    ]
    assert len(lines) > 60
    assert [each for each in lines if HALF_WIDTH.search(each[1])] == []


@pytest.mark.parametrize(
    "text", ["基地,中心", "“双创”:意见", "园区(统称)", "注释(见p13)", "MIT,也"]
)
def test_a_half_width_mark_would_be_found(text):
    assert HALF_WIDTH.search(text)


@pytest.mark.parametrize(
    "text", ["基地，中心", "“双创”：意见", "园区（统称）", "id/claim/、单元 p07-01"]
)
def test_a_full_width_mark_is_right(text):
    assert not HALF_WIDTH.search(text)


def test_every_thing_has_a_chinese_name_printed_or_translated(home):
    nameless = []
    for path in sources(home, "instances", ".ttl"):
        if "claim" in path.parts:
            continue
        triples = turtle.parse_file(path, base=ID).triples
        named = {t.subject for t in triples if t.predicate.value in (LABEL, TRANSLATED)}
        retired = {t.subject for t in triples if t.predicate.value == RETIRED}
        chinese = {
            prop: {
                t.subject
                for t in triples
                if t.predicate.value == prop and (t.object.language or "").lower() == "zh-hans"
            }
            for prop in (LABEL, TRANSLATED)
        }
        assert not chinese[LABEL] & chinese[TRANSLATED], path
        if (ROOT / path.relative_to(home)).is_file():  # what is added to a copy may lack one
            nameless += sorted(named - retired - chinese[LABEL] - chinese[TRANSLATED], key=str)
    assert nameless == []
