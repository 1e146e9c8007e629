"""The query editor with its script: in a browser, and as files that can be made again."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess

import pytest

import live_server
from browser import browse
from html_pages import Page
from projects import ROOT

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
WEB = ROOT / "server" / "oib" / "web"
EDITOR = WEB / "editor"
MANIFEST = json.loads((EDITOR / "editor.json").read_text("utf-8"))
MAX_SCRIPT = 160_000  # bytes, compressed


@pytest.fixture(scope="module")
def seen(snapshots, snapshot):
    """What a person sees who uses the editor in a browser."""
    with live_server.serve("--out", snapshots) as server:
        return browse("query_editor.mjs", server.root)


def test_a_query_is_highlighted(seen):
    assert seen["highlighted"] >= 4


def test_a_class_is_completed_and_its_prefix_declared(seen):
    assert seen["offered"][0].startswith("oib:OffshoreBase")
    prefix = "PREFIX oib: <https://w3id.org/oib/ontology#>\n"
    assert seen["completed"].startswith(prefix + "SELECT ?c { ?c a oib:OffshoreBase")


def test_terms_that_could_not_be_had_are_asked_for_again(seen):
    assert seen["again"]["offered"].startswith("oib:OffshoreBase")
    assert seen["again"]["faults"] == []


def test_a_thing_is_found_by_its_name(seen):
    assert any("organization/harvard-university" in thing for thing in seen["things"])
    assert not any("claim/" in thing for thing in seen["things"])


def test_an_answer_comes_in_place_with_rows_time_and_version(seen, services):
    assert "3 rows" in seen["answer"]
    assert re.fullmatch(r"Answered in [\d.]+ s from data version \S+\.", seen["status"])
    assert services.version in seen["status"]


def test_the_address_is_that_of_the_query_and_can_be_shared(seen):
    assert seen["address"] == "SELECT ?x { VALUES ?x { 1 2 3 } }"
    assert seen["shared"] == seen["href"]


def test_an_answer_can_be_taken_in_each_form(seen):
    assert [link.rpartition("=")[2] for link in seen["downloads"]] == ["csv", "tsv", "json", "xml"]


def test_a_mistake_is_underlined_at_its_place_and_the_text_kept(seen):
    assert seen["underlined"] == ["nope:thing"]
    assert seen["kept"]
    assert "Line 2, column 6: prefix nope: is not declared" in seen["problem"]


def test_a_long_query_can_be_cancelled(seen):
    assert seen["cancelled"] == "Cancelled."


def test_an_example_is_put_into_the_editor(seen):
    assert "oib:baseCount" in seen["example"]
    assert "#+" not in seen["example"]


def test_the_queries_of_the_past_are_on_the_device_only_and_can_be_forgotten(seen):
    assert seen["past"] == ["SELECT ?x { VALUES ?x { 1 2 3 } }"]
    assert seen["stored"] == ["oib.queries"]
    assert seen["cookies"] == 0
    assert seen["forgotten"] == []


def test_nothing_leaves_the_server_and_the_policy_holds(seen):
    assert seen["outside"] == []
    assert seen["faults"] == seen["phone"]["faults"] == []


def test_the_editor_is_accessible_on_a_desk_and_on_a_phone(seen):
    assert seen["axe"] == seen["phone"]["axe"] == []
    assert seen["phone"]["beyond"] == 0


def test_on_a_phone_an_answer_is_seen_at_once_and_no_variable_is_broken(seen):
    phone = seen["phone"]
    assert len(phone["variables"]) > 6
    assert set(phone["variables"]) == {1}
    assert 0 <= phone["top"] < 350
    assert phone["examples"] > phone["top"]
    # Smaller letters have a phone zoom in; what it has no keys for is not said.
    assert phone["size"] == "16px"
    assert not phone["keys"]


def test_a_script_that_does_not_come_leaves_a_form_that_works(seen):
    assert len(seen["broken"]) == 2
    for page in seen["broken"]:
        assert "true" in page["answer"]
        assert page["faults"] == []
        assert page["isSeen"]


def test_who_writes_before_the_editor_is_there_goes_on_at_the_same_place(seen):
    assert seen["early"] == "ASK { ?s ?p ?o }"


def test_without_script_the_form_works_as_a_form(seen):
    assert "true" in seen["plain"]["answer"]
    assert seen["plain"]["buttons"] == 0


def test_the_script_is_small():
    script = (WEB / "static" / "editor.js").read_bytes()
    assert len(gzip.compress(script, 9)) <= MAX_SCRIPT


def test_the_script_is_what_was_bundled_from_these_sources():
    for names, folder in ((MANIFEST["sources"], EDITOR), (MANIFEST["files"], WEB)):
        for name, digest in names.items():
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            assert found == digest, f"{name} has changed; run make editor"


def test_every_package_is_pinned_and_its_licence_comes_along():
    lock = json.loads((EDITOR / "package-lock.json").read_text("utf-8"))["packages"]
    notice = (WEB / "static" / "editor.txt").read_text("utf-8")
    assert len(MANIFEST["packages"]) > 8
    for name, package in MANIFEST["packages"].items():
        assert lock[f"node_modules/{name}"]["version"] == package["version"]
        assert package["license"] == "MIT"
        assert f"== {name} {package['version']} (MIT)\n\n" in notice
    assert notice.count("Permission is hereby granted") == len(MANIFEST["packages"])


def test_the_script_can_be_made_again():
    if not shutil.which("node") or not (EDITOR / "node_modules").is_dir():
        pytest.skip("install Node.js and npm, then run make clients")
    done = subprocess.run(
        ["node", "build.js", "--check"], cwd=EDITOR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_only_the_editor_has_a_script_and_may_run_it(home_client):
    response = home_client.get("/sparql", headers=BROWSER)
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert Page(response.text).tags.count("script") == 1
    for url in ("/", "/queries/claim/about", "/doc/person/sun-youshun", "/pictures/"):
        other = home_client.get(url, headers=BROWSER)
        assert not re.search(r"<script(?! type=\"application/ld\+json\")", other.text)
        assert "script-src" not in other.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("language", "label"), [("en", "offshore base"), ("zh-Hans", "离岸基地")])
def test_what_is_completed_has_names_in_both_languages(home_client, language, label):
    response = home_client.get(f"/sparql/terms.json?lang={language}")
    terms = {term["name"]: term for term in response.json["terms"]}
    assert terms["oib:OffshoreBase"]["kind"] == "class"
    assert terms["oib:claimSubject"]["kind"] == "property"
    assert terms["oibv:hedge-likely"]["kind"] == "constant"
    assert response.json["prefixes"]["skos"] == "http://www.w3.org/2004/02/skos/core#"
    assert "FILTER NOT EXISTS {  }" in response.json["keywords"]
    names = {term["label"] for term in terms.values()}
    assert label in names
    known = {"If-None-Match": response.headers["ETag"]}
    assert home_client.get(f"/sparql/terms.json?lang={language}", headers=known).status_code == 304


def test_the_place_of_an_error_is_on_the_page(home_client):
    query = {"query": "SELECT * {\n  ?s nope:p ?o }"}
    response = home_client.get("/sparql", query_string=query, headers=BROWSER)
    assert 'data-line="2" data-column="6"' in response.text


def test_a_query_too_long_for_an_address_has_no_links(home_client):
    text = "ASK {}" + " " * 6_000
    response = home_client.post("/sparql", data={"query": text}, headers=BROWSER)
    assert "true" in Page(response.text).text
    assert "as=csv" not in response.text
