"""Syntax errors are found once for each cause, at the whole token, with a way out."""

import pytest

from oib.turtle import syntax_errors
from oib.validation.checker import Checker
from oib.validation.fixes import apply_fixes
from projects import ROOT

HEAD = "@prefix e: <http://e/> .\n"
#: A text; what is marked of it; what the message says in English and in Chinese.
CASES = [
    (
        '{"@context": "https://schema.org/", "@id": "http://e/a"}',
        "{",
        "save it as Turtle",
        "另存为",
    ),
    ("[\n  {}\n]", "{}", "perhaps JSON-LD", "JSON-LD"),
    ('<?xml version="1.0"?>\n<rdf:RDF/>', '<?xml version="1.0"?>', "perhaps RDF/XML", "RDF/XML"),
    ("PREFIX f: <http://f/> .\nf:a f:b 1 .", ".", "PREFIX has no dot behind it", "没有句点"),
    ("@prefix f <http://f/> .\nf:a f:b 1 .", "f", "a colon stands behind the prefix", "冒号"),
    ("@prefix f: http://f/ .\nf:a f:b 1 .", "http://f/", "between < and >", "括起"),
    ("e:a\u3000e:b 1 .", "\u3000", "U+3000 (ideographic space)", "U+3000"),
    ("e:a e:b\u00a01 .", "\u00a0", "U+00A0 (no-break space)", "U+00A0"),
    ("e:a e:b “x y”@en .", "“x y”@en", "straight quotes", "弯引号"),
    ("e:a e:b 「x」 .", "「x」", "straight quotes", "弯引号"),
    ("e:a e:b e:c；\n  e:d 1 .", "；", "； is full-width; write ;", "； 是全角符号"),
    ("e:a e:b e:c，e:d .\ne:f e:g .", ".", "not a valid", "有效"),
    ("e:a e:b 1。", "。", "。 is full-width; write .", "。 是全角符号"),
    ("e：a e:b 1 .", "：", "： is full-width; write :", "： 是全角符号"),
    ("e:a dct:title 'x' .", "dct:title", "@prefix dct: <http://purl.org/dc/terms/>", "请添加一行"),
    ("e:a skso:note 'x' .", "skso:note", "did you mean skos: ?", "是否应为 skos:"),
    ("f:a e:b 1 .\n@prefix f: <http://f/> .", "f:a", "declared further down", "下文才声明"),
    ("e:a e:b <http://e/x y> .", "<http://e/x y>", "an IRI holds no blanks", "不能有空格"),
    ("e:a e:b 2017-05-01 .", "2017-05-01", '"…"^^edtf:EDTF', "注明类型"),
    ("e:a e:b 'x'@en_GB .", "_GB", "a language tag has hyphens", "连字符"),
    ("e:a e:b 'x'^e:c .", "^e:c", "two signs", "两个符号"),
    ("e:a e:b 'it's' .", "s", "an apostrophe within a text", "撇号"),
    ('e:a e:b "say "hello"" .', "hello", "a quotation mark within a text", "引号须写作"),
    ("e:a e:b 'a\\b\\q' .", "\\q", "a backslash in a text", "反斜杠"),
    ("e:a e:b TRUE .", "TRUE", "in small letters", "小写"),
    ("e:a worksWith e:c .", "worksWith", "a prefix in front", "前缀"),
    ("GRAPH e:g { e:a e:b 1 }", "GRAPH", "this is TriG", "TriG"),
    ("e:a e:b 'x .\ne:c e:d 1 .", "'x .", "nowhere closed", "没有结束"),
    ("e:a e:b 1 ;\n\ne:c a e:d ; e:f 2 .", "a", "a dot, not a semicolon, stands", "应为句点"),
    ("e:a e:b 1 ;\n\n<http://e/c> a e:d .", "a", "next subject, <http://e/c>", "主语 <http"),
    ("e:a e:b 1 ,\n  e:d 'x'@en .", "'x'", "a semicolon, not a comma, stands", "应为分号"),
    ("e:a e:b e:c ,\n  e:d e:f ;\n  e:g 1 .", "e:f", "next property, e:d", "属性 e:d"),
    ("e:a e:b e:c, e:d\n  e:f e:g .", "e:f", "a semicolon or a comma", "分号或逗号"),
    ("e:a e:b http://e/c .", "http://e/c", "An IRI stands between < and >", "括起"),
]


@pytest.fixture(scope="module")
def checker():
    return Checker(ROOT)


def findings(checker, text):
    return checker.check_texts([("x.ttl", text)]).findings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].split("\n")[0][:30])
def test_a_syntax_error_is_marked_whole_and_says_the_way_out(checker, case):
    body, marked, english, chinese = case
    text = body if body[:2] in ('{"', "[\n", "<?") else HEAD + body
    [finding] = findings(checker, text)
    place = finding.place
    assert text[place.start : place.end] == marked
    assert (place.end_line, place.end_column - place.column) == (place.line, len(marked))
    assert english.lower() in finding.message["en"].lower()
    assert chinese in finding.message["zh-Hans"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].split("\n")[0][:30])
def test_a_fix_of_a_syntax_error_mends_it(checker, case):
    text = HEAD + case[0]
    found = findings(checker, text)
    if any(finding.fix for finding in found):
        assert syntax_errors(apply_fixes(text, found)) == []


def test_characters_that_look_like_signs_have_a_fix(checker):
    fixed = {case[1] for case in CASES if any(f.fix for f in findings(checker, HEAD + case[0]))}
    assert fixed == {
        "\u3000",
        "\u00a0",
        "“x y”@en",
        "「x」",
        "；",
        "。",
        "：",
        "http://f/",
        "http://e/c",
        "dct:title",
    }


def test_a_merge_conflict_is_one_finding_as_long_as_it_is(checker):
    conflict = "<<<<<<< HEAD\n  e:c 1 .\n=======\n  e:c 2 .\n>>>>>>> other"
    text = f"{HEAD}e:a e:b 0 ;\n{conflict}\ne:d e:e 1 .\n{conflict}\n"
    found = findings(checker, text)
    assert [text[each.place.start : each.place.end] for each in found] == [conflict, conflict]
    assert all("keep one of the two versions" in each.message["en"] for each in found)
    assert all("请保留其中一个版本" in each.message["zh-Hans"] for each in found)


def test_a_prefix_that_is_not_declared_is_reported_once(checker):
    text = "".join(f"{HEAD}e:a{n} skos:note {n} .\n" for n in range(30))
    [finding] = findings(checker, text)
    assert finding.line == 2


def test_every_missing_declaration_is_added_at_the_top(checker):
    text = "# A file\n<urn:a> skos:note 1 ; dct:title 2 .\n<urn:b> skos:note 2 .\n"
    first = apply_fixes(text, findings(checker, text))
    second = apply_fixes(first, findings(checker, first))
    assert syntax_errors(second) == []
    assert second.endswith(text)


def test_faults_of_neighbours_are_all_reported(checker):
    text = f"{HEAD}e:a e:b .\ne:c “d” 1 .\ne:e e:f 2 .\ne:g TRUE 3 .\n"
    assert [finding.line for finding in findings(checker, text)] == [2, 3, 5]


def test_a_file_of_another_encoding_is_one_finding(checker):
    [finding] = findings(checker, "e:a".encode("utf-16"))
    assert "save it as UTF-8" in finding.message["en"]
    assert "请存为 UTF-8" in finding.message["zh-Hans"]
