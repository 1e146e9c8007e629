"""The command, as a shell runs it: real processes, real exit statuses."""

import json
import os
import socket
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from free_ports import free_port
from oib import __version__
from oib.cli import FORMATS, main
from oib.http.server import check_port_free
from oib.validation.formats import FORMATS as WRITERS
from projects import CLAIM, ROOT, copy_home, submission, without


def oib(*arguments, cwd=ROOT, **environment):
    return subprocess.run(
        [sys.executable, "-m", "oib", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT / "server"), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def run(capsys, own_snapshots, snapshot):
    """Run a command in this process; return status, output and errors."""

    def _run(*arguments):
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return _run


def test_a_saved_query_is_asked_by_name(run, own_snapshots):
    status, out, _ = run("ask", "base/count", "--out", own_snapshots)
    assert status == 0
    *rows, total = out.splitlines()[2:]
    counts = {tuple(row.split()[:2]): row for row in rows}
    assert {("30", "2024-05"), ("20", "2020-07")} <= set(counts)
    assert "China Education News Network  2024?-05-13  p02" in counts["30", "2024-05"]
    assert total == f"{len(rows)} rows"


@pytest.mark.parametrize(
    ("form", "start"),
    [("csv", "bases,asOf"), ("tsv", "?bases\t"), ("json", '{"head"'), ("xml", "<?xml")],
)
def test_an_answer_comes_in_the_form_asked_for(run, own_snapshots, form, start):
    assert run("ask", "base/count", "--format", form, "--out", own_snapshots)[1].startswith(start)


def test_a_parameter_changes_the_answer(run, own_snapshots):
    out = run(
        "ask", "claim/by-hedge", "--param", "hedge=oibv:hedge-suggests", "--out", own_snapshots
    )[1]
    assert "suggest" in out


def test_a_query_in_a_file_is_asked(run, own_snapshots, tmp_path):
    file = tmp_path / "q.rq"
    file.write_text("CONSTRUCT WHERE { <https://w3id.org/oib/id/place/boston> ?p ?o }")
    status, out, _ = run("ask", "--file", file, "--out", own_snapshots)
    assert status == 0
    assert '"Boston"@en' in out


def test_an_ask_is_answered_by_a_word(run, own_snapshots, tmp_path):
    file = tmp_path / "q.rq"
    file.write_text("ASK { ?s ?p ?o }")
    assert run("ask", "--file", file, "--out", own_snapshots)[1] == "true\n"


def test_all_saved_queries_can_be_listed(run, own_snapshots):
    out = run("ask", "--list", "--out", own_snapshots)[1]
    assert "base/count" in out
    assert len(out.splitlines()) >= 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask",), "--list"),
        (("ask", "no/such"), "no saved query is called no/such"),
        (("ask", "base/count", "--param", "x"), "NAME=VALUE"),
        (("ask", "base/count", "--param", "x=1"), "no parameter x"),
        (("ask", "base/count", "--format", "ttl"), "leave --format out"),
        (("ask", "--file", "no/such.rq"), "cannot be read"),
        (("check", "no/such.ttl"), "there is no file no/such.ttl"),
        (("build", "--home", "/nonexistent"), "no folder ontology"),
        (("serve", "--home", "/nonexistent"), "no folder ontology"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_with_status_2(
    run, own_snapshots, arguments, message
):
    out = () if arguments[0] == "check" else ("--out", own_snapshots)
    status, _, err = run(*arguments, *out)
    assert status == 2
    assert message in err
    assert err.startswith("oib: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the following arguments are required: COMMAND; oib --help shows what it takes"),
        (("frob",), "invalid choice: 'frob'"),
        (("check", "--formt", "json"), "unrecognized arguments: --formt"),
        (("check", "--format", "yaml"), "invalid choice: 'yaml'"),
        (("check", "--adds", "--removes"), "not allowed with argument --adds; oib check --help"),
        (("check", "--timeout", "soon"), "invalid float value: 'soon'"),
        (("rule", "CLM-09", "CLM-10"), "unrecognized arguments: CLM-10"),
    ],
)
def test_a_wrong_usage_is_one_line_with_status_2(capsys, arguments, message):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    errors = capsys.readouterr().err
    assert ended.value.code == 2
    assert errors.startswith("oib: ")
    assert errors.count("\n") == 1
    assert message in errors


