"""The hooks for pre-commit and the example of a workflow run in a fresh git repository."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from projects import PREFIXES, ROOT

HOOKS = {
    hook["id"]: hook
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
}
[WORKFLOW] = [
    yaml.safe_load(block)
    for block in re.findall(
        r"```yaml\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL
    )
    if "jobs:" in block
]
GOOD = (
    f"{PREFIXES.strip()}\n\n<organization/example-office>\n    a oib:Organization ;\n"
    '    skos:prefLabel "Example Office"@en .\n'
)
BAD = GOOD.replace('"Example Office"@en', '"Example Office"@en-')
UNTIDY = GOOD.replace("\n    a", " a")


@pytest.fixture
def environment(tmp_path):
    """An environment with the command ``oib`` of this checkout, and with nobody's own settings."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "oib").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m oib "$@"\n', "utf-8")
    (programs / "oib").chmod(0o755)
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "server"),
        "HOME": str(tmp_path),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }


@pytest.fixture
def run(tmp_path, environment):
    """Run a program in a fresh git repository; return its status and all that it printed."""
    folder = tmp_path / "repository"
    folder.mkdir()

    def _run(*command):
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )
        return done.returncode, done.stdout + done.stderr

    assert _run("git", "init", "--quiet")[0] == 0
    _run.folder = folder
    return _run


def install(run, identifier):
    """Install a hook as its definition says, but with the ``oib`` that is there already."""
    hook = {**HOOKS[identifier], "language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (run.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    assert run(sys.executable, "-m", "pre_commit", "install")[0] == 0


def commit(run, **files):
    for name, text in files.items():
        (run.folder / f"{name}.ttl").write_text(text, "utf-8")
    run("git", "add", ".")
    return run("git", "commit", "--quiet", "-m", "A change")


def test_the_hook_lets_a_clean_file_be_committed_and_holds_a_bad_one_back(run):
    install(run, "oib-check")
    assert commit(run, good=GOOD)[0] == 0
    status, printed = commit(run, bad=BAD)
    assert status == 1
    assert "bad.ttl:" in printed
    assert "good.ttl:" not in printed
    assert run("git", "log", "--oneline")[1].count("\n") == 1


def test_the_hook_sees_all_files_at_once(run):
    install(run, "oib-check")
    files = {f"office-{n}": GOOD.replace("@en .", f"@en-{n} .") for n in range(40)}
    assert "40 files checked" in commit(run, **files)[1]


def test_the_hook_that_tidies_lets_its_change_be_looked_at_first(run):
    install(run, "oib-tidy")
    status, printed = commit(run, untidy=UNTIDY)
    assert status == 1
    assert "files were modified by this hook" in printed
    assert commit(run)[0] == 0
    assert run("oib", "tidy", "--check", "untidy.ttl")[0] == 0


def test_files_of_other_kinds_are_left_alone(run):
    install(run, "oib-check")
    (run.folder / "notes.md").write_text("# Notes\n", "utf-8")
    status, printed = commit(run)
    assert status == 0
    assert "no files to check" in printed


def steps():
    """The steps of the example that run ``oib``, as GitHub runs them: ``bash -e FILE``."""
    [job] = WORKFLOW["jobs"].values()
    return [step["run"] for step in job["steps"] if "oib check" in step.get("run", "")]


def run_steps(run):
    results = []
    for number, step in enumerate(steps()):
        script = run.folder.parent / f"step-{number}.sh"
        script.write_text(step, "utf-8")
        results.append(run("bash", "-e", str(script)))
    return results


def test_the_workflow_passes_clean_files(run):
    (run.folder / "good.ttl").write_text(GOOD, "utf-8")
    assert [status for status, _ in run_steps(run)] == [0, 0]
    results = json.loads((run.folder / "oib.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert "error" not in {result["level"] for result in results}


def test_the_workflow_annotates_a_bad_file_and_fails(run):
    (run.folder / "bad.ttl").write_text(BAD, "utf-8")
    (annotated, printed), (uploaded, _) = run_steps(run)
    assert (annotated, uploaded) == (2, 0)
    assert re.search(r"^::error file=bad\.ttl,line=\d+", printed, re.MULTILINE)
    results = json.loads((run.folder / "oib.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "bad.ttl"


def test_a_file_that_is_not_there_has_a_line_of_json_and_the_status_of_failure(run):
    status, printed = run("oib", "check", "--format", "json", "none.ttl")
    assert status == 2
    line = json.loads(printed.splitlines()[0])
    assert line["clean"] is line["readable"] is False
    assert "none.ttl" in line["error"]
