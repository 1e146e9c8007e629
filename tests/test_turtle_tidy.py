"""The canonical form: same triples, same comments, one layout, whatever the order before."""

import random
from collections import Counter

import pytest

from oib.errors import BadTurtle
from oib.turtle import read_text, tidy
from oib.turtle.lexer import tokenize
from turtle_suite import HOME, cases, lines

HEAD = "@prefix e: <http://e/> .\n\n"

BEFORE = """\
# Title
# of two lines

# A second paragraph
PREFIX dct: <http://purl.org/dc/terms/> # terms
@prefix e: <http://e/> .
# about what nothing uses
@prefix unused: <http://unused/> . # dropped
@prefix s: <http://www.w3.org/2004/02/skos/core#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

# --- people ---

# above b
e:b s:altLabel "z"@en , # zed
      # above bee
      "b"@en , "甲"@zh-Hans ; # han
  s:prefLabel 'it\\'s "b"'@en ; # label
  a e:Thing # type
  ; e:number 01 , "1"^^xsd:integer , 1.50 , "x"^^xsd:string , "true"^^xsd:boolean ;
  e:long '''line 1
   line "2" \\u200B
end"''' ; # long
  # closing b
  .
# above a
e:a a e:Thing ; sh:property [ sh:minCount 1 ; # least
   # deep
   e:deep [ e:one 1 ] , [ e:row ( 1 [ e:y "y" ] ) ; e:two 2 ] ; sh:path e:p ] .
e:a a e:Other ; dct:title <http://e/x/y> , e:x\\/z , e:1a , e:1a . # behind a
[ e:none ( ) ; e:row ( # first
   "m" # behind m
   # above n
   "n" ) ] . # anonymous
_:x e:knows _:y .
<http://e/s> # subject
   e:p e:o .
# The end
"""

AFTER = """\
# Title
# of two lines

# A second paragraph
# about what nothing uses
# dropped

@prefix dcterms: <http://purl.org/dc/terms/> . # terms
@prefix e: <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

# above a
e:a a e:Other, e:Thing ;
    dcterms:title e:1a, <http://e/x/y>, <http://e/x/z> ; # behind a
    sh:property [
        sh:path e:p ;
        # deep
        e:deep [
            e:row ( 1 [ e:y "y" ] ) ;
            e:two 2 ;
        ], [ e:one 1 ] ;
        sh:minCount 1 ; # least
    ] .

# --- people ---
# above b
e:b a e:Thing ; # type
    skos:prefLabel "it's \\"b\\""@en ; # label
    skos:altLabel
        # above bee
        "b"@en,
        "z"@en, # zed
        "甲"@zh-Hans ; # han
    e:long \"""line 1
   line "2" \\u200B
end\\"\""" ; # long
    e:number "x", 01, 1, 1.50, true ;
    # closing b
    .

e:s # subject
    e:p e:o .

_:x e:knows _:y .

[
    e:none () ;
    e:row (
        # first
        "m" # behind m
        # above n
        "n"
    ) ;
] . # anonymous

# The end
"""


def comments(text):
    return Counter(line for token in tokenize(text) for line in (*token.above, token.trail) if line)


def is_kept(text, base=None):
    """Tidy a text, check all that must hold of the result, and return it."""
    result = tidy(text, base=base)
    assert tidy(result, base=base) == result
    assert lines(result, base) == lines(text, base)
    assert comments(result) == comments(text)
    return result


def with_comments(text, chance, rng):
    """Return a text with comments strewn between its tokens."""
    parts, end = [], 0
    for number, token in enumerate(tokenize(text)):
        parts.append(text[end : token.start])
        if rng.random() < chance:
            parts.append(rng.choice([" # t{}\n", "\n  # o{}\n", "\n\n# p{}\n\n"]).format(number))
        parts.append(token.text)
        end = token.end
    return "".join(parts)


def test_everything_at_once():
    assert is_kept(BEFORE) == AFTER


@pytest.mark.parametrize("file", cases("Eval", "PositiveSyntax"))
def test_file_of_the_suite_keeps_its_triples_and_comments(file):
    is_kept(read_text(file), HOME + file.name)


@pytest.mark.parametrize("file", cases("Eval", "PositiveSyntax"))
def test_comment_at_any_place_survives(file):
    text = read_text(file)
    if len(text) < 10_000:
        rng = random.Random(file.name)
        for chance in (0.1, 0.5, 1):
            is_kept(with_comments(text, chance, rng), HOME + file.name)