@pytest.mark.parametrize(
    ("command", "sentence"),
    [("check", "Check Turtle files"), ("mcp", "Serve the Model Context Protocol")],
)
def test_the_help_of_a_command_spells_names_as_they_are(capsys, command, sentence):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert sentence in capsys.readouterr().out


def test_a_query_with_a_syntax_error_is_reported_with_line_and_column(run, own_snapshots, tmp_path):
    file = tmp_path / "q.rq"
    file.write_text("SELECT *\nWHERE { ?s ?p }")
    status, _, err = run("ask", "--file", file, "--out", own_snapshots)
    assert status == 2
    assert "line 2, column" in err


def test_check_has_status_0_when_clean(tmp_path):
    assert oib("check", submission(tmp_path, CLAIM)).returncode == 0


def test_check_has_status_1_for_findings_that_block(tmp_path):
    done = oib("check", "--format", "json", submission(tmp_path, without(CLAIM, "isAssertedBy")))
    assert done.returncode == 1
    assert json.loads(done.stdout)["clean"] is False


def test_check_has_status_2_for_a_file_that_does_not_parse(tmp_path):
    path = tmp_path / "x.ttl"
    path.write_text("<a> <b>")
    done = oib("check", path)
    assert done.returncode == 2
    assert "error[TTL-01]" in done.stdout


