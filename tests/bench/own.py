"""Our own server: a snapshot written of generated data, and served."""

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from oib.dataset import snapshot
from process import ROOT, Server, start
from questions import QUESTIONS


def ours(
    home: Path, folder: Path, name: str = "oib", environment: Mapping[str, str] | None = None
) -> Server:
    """Serve a home whose snapshot was written already."""

    def command(port: int) -> Sequence[str]:
        return [
            *(sys.executable, "-m", "oib", "serve", "--home", str(home)),
            *("--out", str(folder), "--port", str(port)),
        ]

    return start(
        name, command, "/sparql", 0.0, {"PYTHONPATH": str(ROOT / "server"), **(environment or {})}
    )


def prepare(quads: Path, folder: Path) -> tuple[Path, Path, float]:
    """Write a home without sources and the snapshot that is its; return both and the seconds."""
    home, snapshots = folder / "home", folder / "snapshots"
    for name in ("ontology", "shapes", "instances"):
        (home / name).mkdir(parents=True, exist_ok=True)
    queries = home / "queries" / "bench"
    queries.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).parent / "saved.rq", queries / "entity.rq")
    for question in QUESTIONS:
        if question.heavy:
            (queries / f"{question.slug}.rq").write_text(question.saved, "utf-8")
    # What a source file would change, the data change here: another digest for other data.
    size = f"{quads.name} {quads.stat().st_size}\n"
    (home / "instances" / "generated.txt").write_text(size, "utf-8")
    manifest = snapshot.Manifest(
        "bench", snapshot.digest(home), "2026-11-23T00:00:00+00:00", {"triples": 0}, {}
    )
    began = time.perf_counter()
    snapshot.write(snapshots, manifest, parse(path=str(quads), format=RdfFormat.N_QUADS))
    return home, snapshots, time.perf_counter() - began
