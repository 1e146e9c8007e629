"""Strict parsing: what it refuses, at which place, and how it says to mend it."""

import pyoxigraph as ox
import pytest

from oib.errors import BadInput, BadTurtle
from oib.namespaces import PREFIXES
from oib.turtle import parse, parse_file, read_text, syntax_errors
from oib.turtle.strict import MAX_DEPTH, line_and_column
from turtle_suite import HOME, cases

HEAD = "@prefix e: <http://e/> .\n"


def refused(text):
    with pytest.raises(BadTurtle) as caught:
        parse(text, "x.ttl")
    return caught.value


@pytest.mark.parametrize("file", cases("NegativeSyntax"))
def test_negative_file_of_the_suite_is_refused(file):
    with pytest.raises(BadTurtle, match=rf"^{file}:\d+:\d+: ."):
        parse_file(file, HOME + file.name)
    assert syntax_errors(file.read_text(), base=HOME)


@pytest.mark.parametrize("file", cases("Eval", "PositiveSyntax"))
def test_positive_file_of_the_suite_passes(file):
    text = read_text(file)
    expected = [quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE, base_iri=HOME)]
    assert len(parse(text, base=HOME).triples) == len(expected)
    assert syntax_errors(text, base=HOME) == []


@pytest.mark.parametrize(
    ("statement", "column", "reason"),
    [
        ("e:a e:b 1", 10, "has no dot"),
        (
            "e:a e:b 1 e:c 2 .",
            11,
            "dot is expected .* or, before this place, a semicolon",
        ),
        ("e:a e:b '𠀀苏州' e:c .", 15, "dot is expected"),
        ("e:a e:b 'x .\n'", 13, '"""'),
        ("e:a e:b '''x .", 9, "nowhere closed"),
        ("e:a skos:note 1 .", 5, "add the line @prefix skos: <http://www.w3.org/2004/02/skos/core"),
        ("e:a skso:note 1 .", 5, "did you mean skos:"),
        ("e:a zzzzz:note 1 .", 5, "add a line @prefix zzzzz: <…> ."),
        ("<a> e:b 1 .", 1, "@base <https://w3id.org/oib/id/> ."),
        ("'a' e:b 1 .", 1, "'a' is not a valid subject$"),
    ],
)
def test_fault_has_its_place_and_a_way_out(statement, column, reason):
    with pytest.raises(BadTurtle, match=reason) as caught:
        parse(HEAD + statement, "x.ttl")
    error = caught.value
    assert (error.path, error.line, error.column) == ("x.ttl", 2, column)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_line_to_add_mends_the_file(prefix):
    text = f"{prefix}:a a {prefix}:b .\n"
    _, _, line = refused(text).reason.partition("add the line ")
    assert len(parse(f"{line}\n{text}").triples) == 1


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        ("e:a e:b <<( e:a e:b 1 )>> .", 9),
        ("<< e:a e:b 1 >> e:b 1 .", 1),
        ("e:a e:b 1 {| e:b 2 |} .", 11),
        ("e:a e:b 1 ~ e:r .", 11),
        ("e:a e:b 'x'@en--ltr .", 15),
        ('VERSION "1.2" e:a e:b 1 .', 1),
        ('@version "1.2" . e:a e:b 1 .', 1),
    ],
)
def test_newer_syntax_is_refused(statement, column):
    error = refused(HEAD + statement)
    assert (error.line, error.column) == (2, column)
    assert "RDF 1.2" in error.reason
    assert [str(fault) for fault in syntax_errors(HEAD + statement, "x.ttl")] == [str(error)]


def test_signs_of_newer_syntax_are_harmless_in_texts_and_comments():
    parse(HEAD + "e:a e:b '<< {| ~ -- version' . # << {| ~ --ltr VERSION\n<http://e/~x--y> e:b 1 .")


def test_brackets_may_nest_but_not_without_end():
    def nested(depth):
        return f"{HEAD}e:a e:b {'[ e:b ' * depth}1{' ]' * depth} ."

    assert len(parse(nested(MAX_DEPTH)).statements) == MAX_DEPTH + 1
    assert f"more than {MAX_DEPTH} deep" in refused(nested(MAX_DEPTH + 1)).reason


def test_every_faulty_line_is_reported_once():
    text = f"{HEAD}e:a e:b 1 e:c .\ne:d e:b 1 .\ne:f skos:note 1 .\ne:g e:b 'x\n .\n"
    assert [(fault.line, fault.column) for fault in syntax_errors(text)] == [
        (2, 11),
        (4, 5),
        (5, 9),
    ]


def test_byte_order_mark_is_no_part_of_the_text(tmp_path):
    file = tmp_path / "x.ttl"
    file.write_bytes(b"\xef\xbb\xbf<http://e/a> a <http://e/b> .")
    assert parse_file(file).text.startswith("<")
    assert parse("\ufeff<http://e/a> a <http://e/b> .").text.startswith("<")
    assert syntax_errors("\ufeff<http://e/a> a <http://e/b> .") == []


def test_other_encoding_is_refused_at_its_first_byte(tmp_path):
    file = tmp_path / "x.ttl"
    file.write_bytes("# 苏州\r\n# Universit\u00e9".encode().replace(b"\xc3\xa9", b"\xe9"))
    with pytest.raises(BadTurtle, match="byte 0xE9 is not UTF-8") as caught:
        read_text(file)
    assert (caught.value.line, caught.value.column) == (2, 12)


def test_file_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(BadInput, match="there is no file"):
        read_text(tmp_path / "none.ttl")
    with pytest.raises(BadInput, match="is a folder"):
        read_text(tmp_path)
    (tmp_path / "x.ttl").touch()
    with pytest.raises(BadInput, match="cannot be read: Not a directory"):
        read_text(tmp_path / "x.ttl" / "y.ttl")


def test_line_ends_of_all_three_systems_count_as_one():
    assert [line_and_column("a\nb\r\nc\rd", at) for at in (0, 2, 5, 7)] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
    ]


def test_a_base_that_grows_too_long_step_by_step_is_refused_at_the_step():
    steps = f"BASE <{'x' * 99}/>\n" * 30
    error = refused(f"@base <http://e/> .\n{steps}<a> <b> <c> .\n")
    assert (error.line, error.column) == (21, 6)
    assert "an IRI of more than 2000 characters" in error.reason


def test_a_prefix_that_a_long_base_makes_too_long_is_refused():
    steps = f"BASE <{'x' * 99}/>\n" * 19
    error = refused(f"BASE <http://e/>\n{steps}PREFIX p: <{'y' * 300}>\np:a p:b p:c .\n")
    assert (error.line, error.column) == (21, 11)


def test_many_bases_of_their_own_and_bases_in_literals_pass():
    steps = "".join(f"BASE <http://e/{'x' * 90}{n}/>\n<a> <b> <c> .\n" for n in range(50))
    assert len(parse(steps, "x.ttl").triples) == 50
    quoted = f"BASE <{'x' * 99}/> " * 30
    assert parse(f'{HEAD}e:a e:b "{quoted}" . # {quoted}\n', "x.ttl").triples
