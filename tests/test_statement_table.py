"""The table of the claims about a thing: what is shown at once, and what is folded."""

import pytest

from oib.engine.statements import Term
from oib.views import statement_table
from oib.views.claim import Assessment, Claim


def claim(number, prop, document="a", is_disputed=False):
    dispute = Assessment("assessment", Term("disputed", "uri"), (), True, (), ())
    return Claim(
        iri=f"{document}/{number:03}",
        subject=Term("thing", "uri"),
        predicate=Term(prop, "uri"),
        object=Term(f"value-{number}", "uri"),
        documents=(Term(document, "uri"),),
        assessments=(dispute,) if is_disputed else (),
        is_hedged=False,
        is_relayed=False,
        is_partial=False,
        rank=None,
        **dict.fromkeys(
            ("asserters", "locators", "hedges", "hedge_as_named", "extents", "times", "wording"), ()
        ),
        **dict.fromkeys(("sources", "backing", "notes"), ()),
    )


def claims(numbers, prop, document="a", **more):
    return [claim(number, prop, document, **more) for number in numbers]


def of(groups):
    return {(each.predicate.text, each.iri) for group in groups for each in group.claims}


def rows(groups):
    return sum(1 + len(group.claims) for group in groups)


def test_a_short_table_has_nothing_folded():
    table = statement_table.by_document([*claims(range(9), "p"), *claims(range(7), "q", "b")])
    assert (rows(table.groups), table.folded, table.folded_claims) == (18, (), 0)


@pytest.mark.parametrize("documents", [1, 3, 40])
@pytest.mark.parametrize("lengths", [[1], [1, 1, 2, 30], [100], [8, 8, 8], [1] * 40])
def test_the_rows_shown_at_once_are_few_however_many_claims_there_are(documents, lengths):
    given = [
        each
        for document in range(documents)
        for prop, length in enumerate(lengths)
        for each in claims(range(prop * 100, prop * 100 + length), f"p{prop}", f"d{document:02}")
    ]
    table = statement_table.by_document(given)
    assert 0 < rows(table.groups) <= 18
    shown, folded = of(table.groups), of(table.folded)
    assert shown | folded == {(each.predicate.text, each.iri) for each in given}
    assert not shown & folded
    assert table.folded_claims == len(folded)


def test_the_longest_lists_are_folded_and_none_is_cut():
    given = [*claims(range(8), "purpose"), *claims(range(10, 13), "founder"),
             *claims(range(9), "purpose", "b"), *claims(range(10, 12), "founder", "b")]  # fmt: skip
    table = statement_table.by_document(given)
    assert {prop for prop, _ in of(table.groups)} == {"founder", "purpose"}
    assert {iri for prop, iri in of(table.folded)} == {f"b/{number:03}" for number in range(9)}


def test_only_a_list_that_would_fill_the_table_is_cut():
    table = statement_table.by_document([*claims(range(60), "holder"), claim(90, "kind")])
    assert rows(table.groups) == 16
    assert ("kind", "a/090") in of(table.groups)
    assert ("holder", "a/000") in of(table.groups)


def test_what_is_disputed_is_shown_first():
    given = [*claims(range(12), "p"), *claims(range(20, 29), "q"),
             *claims(range(30, 40), "r", is_disputed=True)]  # fmt: skip
    assert "r" in {prop for prop, _ in of(statement_table.by_document(given).groups)}


def test_of_a_list_that_is_cut_the_disputed_claims_are_shown():
    given = [*claims(range(60), "holder"), claim(99, "holder", is_disputed=True)]
    assert ("holder", "a/099") in of(statement_table.by_document(given).groups)
