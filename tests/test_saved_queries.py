import re
from itertools import pairwise

import pytest
from pyoxigraph import NamedNode, Quad, Store

from oib.errors import BadInput, NotFound
from oib.saved_queries import Library, SavedQuery

RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
TEXT = """#+ question:
#+   en: What is it called?
#+   zh-Hans: 它叫什么?
#+ columns: [name]
#+ parameters:
#+   thing:
#+     type: iri
#+     example: "https://example.org/a"

SELECT ?name WHERE { VALUES ?thing { <https://example.org/a> } ?thing ?p ?name }
"""


def write(folder, text, name="topic/name.rq"):
    path = folder / "queries" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def query(tmp_path):
    return SavedQuery.load(write(tmp_path, TEXT), tmp_path / "queries")


def test_a_header_becomes_a_saved_query(query):
    assert query.name == "topic/name"
    assert query.topic == "topic"
    assert query.form == "SELECT"
    assert query.columns == ("name",)
    assert query.question["zh-Hans"] == "它叫什么?"


def test_without_values_a_query_stays_as_it_is_in_the_file(query):
    assert query.bind({}) == TEXT


def test_a_value_goes_in_as_a_term(query):
    assert "VALUES ?thing { <https://example.org/b> }" in query.bind(
        {"thing": "https://example.org/b"}
    )


def test_a_prefixed_name_is_an_iri_too(query):
    text = query.bind({"thing": "oibv:hedge-likely"})
    assert "VALUES ?thing { <https://w3id.org/oib/vocab#hedge-likely> }" in text


@pytest.mark.parametrize("value", ['> } UNION { ?s ?p "', "no iri", "x:a b", "", 'a"b'])
def test_what_is_no_iri_is_refused(query, value):
    with pytest.raises(
        BadInput, match=r"parameter thing takes iri, such as https://example\.org/a"
    ):
        query.bind({"thing": value})


def test_an_unknown_parameter_is_refused_and_the_known_are_named(query):
    with pytest.raises(BadInput, match="no parameter other; it has: thing"):
        query.bind({"other": "1"})


