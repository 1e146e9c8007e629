"""The soak test: when it switches the data, and what it calls a fault."""

from collections import Counter
from itertools import pairwise

from bench import (
    soak,
)
from bench.counters import Counters


def test_the_soak_switches_the_data_in_time_and_reports_faults():
    for minutes in (1, 5, 10):
        times = soak.switch_times(60 * minutes, 5)
        assert times
        assert all(b - a >= soak.OVERLAP_SECONDS for a, b in pairwise(times))
        assert times[0] >= 60 * minutes * soak.FIRST_MEASUREMENT + soak.QUIET_SECONDS
    counters = Counters(times=[0.1], refused=Counter({503: 1}), lost=2)
    assert soak.find_faults("x", counters, allowed=(503,)) == ["x: 2 requests lost"]
    assert soak.find_faults("x", counters, allowed=())[0] == "x: 1 responses of status 503"
    assert soak.find_faults("x", Counters(), allowed=()) == ["x: no request was answered"]


def test_what_was_refused_is_told_with_its_answer():
    counters = Counters(times=[0.1], refused=Counter({503: 1}))
    counters.note_example(7.4, b"GET /slow HTTP/1.1\r\n", b"HTTP/1.1 503 No\r\n\r\nbusy")
    assert soak.find_faults("x", counters, allowed=(503,)) == []
    told = soak.find_faults("x", counters, allowed=())[1]
    assert told == r"x: after 7 s 'GET /slow HTTP/1.1\r\n' got 'busy'"
