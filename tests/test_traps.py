"""The 59 traps of the article: what each wrong reading would state is not there."""

import re

import pytest
import yaml

from oib.engine.embedded import Embedded
from oib.namespaces import ID, PREFIXES
from projects import ROOT

TRAPS = yaml.safe_load((ROOT / "tests" / "traps.yaml").read_text("utf-8"))
HEAD = f"BASE <{ID}>\n" + "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())
CLAIM = re.compile(r"\{c (\S+) (\S+) (\S+)\}")


@pytest.fixture(scope="module")
def holds(snapshot):
    engine = Embedded(snapshot.store())

    def ask(pattern):
        text = CLAIM.sub(
            r"?claim_ oib:claimSubject \1 ; oib:claimPredicate \2 ;"
            r" oib:claimObject|oib:claimValue \3",
            pattern,
        )
        answer = engine.query(f"{HEAD}ASK {{ {text} }}", "text/csv")
        assert answer.strip() in (b"true", b"false")
        return answer.strip() == b"true"

    return ask


def cases(side):
    return [
        pytest.param(pattern, id=f"{trap}-{number}")
        for trap, entry in TRAPS.items()
        for number, pattern in enumerate(entry[side], start=1)
    ]


def test_every_trap_is_there():
    assert list(TRAPS) == [f"T{number:02}" for number in range(1, 60)]
    assert all(entry["right"] or entry["wrong"] for entry in TRAPS.values())


@pytest.mark.parametrize("pattern", cases("wrong"))
def test_the_wrong_reading_is_not_there(holds, pattern):
    assert not holds(pattern)


@pytest.mark.parametrize("pattern", cases("right"))
def test_the_right_reading_is_there(holds, pattern):
    assert holds(pattern)
