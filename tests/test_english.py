"""English: our own words are spelled as in British English, names as their source prints them."""

import ast
import io
import re
import tokenize

import pytest
import yaml
from pyoxigraph import Literal

from oib import turtle
from oib.namespaces import ID
from oib.project import sources
from one_document import SLUGS
from projects import ROOT
from source_texts import copy_of
from test_chinese import AS_PRINTED

#: American spellings that have no other use in British English. Words in "-ize" have both, and a
#: computer runs a program; a licence has its own test in data.
AMERICAN = re.compile(
    r"\b(?:"
    r"(?:re|epi)?center(?:s|ed|ing)?|theaters?|fibers?|calibers?|specters?|"
    r"(?:mis|dis)?(?:color|behavior|neighbor|favor|labor|honor|flavor|endeavor|rumor|harbor|vapor)"
    r"(?:s|ed|ing|ful|al|ally|ly|less|able|hoods?|ite|ites)?|"
    r"catalogs?|cataloged|defenses?|offenses?|pretenses?|"
    r"fulfills?|fulfillment|enrolls?|enrollment|skillful|artifacts?|grays?|aluminum|skeptic\w*|"
    r"(?:ana|cata|para)ly[sz]e[sd]?(?<!yse)(?<!yses)(?<!ysed)|"
    r"(?:cancel|label|model|travel|signal|channel|level|tunnel|dial|marshal|quarrel|counsel)"
    r"(?:ed|ing|er|ers)"
    r")\b",
    re.IGNORECASE,
)
#: In data and terms, where nothing runs on a computer.
AMERICAN_IN_DATA = re.compile(rf"{AMERICAN.pattern}|\bprograms?\b", re.IGNORECASE)
#: Words of standards and of code, which are no words of ours.
CODE = re.compile(r"```.*?```|`[^`]*`|<[^<>]*>|[\w.]+:[\w/.#-]+|\w+_\w+", re.DOTALL)


def american(text, pattern=AMERICAN):
    return [found[0] for found in pattern.finditer(CODE.sub(" ", text))]


def english(home, folder):
    """Yield the English literals of a folder, each with its file and property."""
    for path in sources(home, folder, ".ttl"):
        for triple in turtle.parse_file(path, base=ID).triples:
            if isinstance(triple.object, Literal) and triple.object.language == "en":
                yield path.name, triple.predicate.value, triple.object.value


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("A center of behavior, canceled.", ["center", "behavior", "canceled"]),
        ("It analyzes neighbors.", ["analyzes", "neighbors"]),
        ("A centre whose neighbours analyse; organizations in `color`.", []),
        ("analyses, laboratories, rdfs:label, labels, models, level", []),
    ],
)
def test_american_spellings_are_told_from_others(text, spellings):
    assert american(text) == spellings


@pytest.mark.parametrize("folder", ["ontology", "shapes"])
def test_terms_and_rules_are_in_british_spelling(home, folder):
    assert [each for each in english(home, folder) if american(each[2], AMERICAN_IN_DATA)] == []


def test_data_are_in_british_spelling_but_for_what_a_source_prints(home):
    """A word with a capital letter within a text is that of a name."""
    texts = [" ".join(copy_of(slug).read_text("utf-8").split()) for slug in SLUGS]
    wrong = [
        (name, value)
        for name, predicate, value in english(home, "instances")
        if any(
            word.islower() or value.startswith(word) for word in american(value, AMERICAN_IN_DATA)
        )
        if predicate not in AS_PRINTED or not any(value in text for text in texts)
    ]
    assert wrong == []


def test_pages_and_questions_are_in_british_spelling():
    messages = yaml.safe_load((ROOT / "server/oib/web/locales/en.yaml").read_text("utf-8"))
    heads = [
        "\n".join(re.findall(r"(?m)^# .*|^#\+ .*", path.read_text("utf-8")))
        for path in sources(ROOT, "queries", ".rq")
    ]
    headings = (ROOT / "queries" / "headings.yaml").read_text("utf-8")
    texts = [yaml.safe_dump(messages, allow_unicode=True, width=1000), headings, *heads]
    texts += [path.read_text("utf-8") for path in ROOT.glob("server/oib/web/templates/*.html")]
    assert [words for text in texts if (words := american(text))] == []


def test_guides_are_in_british_spelling():
    paths = [
        path
        for path in ROOT.rglob("*.md")
        if not {".venv", "node_modules"} & set(path.relative_to(ROOT).parts)
    ]
    found = [(path.name, words) for path in paths if (words := american(path.read_text("utf-8")))]
    assert found == []


def sentences(source):
    """Yield the comments of a module, and the strings in it that hold words."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


@pytest.mark.parametrize("folder", ["server/oib", "tests"])
def test_comments_and_messages_are_in_british_spelling(folder):
    found = [
        (path.name, text, words)
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "test_english.py"
        and not {".venv", "node_modules"} & set(path.relative_to(ROOT).parts)
        for text in sentences(path.read_text("utf-8"))
        if (words := american(text))
    ]
    assert found == []
