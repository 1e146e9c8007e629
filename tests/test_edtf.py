"""EDTF: what each text allows at the earliest and at the latest, and what is refused."""

from datetime import date

import pytest

from oib.edtf import EXAMPLES, Bounds, parse_edtf
from oib.errors import BadInput

YEAR, DAY = {"year"}, {"year", "month", "day"}


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2017", "2017-01-01", "2017-12-31"),
        ("2017-07", "2017-07-01", "2017-07-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2017-07-20", "2017-07-20", "2017-07-20"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("0001", "0001-01-01", "0001-12-31"),
        ("9999-12", "9999-12-01", "9999-12-31"),
        ("1985-04-12T23:20:30", "1985-04-12", "1985-04-12"),
        ("1985-04-12T23:20:30Z", "1985-04-12", "1985-04-12"),
        ("1985-04-12T23:20:30-04", "1985-04-12", "1985-04-12"),
        ("1985-04-12T23:20:30+04:30", "1985-04-12", "1985-04-12"),
        ("201X", "2010-01-01", "2019-12-31"),
        ("20XX", "2000-01-01", "2099-12-31"),
        ("00XX", "0001-01-01", "0099-12-31"),
        ("2004-XX", "2004-01-01", "2004-12-31"),
        ("1985-04-XX", "1985-04-01", "1985-04-30"),
        ("1985-XX-XX", "1985-01-01", "1985-12-31"),
        ("2001-21", "2001-01-01", "2001-12-31"),
        ("2001-24", "2001-01-01", "2001-12-31"),
        ("2017/2018", "2017-01-01", "2018-12-31"),
        ("2017-07/2018-02-03", "2017-07-01", "2018-02-03"),
        ("2017/2017-07", "2017-01-01", "2017-07-31"),
        ("201X/2020", "2010-01-01", "2020-12-31"),
        ("../2021", None, "2021-12-31"),
        ("2021/..", "2021-01-01", None),
        ("/2021", None, "2021-12-31"),
        ("2021/", "2021-01-01", None),
    ],
)
def test_text_has_bounds_and_open_ones_stay_open(text, earliest, latest):
    expected = [day and date.fromisoformat(day) for day in (earliest, latest)]
    assert parse_edtf(text).bounds == Bounds(*expected)


@pytest.mark.parametrize(
    ("text", "uncertain", "approximate"),
    [
        ("2017", set(), set()),
        ("1984?", YEAR, set()),
        ("2004-06~", set(), {"year", "month"}),
        ("2004-06-11%", DAY, DAY),
        ("2024?-05-13", YEAR, set()),
        ("2024?-05-13~", YEAR, DAY),
        ("201X?", YEAR, set()),
        ("1984?/2004-06~", YEAR, {"year", "month"}),
        ("../2004~", set(), YEAR),
    ],
)
def test_mark_covers_its_component_and_all_to_the_left(text, uncertain, approximate):
    read = parse_edtf(text)
    assert (read.uncertain, read.approximate) == (uncertain, approximate)
    assert read.text == text
    assert read.bounds == parse_edtf("".join(c for c in text if c not in "?~%")).bounds


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2024-02-30", "2024-02 has no day 30"),
        ("2023-02-29", "2023-02 has no day 29"),
        ("2017-00", "no month 00"),
        ("2017-13", "no month 13"),
        ("2017-25", "no month 25"),
        ("2017-01-00", "2017-01 has no day 00"),
        ("2017-21-03", "a season has no days"),
        ("2017-21-XX", "a season has no days"),
        ("0000", "0001 to 9999"),
        ("201X-05", "from the right only"),
        ("1985-XX-12", "from the right only"),
        ("2018/2017", "ends before it begins"),
        ("/", "one side at least"),
        ("../..", "one side at least"),
        ("1985-04-12T25:20:30", "hour"),
    ]
    + [
        (text, "not one of EDTF")
        for text in (
            "",
            " 2017",
            "2017\n",
            "17",
            "2017-7",
            "20170720",
            "2017-07-20 10:00",
            "XXXX",
            "2XXX",
            "Y17000",
            "-0044",
            "?2017",
            "2017??",
            "2017/2018/2019",
            "open/2017",
            "2017-07-20T10:00:00/2018",
            "July 2017",
            "٢٠١٧",
        )
    ],
)
def test_what_no_calendar_has_is_refused_with_examples(text, reason):
    with pytest.raises(BadInput, match=reason) as caught:
        parse_edtf(text)
    assert EXAMPLES in str(caught.value)


def test_every_example_of_the_message_is_read():
    assert all(parse_edtf(example) for example in EXAMPLES.split(", "))
