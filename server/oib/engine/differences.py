"""Where the engine answers otherwise than the SPARQL standard, or than most people expect.

This is data for the page on which queries are written. Each entry has an example, which a test
runs: when an update of the engine mends it, the test fails, and the entry is removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_XSD = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "


@dataclass(frozen=True)
class Difference:
    """One difference.

    Args:
        name: identifies it, in lower case with hyphens.
        title: what is concerned, by language tag.
        explanation: what the engine does and what to write instead, by language tag.
        example: a query that shows it.
        instead: a query that gives what is expected.
        data: the triples that both need, as the body of INSERT DATA.
        expected: the value of the only row and column of the answer that is expected, as in CSV.
        actual: the value that the engine gives for the example.
        section: of the SPARQL 1.1 Query Language, where it settles the answer.
    """

    name: str
    title: Mapping[str, str]
    explanation: Mapping[str, str]
    example: str
    instead: str
    data: str
    expected: str
    actual: str
    section: str = ""


DIFFERENCES: Final = (
    Difference(
        "alternative-path",
        {"en": "Alternative paths (p|q)", "zh-Hans": "并列路径（p|q）"},
        {
            "en": "A value that is reached by both properties counts once, where the standard "
            "counts it twice. Use UNION, or a variable with VALUES, when you count.",
            "zh-Hans": "同一个值如果由两个属性都能到达，这里只算一次，而标准要求算两次。"
            "需要计数时，请改用 UNION，或用变量加 VALUES。",
        },
        "SELECT (COUNT(*) AS ?n) { <urn:a> <urn:p>|<urn:q> ?o }",
        "SELECT (COUNT(*) AS ?n) { VALUES ?p { <urn:p> <urn:q> } <urn:a> ?p ?o }",
        "<urn:a> <urn:p> 1 ; <urn:q> 1 .",
        "2",
        "1",
        "18.4",
    ),
    Difference(
        "group-concat",
        {
            "en": "GROUP_CONCAT of IRIs, numbers and dates",
            "zh-Hans": "对 IRI、数字和日期使用 GROUP_CONCAT",
        },
        {
            "en": "The result is unbound unless all values are strings. Write "
            "GROUP_CONCAT(STR(?x)).",
            "zh-Hans": "只要有一个值不是字符串，结果就没有值。请写成 GROUP_CONCAT(STR(?x))。",
        },
        "SELECT (GROUP_CONCAT(?x) AS ?g) { VALUES ?x { <urn:a> 1 } }",
        "SELECT (GROUP_CONCAT(STR(?x)) AS ?g) { VALUES ?x { <urn:a> 1 } }",
        "",
        "urn:a 1",
        "",
        "18.5.1.7",
    ),
    Difference(
        "date-plus-duration",
        {"en": "Date plus duration", "zh-Hans": "日期加时长"},
        {
            "en": "An xsd:date plus a duration is unbound, although minus works. Subtract the "
            "negative duration.",
            "zh-Hans": "xsd:date 加时长得不到值，减时长则可以。请改为减去负的时长。",
        },
        _XSD + 'SELECT ("2024-03-01"^^xsd:date + "P1D"^^xsd:dayTimeDuration AS ?d) {}',
        _XSD + 'SELECT ("2024-03-01"^^xsd:date - "-P1D"^^xsd:dayTimeDuration AS ?d) {}',
        "",
        "2024-03-02",
        "",
    ),
    Difference(
        "spelling-of-numbers",
        {"en": "The spelling of numbers", "zh-Hans": "数字的写法"},
        {
            "en": "Numbers are kept by value: 01, +1 and 1 are the same term, and come back as 1. "
            "If the spelling matters, it has to be a string.",
            "zh-Hans": "数字按数值保存：01、+1 和 1 是同一个词项，返回时都写作 1。"
            "如果写法重要，就应存为字符串。",
        },
        "SELECT (STR(?o) AS ?x) { <urn:a> <urn:p> ?o }",
        "SELECT ?x { <urn:a> <urn:q> ?x }",
        '<urn:a> <urn:p> 01 ; <urn:q> "01" .',
        "01",
        "1",
        "17.4.2.5",
    ),
    Difference(
        "path-of-length-zero",
        {"en": "Paths of length zero", "zh-Hans": "长度为零的路径"},
        {
            "en": "p* and p? do not find the starting term itself if it is not in the data. Add it "
            "with UNION and BIND.",
            "zh-Hans": "如果起点不在数据里，p* 和 p? 就找不到起点自身。请用 UNION 加 BIND 补上它。",
        },
        "SELECT (COUNT(?x) AS ?n) { <urn:absent> <urn:p>* ?x }",
        "SELECT (COUNT(DISTINCT ?x) AS ?n) "
        "{ { <urn:absent> <urn:p>* ?x } UNION { BIND(<urn:absent> AS ?x) } }",
        "",
        "1",
        "0",
        "18.4",
    ),
    Difference(
        "bnode-with-argument",
        {"en": "BNODE with an argument", "zh-Hans": "带参数的 BNODE"},
        {
            "en": "BNODE(?x) gives the same blank node in every row, not only within one. Put "
            "something that differs from row to row into the argument.",
            "zh-Hans": "BNODE(?x) 在每一行都给出同一个空白节点，而不只是在同一行内相同。"
            "请让参数逐行不同。",
        },
        'SELECT (COUNT(DISTINCT ?b) AS ?n) { VALUES ?x { 1 2 } BIND(BNODE("b") AS ?b) }',
        "SELECT (COUNT(DISTINCT ?b) AS ?n) "
        '{ VALUES ?x { 1 2 } BIND(BNODE(CONCAT("b", STR(?x))) AS ?b) }',
        "",
        "2",
        "1",
        "17.4.2.9",
    ),
)
