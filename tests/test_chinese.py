"""Chinese texts: full-width punctuation, and a name for every thing, marked if translated."""

import re
from html.parser import HTMLParser
from string import Formatter

import opencc
import pytest
from pyoxigraph import Literal

from html_pages import VOID
from oib import turtle
from oib.namespaces import ID, OIB, PREFIXES
from oib.page_queries import PageQueries
from oib.project import description, sources
from oib.saved_queries import Library
from oib.web.localization import Locale
from oib.web.messages import LANGUAGES, catalogue
from one_document import TOGETHER, files

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
    messages = catalogue("zh-Hans")
    texts = [*messages.messages.values(), *messages.properties.values()]
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
    # What a further document brings may lack one.
    of_these = files(home, *(TOGETHER / "documents.txt").read_text("utf-8").split())
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
        if path in of_these:
            nameless += sorted(named - retired - chinese[LABEL] - chinese[TRANSLATED], key=str)
    assert nameless == []


def fields(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_every_language_says_the_same_messages_with_the_same_fields():
    english = catalogue("en")
    for language in LANGUAGES[1:]:
        other = catalogue(language)
        for part in ("messages", "punctuation", "properties"):
            assert getattr(other, part).keys() == getattr(english, part).keys()
        for key, text in other.messages.items():
            assert fields(text) == fields(english.messages[key]), key


class Spoken(HTMLParser):
    """The texts of a page, each with the language that it is marked with; code is left out."""

    def __init__(self, text):
        super().__init__()
        self.languages, self.found = [], []
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        if tag not in VOID:
            inherited = self.languages[-1] if self.languages else None
            own = dict(pairs).get("lang", inherited)
            self.languages.append(None if tag in ("script", "code", "pre") else own)

    def handle_endtag(self, tag):
        self.languages.pop()

    def handle_data(self, data):
        if data.strip():
            self.found.append((self.languages[-1] if self.languages else None, data))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/", "離岸創新基地"),
        ("/bases", "蘇州離岸創新創業基地"),
        ("/doc/organization/suzhou-base", "直接陳述"),
        ("/doc/person/sun-youshun", "孫友順"),
        ("/queries/claim/about", "問題"),
        ("/pictures/claim/how-surely", "圖示"),
        ("/shapes", "規則"),
        ("/vocab", "保留語氣"),
        ("/ontology", "評估"),
        ("/search?q=Suzhou", "蘇州"),
        ("/how-to-read", "如何閱讀一項主張"),
        ("/corrections", "更正"),
        ("/changes/0.1.0/0.2.0", "認定條件"),
        ("/doc/", "事物種類"),
        ("/doc/claim/innovation-without-borders/p13-10", "主張"),
    ],
)
def test_a_page_in_traditional_chinese_has_no_simplified_character_and_says_so(
    home_client, url, words
):
    response = home_client.get(url, headers={"Accept": "text/html", "Accept-Language": "zh-TW"})
    page = Spoken(response.text)
    assert '<html lang="zh-Hant">' in response.text
    assert response.headers["Content-Language"] == "zh-Hant"
    assert "Accept-Language" in response.headers["Vary"]
    assert "自動轉換" in response.text
    texts = [text for lang, text in page.found if (lang or "").startswith("zh-Hant")]
    assert words in "".join(texts)
    converter = opencc.OpenCC("s2tw")
    # What is converted already, such as 說明了, is not meant to be converted once more.
    again = {text: converter.convert(text).replace("明瞭", "明了") for text in texts}
    assert {text for text in again if again[text] != text} == set()


@pytest.mark.parametrize(
    "url",
    [
        *("/", "/bases", "/people", "/doc/organization/suzhou-base", "/doc/person/sun-youshun"),
        *("/queries/", "/queries/claim/about", "/pictures/network/ties", "/search?q=Suzhou"),
        *("/ontology", "/vocab", "/shapes", "/dataset", "/changes", "/about", "/how-to-read"),
        *("/sparql?query=SELECT", "/nowhere/suzhou-base", "/bases?colour=red", "/corrections"),
        *("/claims", "/sources", "/documents", "/doc/", "/doc/place/", "/reconcile", "/graph/"),
        *("/doc/claim/innovation-without-borders/p13-10", "/changes/0.1.0/0.2.0", "/pictures/"),
        *("/queries/person/academies?person=Atlantis", "/graph/person/sun-youshun"),
        *("/pictures/document/about-each-base", "/pictures/source/behind-each-base"),
        *("/pictures/place/on-the-map", "/pictures/time/bars", "/pictures/claim/how-surely"),
    ],
)
def test_no_half_width_mark_stands_on_a_page(home_client, url):
    headers = {"Accept": "text/html", "Accept-Language": "zh-Hans"}
    page = Spoken(home_client.get(url, headers=headers).text)
    texts = [text for lang, text in page.found if (lang or "").lower().startswith("zh-hans")]
    assert len(texts) > 20
    assert [text for text in texts if HALF_WIDTH.search(text)] == []


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-TW", "zh-Hant"),
        ("zh-HK,en;q=0.5", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("de, zh-MO;q=0.1", "zh-Hant"),
        ("de", "en"),
    ],
)
def test_the_script_follows_the_tag_that_the_reader_prefers(home_client, accepted, language):
    response = home_client.get(
        "/about", headers={"Accept": "text/html", "Accept-Language": accepted}
    )
    assert response.headers["Content-Language"] == language


