"""The report of the bench."""

from xml.etree import ElementTree

from bench import report, trials
from bench_results import RESULTS, cell
from scripted_server import on_linux, requests


def test_the_report_gives_ratios_to_ours_and_names_what_is_missing():
    text = report.markdown(RESULTS)
    assert "| repeated query | 1 | 0.020, 1 of 10 failed | 0.100 (5.00×), 1 of 10 failed |" in text
    assert "over 60 s" in text
    assert "not installed: apt-get install it" in text
    assert "25×" in text
    assert "| shipped data, built already | 0.50 | 80 |" in text
    size = {**RESULTS["sizes"]["10k"], "restarts": [0.2, 0.25]}
    bare = report.markdown({**RESULTS, "cold": {}, "sizes": {"10k": size}})
    assert "| prepared store of 10k triples | 0.20, 0.25 | |" in bare


@on_linux
def test_a_query_that_no_server_could_answer_is_in_the_table_with_the_reasons():
    settings = trials.TrialSettings(seconds=60, trials=3, connections=(1,), timeout=5)
    loaded = trials.run_interleaved("first time", "count", 1, {}, lambda _: requests(1), settings)
    unanswered = [
        cell("count", "oib", None, "first time", True, "status 503"),
        cell("count", "a & b", None, "first time", True, "over 10 s"),
    ]
    size = {**RESULTS["sizes"]["10k"], "cells": [*loaded, *unanswered]}
    results = {**RESULTS, "sizes": {"10k": size}}
    shown = "| count (heavy), first time | 1 | status 503 | over 10 s |"
    assert shown in report.markdown(results)
    ElementTree.fromstring(report.picture(results))


def test_the_picture_is_well_formed_and_has_a_bar_a_peer():
    root = ElementTree.fromstring(report.picture(RESULTS))
    assert root.tag.endswith("svg")
    assert any("a & b" in (text.text or "") for text in root.iter() if text.tag.endswith("text"))
