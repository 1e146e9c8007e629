"""A browser for tests of pages: Debian's Chromium, by the scripts in ``clients/``."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parent / "clients"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def browse(script, root, *paths):
    """Return what a script of ``clients/`` prints of the pages of a server; skip without one."""
    if not shutil.which("node") or not (CLIENTS / "node_modules" / "playwright-core").is_dir():
        pytest.skip("install Node.js and npm, then run make clients")
    if not Path(CHROMIUM).exists():
        pytest.skip("install chromium (apt-get install chromium), or set CHROMIUM to its path")
    done = subprocess.run(
        ["node", CLIENTS / script, root, *paths],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "CHROMIUM": CHROMIUM},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