@pytest.mark.parametrize(
    ("kind", "example", "value", "term"),
    [
        ("string", "a", '"} UNION {', r'"\"} UNION {"'),
        ("language-string", "苏州@zh-Hans", "苏州@zh-Hans", '"苏州"@zh-hans'),
        ("integer", "1", "-30", '"-30"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("boolean", "true", "false", '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        (
            "date",
            "2017-01-01",
            "2021-12-31",
            '"2021-12-31"^^<http://www.w3.org/2001/XMLSchema#date>',
        ),
    ],
)
def test_each_kind_of_value_becomes_its_term(tmp_path, kind, example, value, term):
    text = TEXT.replace("type: iri", f"type: {kind}").replace(
        '"https://example.org/a"', f'"{example}"'
    )
    query = SavedQuery.load(write(tmp_path, text), tmp_path / "queries")
    assert f"VALUES ?thing {{ {term} }}" in query.bind({"thing": value})


def test_a_number_that_is_none_is_refused(tmp_path):
    text = TEXT.replace("type: iri", "type: integer").replace('"https://example.org/a"', '"1"')
    query = SavedQuery.load(write(tmp_path, text), tmp_path / "queries")
    with pytest.raises(BadInput, match="is no integer"):
        query.bind({"thing": "1 } ."})


def with_options(pattern):
    return TEXT.replace("#+     type: iri\n", f"#+     type: iri\n#+     options: {pattern}\n")


def test_a_pattern_of_options_becomes_a_query_with_the_prefixes_of_its_file(tmp_path):
    text = with_options("'?thing a x:Thing # all'").replace(
        "SELECT", "PREFIX x: <https://example.org/>\nSELECT"
    )
    (parameter,) = SavedQuery.load(write(tmp_path, text), tmp_path / "queries").parameters
    store = Store()
    store.add(
        Quad(NamedNode("https://example.org/a"), RDF_TYPE, NamedNode("https://example.org/Thing"))
    )
    assert [row["thing"].value for row in store.query(parameter.options)] == [
        "https://example.org/a"
    ]


@pytest.mark.parametrize(
    "spoiled",
    [
        TEXT.replace("#+ question:", "#+ question"),
        TEXT.replace("#+   en: What is it called?\n#+   zh-Hans: 它叫什么?\n", ""),
        TEXT.replace("type: iri", "type: number"),
        TEXT.replace("VALUES ?thing { <https://example.org/a> }", ""),
        with_options("'?other a ?kind'"),
        with_options("'SERVICE <https://example.org/> { ?thing a ?kind }'"),
        with_options("'?thing a ?kind'").replace("type: iri", "type: string"),
    ],
)
def test_a_header_that_cannot_be_read_names_the_file_or_the_query(tmp_path, spoiled):
    path = write(tmp_path, spoiled)
    with pytest.raises(BadInput, match="name"):
        SavedQuery.load(path, tmp_path / "queries")


@pytest.mark.parametrize(
    "spoiled",
    [
        re.sub(r"#\+ question:\n.*\n.*", "#+ question: {en: What is it, as a name?}", TEXT),
        TEXT.replace("#+     type: iri\n", "#+     type: iri\n#+     label: {en: a, or b}\n"),
    ],
)
def test_a_comma_that_ends_a_text_too_early_is_an_error(tmp_path, spoiled):
    path = write(tmp_path, spoiled)
    with pytest.raises(BadInput, match="put texts with commas in quotation marks"):
        SavedQuery.load(path, tmp_path / "queries")


def test_what_is_no_yaml_is_told_with_its_place(tmp_path):
    path = write(tmp_path, TEXT.replace("#+ question:", "#+ question: ["))
    with pytest.raises(BadInput, match=r"expected .* line \d, column") as caught:
        SavedQuery.load(path, tmp_path / "queries")
    assert "object at" not in str(caught.value)


def test_an_unknown_query_is_an_error_that_says_how_to_list_them(tmp_path):
    write(tmp_path, TEXT)
    library = Library.load(tmp_path)
    assert [query.name for query in library] == ["topic/name"]
    with pytest.raises(NotFound, match="oib ask --list"):
        library["topic/other"]


BOMB = "#+ question: {en: a, zh-Hans: b}\n#+ a: &a [x, x]\n" + "".join(
    f"#+ {name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in pairwise("abcdefghij")
)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (BOMB, "aliases in it; write the values out"),
        ("#+ question: {en: a}\n#+ x: " + "[" * 60_000 + "\n", "nested too deeply"),
        ("#+ x: " + "a" * 70_000 + "\n", "at most 65,536 characters"),
        ("#+ - a\n", "has no members"),
        ("#+ question: a\n", "needs question"),
        ("#+ question: !!python/object:os.system {}\n", "needs question"),
        ("#+ question: {en: !!int ''}\n", "not of the type that its tag names"),
    ],
)
def test_a_header_that_is_a_trap_is_refused(tmp_path, header, message):
    path = write(tmp_path, header + "ASK {}")
    with pytest.raises(BadInput, match=message):
        SavedQuery.load(path, tmp_path / "queries")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELEC * {}", "no query found"),
        ("DROP ALL", "changes data"),
        ("ASK { ?s ?p 'x }", "ASK"),
    ],
)
def test_a_file_without_a_query_is_refused(tmp_path, text, message):
    path = write(tmp_path, "#+ question: {en: a, zh-Hans: b}\n" + text)
    if message == "ASK":
        assert SavedQuery.load(path, tmp_path / "queries").form == message
        return
    with pytest.raises(BadInput, match=rf"name\.rq: .*{message}"):
        SavedQuery.load(path, tmp_path / "queries")


def test_a_byte_order_mark_is_skipped(tmp_path):
    path = write(tmp_path, "\ufeff" + TEXT)
    assert SavedQuery.load(path, tmp_path / "queries").text == TEXT


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    path = write(tmp_path, TEXT)
    path.write_bytes(b"\xff" + TEXT.encode())
    with pytest.raises(BadInput, match=r"name\.rq cannot be read"):
        SavedQuery.load(path, tmp_path / "queries")
