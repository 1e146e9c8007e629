"""``make bench``: oib beside its peers, in one run, on the same data and the same machine."""

import argparse
import json
import os
import shlex
import signal
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import (
    check_times,
    entity_documents,
    entity_pages,
    generator,
    measure,
    name_matching,
    page_loads,
    pictures,
    report,
    shipped_data,
    soak,
    targets,
)
from bench.peers import PEERS
from bench.server_process import BENCH
from bench.trials import TrialSettings

HERE = Path(__file__).parent


def main() -> int:
    arguments = _parser().parse_args()
    # SystemExit on SIGTERM, so that every server that was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if arguments.soak:
        return soak.run_soak(arguments.soak)
    if arguments.loads:
        loads = page_loads.measure_page_loads()
        print("\n".join(page_loads.table(loads)))
        return 1 if loads["missing"] else 0
    now = datetime.now(UTC)
    run = {
        "date": now.date().isoformat(),
        "machine": arguments.machine or f"{os.cpu_count()} cores",
        "command": f"make bench BENCH_ARGS={shlex.quote(shlex.join(sys.argv[1:]))}",
    }
    if arguments.check:
        print(report.checks_alone({**run, "checks": _time_checks(arguments.quick)}))
        return 0
    sizes = [name.strip() for name in arguments.size.split(",")]
    peers = [name.strip() for name in arguments.peers.split(",") if name.strip()]
    if unknown := [*(set(sizes) - set(generator.SIZES)), *(set(peers) - set(PEERS))]:
        _parser().error(f"unknown: {', '.join(sorted(unknown))}")
    settings = TrialSettings(
        seconds=arguments.seconds or (0.9 if arguments.quick else 3.0),
        trials=3,
        connections=(1, 8) if arguments.quick else (1, 8, 32),
        timeout=10 if arguments.quick else 60,
    )
    BENCH.mkdir(exist_ok=True)
    results = {
        **run,
        "sizes": {
            name: measure.measure_size(name, BENCH / name, peers, settings, _log) for name in sizes
        },
    }
    if not arguments.no_pages:
        _log("entity pages, beside the state before")
        results["pages"] = entity_pages.measure_pages(settings)
        _log("pictures, first time and from the cache")
        results["pictures"] = pictures.measure_pictures(settings)
        _log("entity documents, beside oxigraph")
        results["documents"] = entity_documents.measure_documents(settings)
        _log("pages in a browser, first visit after a start")
        results["loads"] = page_loads.measure_page_loads(
            1 if arguments.quick else page_loads.STARTS
        )
    if not arguments.no_names:
        _log("names and search")
        results["names"] = name_matching.measure_names(_log)
    if not arguments.no_check:
        results["checks"] = _time_checks(arguments.quick)
        _log("cold start of the shipped data")
        with tempfile.TemporaryDirectory() as folder:
            results["cold"] = shipped_data.cold_starts(Path(folder))
    results["targets"] = [asdict(row) for row in targets.judge(results)]
    path = BENCH / f"results-{now:%Y-%m-%dT%H%M}.json"
    path.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    print(report.markdown(results))
    if not arguments.no_picture:
        (HERE / "bench.svg").write_text(report.picture(results), "utf-8")
    _log(f"written: {path}")
    return 0


def _time_checks(quick: bool) -> list[dict[str, Any]]:
    return check_times.time_checks(60 if quick else 600, 1 if quick else 3, _log)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench BENCH_ARGS=…", description=__doc__)
    parser.add_argument("--size", default="10k,1M", help="of 10k, 1M, 10M (%(default)s)")
    parser.add_argument("--peers", default=",".join(PEERS), help="which of: %(default)s")
    parser.add_argument("--seconds", type=float, help="of load for each number (3; --quick: 0.9)")
    parser.add_argument("--quick", action="store_true", help="a rough picture in a few minutes")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="run only the soak test")
    parser.add_argument("--loads", action="store_true", help="only open the pages in a browser")
    parser.add_argument("--check", action="store_true", help="run only the check")
    parser.add_argument("--machine", help="the name of this machine in the report")
    parser.add_argument("--no-check", action="store_true", help="skip the check and cold start")
    parser.add_argument("--no-pages", action="store_true", help="skip the entity pages")
    parser.add_argument("--no-names", action="store_true", help="skip names and search")
    parser.add_argument("--no-picture", action="store_true", help="leave bench.svg as it is")
    return parser


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
