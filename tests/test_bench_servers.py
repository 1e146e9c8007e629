"""The servers that the bench measures: their processes, and trials with servers that fail."""

import os
import subprocess
import sys

import pytest

from bench import (
    process_stats,
    report,
    trials,
)
from bench.server_process import Server
from bench_results import RESULTS, cell
from free_ports import free_port
from scripted_server import encode_response, on_linux, requests, serving_script


@on_linux
def test_the_statistics_cover_this_process():

    assert os.getpid() in process_stats.process_ids(os.getpid())
    assert process_stats.cpu_seconds(os.getpid()) > 0
    assert process_stats.memory_mib(os.getpid()) > 1


@on_linux
@pytest.mark.parametrize(
    ("code", "is_idle"), [("time.sleep(60)", True), ("while True: pass", False)]
)
def test_a_server_is_measured_only_when_it_is_idle(code, is_idle):
    command = [sys.executable, "-c", f"import time\n{code}"]
    busy = subprocess.Popen(command, start_new_session=True)
    server = Server("busy", 0, "/", busy, 0.0, 0.0, lambda: server)
    try:
        assert server.wait_until_idle(timeout=2.5) is is_idle
    finally:
        server.stop()
    assert busy.poll() is not None


class FailingServer:
    """A server that answers a few requests and then none, until it is restarted."""

    name, graph, burst, start_error = "failing", "", 10**9, ""

    def __init__(self, port):
        self.port, self.process, self.restarts = port, subprocess.Popen(["sleep", "60"]), 0

    def is_responding(self):
        return False

    def restart(self):
        self.restarts += 1


@on_linux
def test_a_server_that_fails_is_restarted_and_reported_and_the_run_goes_on():
    good, bad = encode_response(b"12345"), encode_response(b"", "500 No")
    settings = trials.TrialSettings(seconds=60, trials=1, connections=(1,), timeout=5)
    with serving_script([good], [good], [bad], [bad]) as port:
        server, absent = FailingServer(port), FailingServer(free_port())
        trial = trials.run_trial(server, lambda _: requests(4), 1, settings)
        absent_trial = trials.run_trial(absent, lambda _: requests(4), 1, settings)
    for each in (server, absent):
        each.process.terminate()
        each.process.wait()
    assert (server.restarts, trial.restarted, trial.cpu) == (1, True, None)
    made = trials.summarize("small", "repeated query", 1, "failing", [trial, absent_trial])
    assert made.note == "failed after 2 and 0 requests"
    assert (made.refused, made.done) == (2, 2)
    shown = {**cell("repeated query", "oib", None), "note": made.note}
    size = {**RESULTS["sizes"]["10k"], "cells": [shown]}
    assert made.note in report.markdown({**RESULTS, "sizes": {"10k": size}})
