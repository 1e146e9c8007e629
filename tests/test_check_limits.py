"""What a file can make the check cost: a verdict or one message, in bounded time and memory."""

import json
import os
import subprocess
import sys
import time

import langcodes
import pytest

from bench import process_stats
from oib.errors import BadTurtle
from oib.namespaces import ID
from oib.validation import isolation
from oib.validation.isolation import CheckLimits
from oib.validation.lexical import USUAL_TAGS
from projects import PREFIXES, ROOT, copy_home

MOST_MIB = 512


def list_of_4000():
    return f"{PREFIXES}<person/x> skos:altLabel ({' 1' * 4000} ) .\n"


def literal_of_17_mib():
    return f'{PREFIXES}<person/x> a oib:Person ; oib:curatorNote "{"a" * (17 << 20)}"@en .\n'


def prefix_bomb():
    names = "".join(f"x:b{n} x:c{n} x:d{n} .\n" for n in range(3000))
    return f"@prefix x: <urn:{'x' * 30000}> .\n{names}"


def prefix_bomb_within_the_longest_iri():
    names = "".join(f"x:b{n} x:c{n} x:d{n} .\n" for n in range(3000))
    return f"@prefix x: <urn:{'x' * 1900}> .\n{names}"


def base_bomb():
    names = "".join(f"<b{n}> <c{n}> <d{n}> .\n" for n in range(3000))
    return f"BASE <urn:{'x' * 30000}/>\n{names}"


def base_bomb_of_nested_folders():
    folder = "x" * 60
    steps = (f"BASE <{folder}/>\nPREFIX p{n}: <n>\np{n}:a p{n}:b p{n}:c .\n" for n in range(1500))
    return "BASE <http://example.org/>\n" + "".join(steps)


def plain_turtle_of_50_mb():
    one = '<person/p-{0}> a oib:Person ;\n    skos:prefLabel "Person number {0}"@en .\n'
    return PREFIXES + "".join(one.format(n) for n in range(50_000_000 // 76))


HOSTILE = {
    list_of_4000: {"FIL-02"},
    literal_of_17_mib: {"TTL-01"},
    prefix_bomb: {"TTL-01"},
    prefix_bomb_within_the_longest_iri: {"FIL-03"},
    base_bomb: {"TTL-01"},
    base_bomb_of_nested_folders: {"TTL-01"},
    plain_turtle_of_50_mb: {"FIL-13"},
}


def check(*arguments):
    """Run the command; return its status, its report and the most memory that its tree took."""
    command = [sys.executable, "-m", "oib", "check", "--format", "json", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "server")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT) as process:
        most = 0.0
        os.set_blocking(process.stdout.fileno(), False)
        output = b""
        while process.poll() is None:
            most = max(most, process_stats.memory_mib(process.pid))
            output += process.stdout.read() or b""
            time.sleep(0.01)
        os.set_blocking(process.stdout.fileno(), True)
        output += process.stdout.read()
    return process.returncode, json.loads(output), most


@pytest.mark.skipif(sys.platform != "linux", reason="install and run it on Linux: it reads /proc")
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            content,
            marks=pytest.mark.slow if content is plain_turtle_of_50_mb else (),
            id=content.__name__,
        )
        for content in HOSTILE
    ],
)
def test_a_costly_file_gets_a_verdict_or_one_message_within_the_memory(content, tmp_path):
    path = tmp_path / "costly.ttl"
    path.write_text(content(), "utf-8")
    status, report, most = check(path)
    assert {finding["rule"] for finding in report["findings"]} == HOSTILE[content]
    assert status == (1 if report["readable"] else 2)
    assert most <= MOST_MIB


def test_a_check_that_takes_too_long_is_stopped_with_one_message(tmp_path):
    path = tmp_path / "file.ttl"
    path.write_text(f'{PREFIXES}<person/x> a oib:Person ; skos:prefLabel "X"@en .\n', "utf-8")
    for files in ([path], []):
        status, report, _ = check("--timeout", "0.001", *files)
        [finding] = report["findings"]
        assert (status, finding["rule"]) == (2, "FIL-13")
        assert "longer than 0.001 s" in finding["message"]["en"]


def test_a_check_that_takes_too_much_memory_is_stopped():
    with pytest.raises(isolation.TooCostly, match="more than 50 MiB"):
        isolation.run(lambda: lambda: len(bytes(200 << 20)), CheckLimits(memory_mib=50))


def test_a_check_opens_no_file_once_it_has_begun():
    with pytest.raises(OSError, match=r"Too many open files|not permitted"):
        isolation.run(lambda: lambda: (ROOT / "README.md").read_text("utf-8"), CheckLimits())
    assert isolation.run(lambda: lambda: (ROOT / "README.md").exists(), None)


def test_what_goes_wrong_while_the_data_are_loaded_is_raised_as_it_is():
    def fail():
        raise BadTurtle(ID, 3, 4, "a dot is missing")

    with pytest.raises(BadTurtle, match="3:4: a dot is missing") as caught:
        isolation.run(fail, CheckLimits())
    assert (caught.value.line, caught.value.column) == (3, 4)


def test_a_rule_that_is_left_to_pyshacl_is_evaluated_in_the_confined_process(tmp_path):
    home = copy_home(tmp_path / "home")
    with (home / "shapes" / "place.ttl").open("a", encoding="utf-8") as file:
        file.write(
            "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
            "oibs:PLC-99 a sh:PropertyShape ; sh:path skos:prefLabel ; sh:maxLength 1 ;\n"
            '  sh:severity sh:Violation ; sh:message "too long"@en, "太长"@zh-Hans .\n'
            "oibs:PlaceNameShape a sh:NodeShape ;\n"
            "  sh:targetClass oib:Place ; sh:property oibs:PLC-99 .\n"
        )
    path = home / "instances" / "place" / "suzhou.ttl"
    status, report, _ = check("--home", home, path)
    assert status == 1
    assert {finding["rule"].rpartition("#")[2] for finding in report["findings"]} == {"PLC-99"}


def test_any_language_tag_is_looked_up_in_the_confined_process(tmp_path):
    path = tmp_path / "file.ttl"
    notes = '"汉字"@zh-hAnt , "漢字"@zh-HANS-cn , "x"@engli-sh , "x"@PT-br , "x"@en-GB-oxendict'
    path.write_text(f"{PREFIXES}<person/x> a oib:Person ; oib:curatorNote {notes} .\n", "utf-8")
    _, report, _ = check(path)
    rules = sorted(each["rule"] for each in report["findings"] if each["rule"].startswith("LEX"))
    assert rules == ["LEX-03", "LEX-09", "LEX-09"]
    messages = str([each["message"]["en"] for each in report["findings"]])
    assert "“漢字”@zh-Hans-CN" in messages
    assert "“汉字”@zh-Hant" in messages


@pytest.mark.parametrize("tag", USUAL_TAGS)
def test_the_tags_that_are_not_looked_up_are_those_of_the_registry(tag):
    assert langcodes.tag_is_valid(tag)
    assert langcodes.standardize_tag(tag) == tag
