"""``oib reconcile``: a table of names, and the check of a service."""

import csv
import io
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import live_server
from oib.cli import main
from oib.reconciliation.explanation import explain
from oib.reconciliation.matching import match
from oib.reconciliation.model import Query
from projects import ROOT
from reconciliation_schemas import FOLDER, needs_schemas


@pytest.fixture
def run(own_snapshots, capsys):
    def call(*arguments):
        status = main(["reconcile", *map(str, arguments), "--out", str(own_snapshots)])
        output = capsys.readouterr()
        return status, output.out, output.err

    return call


@pytest.fixture
def written(tmp_path):
    def write(text, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def parse(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_table_gets_iri_score_and_reason(run, written, snapshot):
    path = written("id,name\n1,Suzhou Industrial Park\n2,CAST\n3,Stanford University\n4,\n")
    status, out, err = run(path)
    assert status == 0
    first, second, third, fourth = parse(out)
    assert first["oib_iri"] == "https://w3id.org/oib/id/organization/suzhou-industrial-park"
    assert float(first["oib_score"]) == 100
    assert "preferred name “Suzhou Industrial Park”" in first["oib_why"]
    assert (second["oib_iri"], second["id"]) == ("", "2")
    assert second["oib_candidate"].endswith("id/organization/cast")
    assert "short form" in second["oib_why"]
    assert third["oib_iri"] == ""
    assert [fourth[name] for name in ("oib_iri", "oib_candidate", "oib_score")] == ["", "", ""]
    assert "1 of 4 names match" in err


def test_other_columns_stay_as_they_are(run, written, snapshot):
    path = written('note;Institution\n"a ""quoted"" note; with more";澳門大學\n=1+1;MIT\n')
    _, out, _ = run(path, "--column", "Institution")
    rows = parse(out)
    assert rows[0]["note"] == 'a "quoted" note; with more'
    assert rows[1]["note"] == "=1+1"
    assert rows[0]["oib_iri"].endswith("organization/university-of-macau")


def test_a_column_with_values_tells_namesakes_apart(run, written, snapshot):
    path = written("person\tpost\nSun Youshun\tpostdoctoral researcher at MIT\n", "table.tsv")
    _, out, _ = run(path, "--property", "holdsPost=post", "--lang", "zh")
    [row] = parse(out)
    assert row["oib_iri"].endswith("person/sun-youshun-mit-postdoc")
    assert "首选名称" in row["oib_why"]


def test_a_type_constrains(run, written, snapshot):
    path = written("name\nSuzhou\n")
    _, out, _ = run(path, "--type", "City")
    assert parse(out)[0]["oib_iri"].endswith("place/suzhou")
    _, out, _ = run(path)
    assert parse(out)[0]["oib_iri"] == ""


def test_the_table_can_go_into_a_file(run, written, snapshot, tmp_path):
    target = tmp_path / "out.csv"
    status, out, _ = run(written("name\nMIT\n"), "--output-file", target)
    assert (status, out) == (0, "")
    assert parse(target.read_text("utf-8"))[0]["oib_iri"].endswith("organization/mit")


@pytest.mark.parametrize(
    ("text", "encoding", "arguments", "message"),
    [
        ("", "utf-8", (), "is empty"),
        ("name\nMIT,x\n", "utf-8", (), "row 2 has 2 values"),
        ('name\n"MIT\n', "utf-8", (), "line"),
        ("name\nMIT\0\n", "utf-8", (), "NUL"),
        ("name\n麻省理工\n", "gb18030", (), "line 2 is no UTF-8"),
        ("name\n" + "x" * 1001 + "\n", "utf-8", (), "1000 characters"),
        ("name\nMIT\n", "utf-8", ("--column", "title"), "has no column 'title'"),
        ("oib_iri\nMIT\n", "utf-8", (), "column oib_iri already"),
        ("name\nMIT\n", "utf-8", ("--type", "Dragon"), "no type 'Dragon'"),
        ("name\nMIT\n", "utf-8", ("--property", "holdsPost"), "PROPERTY=COLUMN"),
        ("name\nMIT\n", "utf-8", ("--property", "wish=name"), "no property 'wish'"),
    ],
)
def test_a_bad_table_is_an_error_and_nothing_is_written(
    run, written, snapshot, tmp_path, text, encoding, arguments, message
):
    target = tmp_path / "out.csv"
    path = written(text, encoding=encoding)
    status, out, err = run(path, *arguments, "--output-file", target)
    assert status == 2
    assert message in err
    assert out == ""
    assert not target.exists()


def test_a_table_that_is_not_there_is_an_error(run, snapshot, tmp_path):
    status, _, err = run(tmp_path / "none.csv")
    assert status == 2
    assert "none.csv cannot be read" in err


def test_without_a_table_the_command_says_what_to_give(run):
    status, _, err = run()
    assert status == 2
    assert "--check URL" in err


def test_each_reason_is_a_sentence_in_both_languages(services):
    texts = ("MIT", "CAST", "zhou qingli", "Suzhou Industiral Park", "Harvard", "苏州园区", "home")
    for text in texts:
        for candidate in match(services.names, Query(text)):
            assert explain(candidate, "en").isascii() or "“" in explain(candidate, "en")
            assert explain(candidate, "zh-Hans") != explain(candidate, "en")


# The check of a service.


@pytest.fixture(scope="module")
def home_root(home, snapshot, snapshots):
    os.environ |= {"OIB_TEST_HOME": str(home), "OIB_TEST_SNAPSHOTS": str(snapshots)}
    with live_server.serving(live_server.home_app) as root:
        yield root


@needs_schemas
@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/1.0-draft"])
def test_our_own_service_passes_the_check(run, home_root, path):
    status, out, _ = run("--check", home_root + path, "--schemas", FOLDER)
    assert (status, [line for line in out.splitlines() if not line.startswith("ok")]) == (0, [])
    assert len(out.splitlines()) == 9


ANSWERS = {
    "/": {
        "versions": ["0.2"],
        "name": "wrong",
        "identifierSpace": "http://example.org/",
        "schemaSpace": "http://example.org/",
        "suggest": {"entity": {"service_url": "ROOT", "service_path": "/suggest"}},
        "preview": {"url": "ROOT/preview?id={{id}}", "width": 1, "height": 1},
    },
    "/batch": {"q0": {"result": [{"id": "1", "name": "x"}]}, "q1": {"result": []}},
}


class Wrong(BaseHTTPRequestHandler):
    """A service with faults: a score is missing, a suggestion is no JSON, the preview is text."""

    def do_GET(self):
        name = self.path.partition("?")[0]
        if name in ANSWERS:
            root = f"http://127.0.0.1:{self.server.server_port}"
            self.reply(json.dumps(ANSWERS[name]).replace("ROOT", root), "application/json")
        else:
            self.reply("hello", "text/plain")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(json.dumps(ANSWERS["/batch"]), "application/json")

    def reply(self, text, media_type):
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def wrong_root():
    with ThreadingHTTPServer(("127.0.0.1", 0), Wrong) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@needs_schemas
def test_the_faults_of_a_service_are_named(run, wrong_root):
    status, out, _ = run("--check", wrong_root, "--schemas", FOLDER)
    assert status == 1
    for fault in (
        "ok     0.2 manifest",
        "wrong  0.2 cross-origin access (CORS)",
        "'score' is a required property",
        "wrong  0.2 suggest entity\n       the answer is no JSON",
        "the preview is 'text/plain', no HTML",
    ):
        assert fault in out


@needs_schemas
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///etc/hosts", "begins with http"),
        ("http://127.0.0.1:9/", "has no manifest"),
        ("ROOT/suggest", "has no manifest"),
        ("ROOT/batch", "names no version"),
    ],
)
def test_what_is_no_service_is_an_error(run, wrong_root, url, message):
    status, _, err = run("--check", url.replace("ROOT/", wrong_root), "--schemas", FOLDER)
    assert status == 2
    assert message in err


def test_the_check_says_where_the_schemas_are_from(run, tmp_path, monkeypatch):
    monkeypatch.delenv("RECONCILIATION_SCHEMAS", raising=False)
    status, _, err = run("--check", "http://127.0.0.1:9/")
    assert status == 2
    assert "github.com/reconciliation-api/specs" in err


def test_the_command_runs_from_a_shell(written, own_snapshots, snapshot):
    path = written("name\nMIT\n")
    command = [sys.executable, "-m", "oib", "reconcile", path, "--out", own_snapshots]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "server")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert parse(done.stdout)[0]["oib_iri"].endswith("organization/mit")