def test_build_prints_version_and_counts(tmp_path):
    done = oib("build", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{__version__}+" in done.stdout
    assert "claim" in done.stdout


def test_a_build_that_is_refused_has_status_1(tmp_path):
    home = copy_home(tmp_path / "home")
    submission(home / "instances", without(CLAIM, "isAssertedBy"))
    done = oib("build", "--home", home, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "nothing was built" in done.stderr


def test_tidy_writes_the_one_form_and_check_states_what_is_not_in_it(run, tmp_path):
    path = tmp_path / "x.ttl"
    path.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "<urn:b> skos:note 'x' . # kept\n<urn:a> skos:note 'y' .\n",
        "utf-8",
    )
    assert run("tidy", "--check", path)[0] == 1
    assert run("tidy", path)[0] == 0
    status, out, _ = run("tidy", "--check", path)
    assert (status, out) == (0, "1 files, 0 not tidy\n")
    assert "# kept" in path.read_text("utf-8")


def test_tidy_leaves_a_file_that_does_not_parse_as_it_is(run, tmp_path):
    path = tmp_path / "x.ttl"
    path.write_text("<urn:b> skos:note 'x' .", "utf-8")
    status, _, err = run("tidy", path)
    assert status == 2
    assert "x.ttl:1:" in err
    assert path.read_text("utf-8") == "<urn:b> skos:note 'x' ."


def test_a_port_in_use_is_reported_with_status_2(tmp_path, own_snapshots, snapshot):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = oib("serve", "--port", port, "--out", own_snapshots)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr


def test_who_reads_that_it_serves_can_connect(own_snapshots, snapshot):
    port = str(free_port())
    command = ("serve", "--port", port, "--out", own_snapshots, "--no-prefetch")
    process = subprocess.Popen(
        [sys.executable, "-m", "oib", *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "server")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        line = next((line for line in process.stdout if line.startswith("serving ")), "none")
        assert f" at http://127.0.0.1:{port}/ " in line
        socket.create_connection(("127.0.0.1", int(port)), timeout=20).close()
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.mark.parametrize(
    ("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)]
)
def test_an_address_is_tried_in_its_own_family(monkeypatch, host, family):
    tried = []

    def create_server(address, family):
        tried.append((address, family))
        return nullcontext()

    monkeypatch.setattr(socket, "create_server", create_server)
    check_port_free(host, 8000)
    assert tried == [((host, 8000), family)]


def test_evidence_of_an_altered_copy_has_status_1(run, own_snapshots, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_text("Nothing of the article is in here.", "utf-8")
    slug = ("--slug", "innovation-without-borders")
    status, out, _ = run("evidence", "--document", copy, *slug, "--out", own_snapshots)
    assert status == 1
    assert "missing: evidence/" in out
    assert "claim/innovation-without-borders/p13-10" in out


def test_evidence_of_a_copy_of_nothing_asks_for_the_document(run, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_text("Nothing of any document is in here.", "utf-8")
    status, _, err = run("evidence", "--document", copy)
    assert (status, "give --slug" in err) == (2, True)


def test_a_reader_that_goes_away_is_no_error(own_snapshots, snapshot):
    ask = f"{sys.executable} -m oib ask --list --out {own_snapshots}"
    command = f"{ask} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "server")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in done.stderr


def test_every_form_of_a_report_can_be_asked_for():
    assert sorted(FORMATS) == sorted(WRITERS)


@pytest.mark.parametrize(
    ("arguments", "idle"),
    [
        (["--version"], {"oib.dataset", "oib.sparql", "oib.turtle", "oib.validation"}),
        (
            ["check", "tests/submissions/02-swapped-founder.ttl"],
            {"langcodes", "oib.dataset.build", "oib.sparql.lexer", "pyshacl", "rdflib"},
        ),
        (["check"], {"langcodes", "oib.dataset.build", "oib.sparql.lexer", "pyshacl", "rdflib"}),
    ],
    ids=["version", "a file", "the home"],
)
def test_a_command_imports_what_it_needs_and_no_more(arguments, idle):
    # The interpreter says what it imports, in the child process of a check, too.
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "oib", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "server")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "oib.cli" in imported
    assert idle & imported == set()


def test_what_only_a_build_takes_is_not_imported_to_serve():
    code = "import sys, oib.cli; print({'pyshacl', 'rdflib', 'reasonable'} & set(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "server")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout == "set()\n"


def run_oib(*arguments, **options):
    command = [sys.executable, "-m", "oib", *map(str, arguments)]
    return subprocess.run(command, stderr=subprocess.PIPE, timeout=120, check=False, **options)


def test_an_output_that_is_full_is_one_sentence():
    with Path("/dev/full").open("wb") as full:
        done = run_oib("rule", stdout=full)
    assert (done.returncode, done.stderr) == (2, b"oib: No space left on device\n")


def test_an_output_that_nobody_reads_is_no_error():
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = run_oib("rule", stdout=write_end)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")


def test_names_that_steer_a_terminal_are_shown_escaped(tmp_path):
    name = os.fsdecode(b"\x1b[31m\xff.rq")
    done = run_oib("ask", "--file", tmp_path / name, stdout=subprocess.PIPE)
    assert done.returncode == 2
    assert rb"\x1b[31m\udcff.rq cannot be read" in done.stderr
    assert b"\x1b" not in done.stderr


def test_a_report_shows_what_would_steer_a_terminal(tmp_path):
    file = tmp_path / os.fsdecode(b"\x1b[31m\xff.ttl")
    file.write_text("<urn:a> <urn:b> \x1b[2J .")
    for command in ("check", "tidy"):
        done = run_oib(command, file, stdout=subprocess.PIPE)
        shown = done.stdout + done.stderr
        assert rb"/\x1b[31m\udcff.ttl" in shown
        assert b"\x1b" not in shown


def test_a_table_shows_what_would_steer_a_terminal(tmp_path, own_snapshots, snapshot, capsys):
    file = tmp_path / "query.rq"
    file.write_text('\ufeffSELECT ("a\\u001B[2Jb" AS ?x) {}', "utf-8")
    assert main(["ask", "--file", str(file), "--out", str(own_snapshots)]) == 0
    assert r"a\x1b[2Jb" in capsys.readouterr().out
    main(["ask", "--file", str(file), "--out", str(own_snapshots), "--format", "csv"])
    assert "a\x1b[2Jb" in capsys.readouterr().out
