"""Errors on pages in Chinese: every sentence that a page can show has its Chinese."""

import ast
import re

import pytest
import yaml

from oib.sparql.request import READ_ONLY
from oib.web.error_sentences import translate
from oib.web.localization import Locale
from projects import ROOT

PACKAGE = ROOT / "server" / "oib"
CATALOGUE = PACKAGE / "web" / "locales" / "errors.zh-Hans.yaml"
#: The modules whose errors a page shows. The services that have no pages of their own are left out,
#: and so is what stops a server before it has any.
MODULES = [
    *(
        path.relative_to(PACKAGE).as_posix()
        for path in sorted((PACKAGE / "web").glob("*.py"))
        if path.stem not in ("reconciliation", "graph_store", "health")
    ),
    *("views/lists.py", "views/paging.py", "negotiation.py", "engine/statements.py"),
    *("engine/evaluation.py", "engine/embedded.py", "workers/failures.py"),
    *(f"sparql/{name}.py" for name in ("guard", "request", "lexer", "results", "diagnosis")),
    "sparql/jsonld.py",
]
RAISED = {
    *("BadInput", "BadQuery", "Forbidden", "NotFound", "Gone", "NotAcceptable", "TooLarge"),
    *("AnswerTooLarge", "Unavailable", "TooCostly", "UnsupportedMedia", "_refuse", "error"),
}
#: Stands for an expression in a text.
VALUE = "\0"


def template(node):
    """Return a text in the code, with VALUE in place of each expression; None if it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) or VALUE for part in node.values)
    if isinstance(node, ast.BinOp):
        left = template(node.left)
        return left and left + (template(node.right) or VALUE)
    return None


def sentences(source):
    """Yield the texts of the errors that a module raises."""
    for node in ast.walk(ast.parse(source)):
        texts = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = map(template, node.args[:2]) if name in RAISED else []
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "reason":
            texts = [template(node.value)]
        for text in texts:
            if text and " " in text:
                # What is appended to a word is a hint or a plural, and may be missing.
                yield re.sub(rf"(?<=\w){VALUE}(?!\w)", "", text).replace(VALUE, "x")


@pytest.mark.parametrize("module", MODULES)
def test_every_error_of_a_module_has_its_chinese(module):
    found = list(sentences((PACKAGE / module).read_text("utf-8")))
    assert [each for each in found if translate(each, "zh-Hans") is None] == []


def test_the_errors_of_the_code_are_found():
    found = {each for name in MODULES for each in sentences((PACKAGE / name).read_text("utf-8"))}
    assert len(found) > 70
    assert "send the parameter x once; a query runs with one value of each" in found
    assert list(sentences("raise NotFound(f'there is no {name} of ' + kind)")) == [
        "there is no x of x"
    ]


def test_no_chinese_sentence_has_other_fields_or_half_width_marks():
    for english, chinese in yaml.safe_load(CATALOGUE.read_text("utf-8")).items():
        fields = re.findall(r"\{(\w+)\}", english)
        assert sorted(set(fields)) == sorted(set(re.findall(r"\{(\w+)\}", chinese))), english
        assert not re.search(r"[\u3400-\u9fff][,;!?]", chinese), chinese


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        (READ_ONLY, "此端点仅应答查询；数据须经其源文件更改"),
        (
            "line 2, column 5: prefix nope: is not declared; add PREFIX nope: <…>",
            "第 2 行，第 5 列：前缀 nope: 未声明；请添加 PREFIX nope: <…>",
        ),
        (
            "this list has no column colour; choose and sort by base, place",
            "此列表没有 colour 列；可据以筛选与排序的列：base、place",
        ),
        ("COUNT takes 1 argument, not 2", "COUNT 须有 1 个参数，此处有 2 个"),
        ("the engine says something new", None),
        ("nothing here is called " + "x" * 5000, None),
    ],
)
def test_an_error_is_said_in_chinese(sentence, chinese):
    assert translate(sentence, "zh-Hans") == chinese


def test_an_error_is_said_in_the_language_of_the_page():
    sentence = "send the parameter base once; a query runs with one value of each"
    assert Locale("en", is_explicit=False).error_sentence(sentence) == (
        "Send the parameter base once; a query runs with one value of each.",
        "en",
    )
    traditional = Locale("zh-Hant", is_explicit=False)
    assert traditional.error_sentence(sentence) == (
        "參數 base 只能給出一次；每個參數取一個值。",
        "zh-Hant",
    )
    assert traditional.error_sentence("something new") == ("Something new.", "en")


@pytest.mark.parametrize(
    "sentence",
    ["claims=x is neither", "send an IRI such as https://w3id.org/oib/id/person/x", "x:y", "", " "],
)
def test_code_at_either_end_of_an_error_stays_as_it_is(sentence):
    shown = Locale("en", is_explicit=False).error_sentence(sentence)[0]
    assert shown.split()[:1] in (sentence.split()[:1], ["Send"])
    assert shown.split()[-1:] in (sentence.split()[-1:], ["neither."])


@pytest.mark.parametrize(("count", "words"), [(1, "1 row"), (0, "0 rows"), (2, "2 rows")])
def test_one_is_no_plural(count, words):
    assert Locale("en", is_explicit=False).message("rows", count=count) == words
    assert Locale("zh-Hans", is_explicit=False).message("rows", count=count) == f"{count} 行"
