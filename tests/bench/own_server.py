"""Our own server: write a snapshot of generated data, and serve it."""

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from bench.query_shapes import SHAPES
from bench.server_process import ROOT, Server, start_server
from oib.dataset import snapshot


def start_own_server(
    home: Path,
    snapshots: Path,
    name: str = "oib",
    environment: Mapping[str, str] | None = None,
    source: Path = ROOT / "server",
) -> Server:
    """Serve a home whose snapshot exists already, with the code in a ``server/`` folder."""

    def command(port: int) -> Sequence[str]:
        return [
            *(sys.executable, "-m", "oib", "serve", "--home", str(home)),
            *("--out", str(snapshots), "--port", str(port)),
        ]

    return start_server(
        name, command, "/sparql", 0.0, {"PYTHONPATH": str(source), **(environment or {})}
    )


def prepare_snapshot(quads: Path, folder: Path) -> tuple[Path, Path, float]:
    """Write a home without sources and its snapshot; return both paths, and the seconds it took.

    The home has saved queries of the heavy shapes; the snapshot holds the N-Quads file ``quads``.
    """
    home, snapshots = folder / "home", folder / "snapshots"
    for name in ("ontology", "shapes", "instances"):
        (home / name).mkdir(parents=True, exist_ok=True)
    queries = home / "queries" / "bench"
    queries.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).parent / "saved.rq", queries / "entity.rq")
    for shape in SHAPES:
        if shape.heavy:
            (queries / f"{shape.slug}.rq").write_text(shape.as_saved_query, "utf-8")
    # The digest of a home covers its sources: other generated data get another digest by this file.
    size = f"{quads.name} {quads.stat().st_size}\n"
    (home / "instances" / "generated.txt").write_text(size, "utf-8")
    manifest = snapshot.Manifest(
        "bench", snapshot.digest(home), "2026-11-23T00:00:00+00:00", {"triples": 0}, {}
    )
    began = time.perf_counter()
    snapshot.write(snapshots, manifest, parse(path=str(quads), format=RdfFormat.N_QUADS))
    return home, snapshots, time.perf_counter() - began
