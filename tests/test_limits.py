"""Limits, as the environment and the command line set them."""

import pytest

from oib.cli import main
from oib.engine.limits import Limits
from oib.errors import BadInput


def test_limits_are_read_from_variables():
    variables = {"OIB_TIMEOUT": "2.5", "OIB_MEMORY": "64", "OIB_ANSWER": "3", "OIB_WAITING": "0"}
    variables["OIB_DEFERRED"] = "0"
    limits = Limits(seconds=2.5, memory_mib=64, answer_mib=3, waiting=0, deferred=0)
    assert Limits.read(variables) == limits
    assert Limits.read({}) == Limits()
    assert Limits.read({"OIB_TIMEOUT": "3", "OIB_MEMORY": ""}).seconds == 3


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "ten", "1e400"])
def test_a_limit_is_a_number_above_zero(text):
    with pytest.raises(BadInput, match=r"OIB_TIMEOUT is .*number above zero"):
        Limits.read({"OIB_TIMEOUT": text})


@pytest.mark.parametrize(("name", "text"), [("OIB_MEMORY", "1.5"), ("OIB_FAST", "0")])
def test_a_limit_that_counts_is_a_whole_number(name, text):
    with pytest.raises(BadInput, match=name):
        Limits.read({name: text})


def test_a_limit_that_cannot_be_is_reported_by_the_command(capsys):
    assert main(["serve", "--timeout", "-1"]) == 2
    assert "OIB_TIMEOUT is -1.0" in capsys.readouterr().err