def test_each_page_leads_to_itself_in_the_other_scripts(home_client):
    text = home_client.get("/bases?place=any&lang=zh-Hans", headers={"Accept": "text/html"}).text
    for tag in ("en", "zh-Hans", "zh-Hant"):
        assert re.search(rf'<link rel="alternate" hreflang="{tag}" href="[^"]*lang={tag}">', text)
    assert (
        '<a href="?place=any&amp;lang=zh-Hant" lang="zh-Hant" hreflang="zh-Hant">繁體</a>' in text
    )


def test_a_name_printed_in_traditional_chinese_stands_as_printed():
    locale = Locale("zh-Hant", is_explicit=False)
    both = {"zh-hans": "横琴", "zh-hant": "横琴"}  # the source prints 横, OpenCC would write 橫
    assert locale.best_text(both) == ("横琴", "zh-hant")
    assert locale.best_text({"zh-hans": "横琴"}) == ("橫琴", "zh-Hant-t-zh-hans")
    assert locale.best_text({"zh-hans-t-und": "横琴"}) == ("橫琴", "zh-Hant-t-und")
    assert locale.best_text({"en": "Hengqin"}) == ("Hengqin", "en")


def test_what_programs_read_is_never_converted(home_client):
    for url in ("/search?q=苏州&as=json", "/doc/organization/suzhou-base.ttl"):
        one = home_client.get(url, headers={"Accept-Language": "zh-Hans"})
        other = home_client.get(url, headers={"Accept-Language": "zh-Hant"})
        assert one.data == other.data


BLOCKS = {
    *("address", "article", "aside", "body", "button", "caption", "dd", "details", "div", "dl"),
    *("dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "header", "label", "li"),
    *("main", "nav", "ol", "option", "p", "section", "select", "summary", "table", "tbody", "td"),
    *("text", "textarea", "th", "thead", "title", "tr", "ul"),
}
FULL_WIDTH = "\u3001\u3002\uff0c\uff1b\uff1a\uff01\uff1f"
BLANK = re.compile(f"[{FULL_WIDTH}\uff08\u300a\u3008] [^·→/X]| [{FULL_WIDTH}\uff09\u300b\u3009]")
DASH = re.compile(" [\u2013\u2014-] ")
LOOSE = re.compile(f"[,;!] [{HAN}]")


class Blocks(HTMLParser):
    """The texts of the blocks of a page as they are read.

    For code, other languages and what sources say in their own words stands an X.
    """

    def __init__(self, text):
        super().__init__()
        self.open, self.texts = [], [""]
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        if tag in BLOCKS or tag == "br":
            self.texts.append("")
        if tag not in VOID:
            own = dict(pairs).get("lang", self.open[-1][1] if self.open else "")
            hidden = tag in ("script", "style", "code", "pre", "q")
            hidden |= dict(pairs).get("class") == "literal"
            self.open.append((tag, "" if hidden else own))

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.texts.append("")
        self.open.pop()

    def handle_data(self, data):
        is_shown = self.open and self.open[-1][1].startswith("zh-Hans")
        self.texts[-1] += re.sub(r"\s+", " ", data) if is_shown else "X" if data.strip() else " "


@pytest.mark.parametrize(
    "url",
    [
        *("/", "/bases", "/sources", "/people", "/claims", "/documents", "/events"),
        *("/doc/organization/suzhou-base", "/doc/person/sun-youshun", "/doc/post/mit-professor"),
        "/doc/document/innovation-without-borders",
        "/doc/claim/innovation-without-borders/p13-10",
        *("/doc/", "/graph/person/sun-youshun", "/queries/", "/queries/base/count"),
        *("/queries/claim/about", "/queries/person/academies?person=Atlantis"),
        *("/search?q=Suzhou", "/search", "/sparql", "/pictures/", "/pictures/network/around"),
        *("/pictures/place/on-the-map", "/pictures/source/behind-each-base"),
        *("/ontology", "/vocab", "/shapes", "/dataset", "/changes", "/changes/0.1.0/0.2.0"),
        *("/reconcile", "/how-to-read", "/about", "/corrections", "/nowhere/suzhou-base"),
    ],
)
def test_a_page_in_chinese_is_set_as_chinese_is(home_client, url):
    joint = "&" if "?" in url else "?"
    page = home_client.get(f"{url}{joint}lang=zh-Hans", headers={"Accept": "text/html"})
    texts = Blocks(page.text).texts
    assert len(texts) > 20
    faults = {
        found.group(): text.strip()[:90]
        for text in texts
        for rule in (BLANK, HALF_WIDTH, DASH, LOOSE)
        for found in rule.finditer(text.strip())
    }
    assert faults == {}
