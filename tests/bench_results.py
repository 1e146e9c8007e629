"""Results of a bench run, as its report reads them."""


def cell(what, server, cpu, group="small", heavy=False, note=""):
    return {
        **{"group": group, "what": what, "connections": 1, "server": server, "cpu": cpu},
        **{"rate": 1.0, "p50": 1.0, "p99": 1.0, "done": 9, "refused": 1, "lost": 0},
        **{"heavy": heavy, "note": note},
        "trials": [[cpu, 1.0]],
    }


RESULTS = {
    "date": "2026-11-23",
    "machine": "2 cores",
    "command": "make bench",
    "sizes": {
        "10k": {
            "servers": {
                name: {"loading": 1, "starting": 2, "memory": 3, "memory after": 4}
                for name in ("oib", "a & b")
            },
            "missing": {"virtuoso": "not installed: apt-get install it"},
            "cells": [
                cell("repeated query", "oib", 20.0),
                cell("repeated query", "a & b", 100.0),
                cell("count", "oib", 1000.0, "first time", True),
                cell("count", "a & b", None, "first time", True, "over 60 s"),
            ],
        }
    },
    "checks": [
        {"way": "command", "cpu": 2.0, "output": "0"},
        {"way": "pyshacl", "cpu": 50.0, "output": ""},
    ],
    "cold": {
        **{"with a build": 5.0, "built already": 0.5},
        **{"memory, with a build": 90.0, "memory, built already": 80.0},
    },
}
