"""The wheel alone, in an empty environment and from another folder, serves the same answers."""

import json
import os
import subprocess
import sys
import time
import venv
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from pyoxigraph import NamedNode

from free_ports import free_port
from oib import turtle
from oib.namespaces import ID, OIB
from projects import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build the wheel, install it into an empty environment; return its folder of programs."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    programs = folder / "env" / "bin"
    install = [str(programs / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(install, check=True, timeout=600, cwd=folder)
    return programs


@pytest.mark.slow
def test_the_wheel_alone_serves_the_same_answers(installed, tmp_path):
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    command = [str(installed / "oib"), "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=tmp_path, env=environment)
    try:
        root = f"http://127.0.0.1:{port}"
        _wait(f"{root}/ready", server)
        query = "SELECT (COUNT(*) AS ?n) { ?c a <https://w3id.org/oib/ontology#Claim> }"
        with urlopen(f"{root}/sparql?{urlencode({'query': query})}", timeout=30) as response:
            served = int(json.load(response)["results"]["bindings"][0]["n"]["value"])
        files = (ROOT / "instances" / "claim").rglob("*.ttl")
        triples = [triple for path in files for triple in turtle.parse_file(path, base=ID).triples]
        assert served == sum(triple.object == NamedNode(OIB + "Claim") for triple in triples)
        with urlopen(f"{root}/queries/base/count", timeout=30) as response:
            bindings = json.load(response)["results"]["bindings"]
            assert "30" in {binding["bases"]["value"] for binding in bindings}
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0


def _wait(url, server):
    end = time.monotonic() + 120
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(url, timeout=5).close()
            return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{url} never answered; exit status {server.poll()}")