@pytest.mark.parametrize("seed", range(100))
def test_order_before_does_not_matter(seed):
    rng = random.Random(seed)
    count = iter(range(1000))

    def note(form):
        return form.format(next(count)) if rng.random() < 0.3 else ""

    def term(deep=0):
        simple = [
            f"e:o{rng.randrange(4)}",
            f'"{rng.randrange(4)}"@en',
            str(rng.randrange(4)),
            "_:l",
        ]
        if deep > 2 or rng.random() < 0.7:
            return rng.choice(simple)
        inner = [f"e:p{rng.randrange(3)} {term(deep + 1)}" for _ in range(rng.randrange(3))]
        return rng.choice([f"[ {' ; '.join(inner)} ]", f"( {term(deep + 1)} {term(deep + 1)} )"])

    def objects():
        # Comments make an object one of its kind; two equal ones would be said once.
        return [(note("\n# o{}\n"), term(), note(" # t{}\n")) for _ in range(rng.randint(1, 3))]

    def pairs():
        return [
            (note("\n# v{}\n"), verb, objects())
            for verb in rng.choices(["a", "e:p1", "e:p2", "<http://f/x>"], k=rng.randint(1, 4))
        ]

    def subject():
        return rng.choice(["e:a", "e:b", "<http://e/a>", "_:l", "[]", "[ e:in 1 ]", "( 1 )"])

    model = [(note("\n# s{}\n"), subject(), pairs()) for _ in range(rng.randint(1, 8))]

    def write():
        rng.shuffle(model)
        text = HEAD
        for above, name, block in model:
            rng.shuffle(block)
            verbs = []
            for over, verb, values in block:
                rng.shuffle(values)
                written = " ,\n".join(before + value + behind for before, value, behind in values)
                verbs.append(f"{over}{verb} \n{written}")
            text += above + name + " " + " ;\n".join(verbs) + "\n.\n"
        return text

    assert len({is_kept(write()) for _ in range(5)}) == 1


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("<http://e/a>", "e:a"),
        ("<http://e/a.b-c:d>", "e:a.b-c:d"),
        ("<http://e/2017>", "e:2017"),
        ("<http://e/%41>", "e:%41"),
        ("<http://e/苏州>", "e:苏州"),
        (r"e:a\/b", "<http://e/a/b>"),
        (r"e:a\#b", "<http://e/a#b>"),
        (r"e:\-a", "<http://e/-a>"),
        (r"e:a\.", "<http://e/a.>"),
        ("e:", "<http://e/>"),
        ("( )", "()"),
        ("'a'", '"a"'),
        ('"a\\tb\\\\"', '"a\\tb\\\\"'),
        ('"a\\nb"', '"""a\nb"""'),
        ('"a\\r\\nb"', '"""a\\r\nb"""'),
        ('"\\"\\"\\"\\n\\""', '"""\\"\\"\\"\n\\""""'),
        ('"zero\u200bwidth\u00a0"', '"zero\\u200Bwidth\\u00A0"'),
        ('"\\u82CF"', '"苏"'),
        ('"\\U0001F600"', '"😀"'),
        ('"a"@en-GB', '"a"@en-GB'),
        ('"01"^^<http://www.w3.org/2001/XMLSchema#integer>', "01"),
        ('"1.0"^^<http://www.w3.org/2001/XMLSchema#decimal>', "1.0"),
        (
            '"1."^^<http://www.w3.org/2001/XMLSchema#decimal>',
            '"1."^^<http://www.w3.org/2001/XMLSchema#decimal>',
        ),
        ('"1E5"^^<http://www.w3.org/2001/XMLSchema#double>', "1E5"),
        ('"false"^^<http://www.w3.org/2001/XMLSchema#boolean>', "false"),
        (
            '"1"^^<http://www.w3.org/2001/XMLSchema#boolean>',
            '"1"^^<http://www.w3.org/2001/XMLSchema#boolean>',
        ),
        ('"2024-1-5"^^e:date', '"2024-1-5"^^e:date'),
        ('"a"^^<http://www.w3.org/2001/XMLSchema#string>', '"a"'),
    ],
)
def test_term_has_one_form(written, short):
    assert is_kept(f"{HEAD}e:s e:p {written} .") == f"{HEAD}e:s e:p {short} .\n"


def test_base_shortens_what_no_prefix_does():
    text = "@base <http://e/x/y> .\n<http://e/x/z> <http://e/p> <#f>, <>, <http://e/x/y/z>, <a:b> ."
    assert is_kept(text) == (
        "@base <http://e/x/y> .\n\n<z> <http://e/p> <a:b>, <>, <#f>, <y/z> .\n"
    )


def test_names_that_mean_two_things_are_written_in_full():
    text = (
        "@prefix p: <http://a/> . p:x a p:C . @prefix p: <http://b/> . p:x a p:C .\n"
        "@prefix skos: <http://c/> . skos:x a skos:C .\n"
        "@prefix q: <http://www.w3.org/2004/02/skos/core#> . skos:x a q:Concept ."
    )
    assert is_kept(text) == (
        "@prefix p: <http://a/> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
        "p:x a p:C .\n\n<http://b/x> a <http://b/C> .\n\n"
        "<http://c/x> a <http://c/C>, skos:Concept .\n"
    )


def test_comments_of_what_is_said_twice_are_kept_together():
    text = HEAD + "# 1\ne:s e:p 1 . # 2\n# 3\ne:s e:p 1 ; # 4\n e:p 2 . # 5\n"
    assert is_kept(text) == (
        HEAD + "# 1\n# 3\ne:s e:p\n        # 4\n        1, # 2\n        2 . # 5\n"
    )


def test_line_ends_of_windows_become_plain():
    assert is_kept("# a\r\n\r\n# b\r\n<x:s> a <x:c> . # c\r\n") == (
        "# a\n\n# b\n<x:s> a <x:c> . # c\n"
    )


def test_text_without_triples_keeps_its_comments():
    assert tidy("") == ""
    assert is_kept("\n# only\n\n# comments") == "# only\n\n# comments\n"
    assert is_kept(HEAD + "# nothing uses e\n") == "# nothing uses e\n"


def test_hostile_nesting_takes_no_time():
    deep = "[ e:p 1 ; e:q " * 60
    is_kept(f"{HEAD}e:a e:b {deep} 1 {']' * 60} .")


def test_faulty_text_is_refused_with_its_path():
    with pytest.raises(BadTurtle, match=r"^x\.ttl:1:1: "):
        tidy("a b c .", "x.ttl")
