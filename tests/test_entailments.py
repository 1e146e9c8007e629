"""Entailments: what the published closure says and what it must not say, by entailments.tsv."""

from pathlib import Path

import pytest

from oib.namespaces import ID, PREFIXES


def entailments():
    lines = Path(__file__).with_name("entailments.tsv").read_text("utf-8").splitlines()[1:]
    for line in lines:
        expected, *triple, why = line.split("\t")
        yield pytest.param(expected == "yes", " ".join(triple), id=f"{expected}: {triple}, {why}")


@pytest.mark.parametrize(("expected", "triple"), list(entailments()))
def test_the_published_closure_says(store, expected, triple):
    names = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    ask = f"BASE <{ID}>\n{names} ASK {{ {triple} }}"
    assert bool(store.query(ask, use_default_graph_as_union=True)) is expected


def test_the_things_of_the_entailments_are_in_the_data(store):
    known = {quad.subject.value for quad in store}
    for case in entailments():
        subject = case.values[1].split()[0]
        assert ID + subject.strip("<>") in known
