"""``oib mcp``: an assistant's session, by the client of the protocol's own SDK."""

import json
import os
import sys

import anyio
import pytest

from projects import ROOT

pytest.importorskip("mcp", reason="install the MCP SDK: pip install mcp")
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

TOOLS = {"search", "entity", "reconcile", "saved_queries", "run_saved_query", "sparql"}
PREFIX = "PREFIX oib: <https://w3id.org/oib/ontology#> "


def session_of(snapshots, talk, errors):
    """Run the server as a program of its own, and return what a session with it returns."""
    arguments = ["-m", "oib", "mcp", "--out", str(snapshots)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "server"), "OIB_TIMEOUT": "2"}
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=environment)

    async def run():
        async with (
            stdio_client(parameters, errlog=errors) as streams,
            ClientSession(*streams) as session,
        ):
            await session.initialize()
            return await talk(session)

    return anyio.run(run)


@pytest.fixture(scope="module")
def answers(snapshot, own_snapshots, tmp_path_factory):
    """What one session with the server gives for each of some calls."""
    calls = {
        "names": ("reconcile", {"names": ["中国科协", "Sun Youshun"]}),
        "search": ("search", {"text": "Sun Youshun"}),
        "entity": ("entity", {"identifier": "person/sun-youshun"}),
        "chinese": ("entity", {"identifier": "organization/cast", "language": "zh-Hans"}),
        "list": ("saved_queries", {"topic": "base"}),
        "saved": ("run_saved_query", {"name": "person/self-claimed-posts"}),
        "parameter": (
            "run_saved_query",
            {"name": "claim/by-hedge", "parameters": {"hedge": "oibv:hedge-suggests"}},
        ),
        "select": (
            "sparql",
            {
                "query": PREFIX
                + "SELECT ?claim WHERE { ?claim oib:claimPredicate oib:holdsPost } ORDER BY ?claim"
            },
        ),
        "bare": ("sparql", {"query": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"}),
        "ask": ("sparql", {"query": "ASK {}"}),
        "graph": ("sparql", {"query": "CONSTRUCT WHERE { ?s a ?o } LIMIT 1"}),
        "no thing": ("entity", {"identifier": "organization/nobody"}),
        "no iri": ("entity", {"identifier": "a b <c>"}),
        "no query": ("run_saved_query", {"name": "nothing/here"}),
        "no parameter": ("run_saved_query", {"name": "base/count", "parameters": {"x": "y"}}),
        "no type": ("reconcile", {"names": ["x"], "type": "Dragon"}),
        "update": ("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}),
        "service": ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}),
        "slip": ("sparql", {"query": "SELECT ?s WHERE { ?s ?p }"}),
        "many": ("reconcile", {"names": ["x"] * 201}),
        "empty": ("search", {"text": "!"}),
    }

    async def talk(session):
        listed = await session.list_tools()
        found = {"tools": listed.tools}
        for name, (tool, arguments) in calls.items():
            found[name] = await session.call_tool(tool, arguments)
        return found

    with (tmp_path_factory.mktemp("mcp") / "errors").open("w") as errors:
        return session_of(own_snapshots, talk, errors)


def content(result):
    [part] = result.content
    assert not result.is_error, part.text
    return json.loads(part.text)


def test_every_tool_says_what_it_does(answers):
    assert {tool.name for tool in answers["tools"]} == TOOLS
    for tool in answers["tools"]:
        assert len(tool.description) > 60
        assert tool.input_schema["type"] == "object"


def test_a_thing_comes_with_its_claims_and_who_says_so(answers):
    about = content(answers["entity"])
    assert {"text": "孙友顺", "language": "zh-hans"} in about["names"]
    claims = {each["claim"].rpartition("/")[2]: each for each in about["claims"]}
    professor = next(
        each for each in claims.values() if each["value"].get("name") == "professor at MIT"
    )
    assert professor["hedge"] == ["claimed of oneself"]
    assert professor["hedged"] is True
    assert professor["disputed"] is True
    assert professor["reported_in"][0]["name"].startswith("Innovation Without Borders: ")
    for each in about["claims"] + about["claims_that_mention_it"]:
        assert each["asserted_by"]
        assert each["hedge"]


def test_names_of_the_answer_are_in_the_language_asked_for(answers):
    claims = content(answers["chinese"])["claims_that_mention_it"]
    assert any("中国" in str(each["value"]) for each in claims)
    assert all(not each["hedge"][0].isascii() for each in claims)


def test_a_search_gives_claims_with_each_thing(answers):
    results = content(answers["search"])["results"]
    man = next(each for each in results if each["iri"].endswith("person/sun-youshun"))
    assert man["claims"]
    for each in man["claims"]:
        assert {"claim", "hedge", "asserted_by", "reported_in", "disputed"} <= each.keys()


def test_names_are_matched_only_if_certain(answers):
    certain, doubtful = content(answers["names"])["answers"]
    assert certain["candidates"][0]["match"] is True
    assert not any(each["match"] for each in doubtful["candidates"])
    assert "more would fit" in doubtful["candidates"][0]["why"]


def test_saved_queries_are_listed_and_run(answers):
    listed = content(answers["list"])["queries"]
    assert {"base/all", "base/count"} <= {each["name"] for each in listed}
    saved = content(answers["saved"])
    assert saved["rows"]
    assert saved["claims"] or saved["note"]
    assert content(answers["parameter"])["total_rows"] > 0


def test_rows_that_name_claims_come_with_them(answers):
    found = content(answers["select"])
    assert found["total_rows"] == len(found["rows"]) > 3
    assert {row["claim"] for row in found["rows"]} <= {each["claim"] for each in found["claims"]}
    assert any(each["disputed"] for each in found["claims"])


def test_rows_without_claims_say_so(answers):
    for name in ("bare", "ask", "graph"):
        assert (
            "who" in content(answers[name])["note"] or "speaker" in content(answers[name])["note"]
        )
    assert content(answers["ask"])["boolean"] is True
    assert "a " in content(answers["graph"])["turtle"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no thing", "search finds"),
        ("no iri", "IRI"),
        ("no query", "no saved query"),
        ("no parameter", "has no parameter x"),
        ("no type", "no type 'Dragon'"),
        ("update", "DELETE changes data"),
        ("service", "SERVICE"),
        ("slip", "line 1"),
        ("many", "200 names"),
        ("empty", "letter or digit"),
    ],
)
def test_an_error_says_what_to_do(answers, name, message):
    result = answers[name]
    assert result.is_error
    assert message in result.content[0].text


def test_a_query_without_end_is_stopped(snapshot, own_snapshots, tmp_path):
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"

    async def talk(session):
        stopped = await session.call_tool("sparql", {"query": query})
        return stopped, await session.call_tool("sparql", {"query": "ASK {}"})

    with (tmp_path / "errors").open("w") as errors:
        stopped, after = session_of(own_snapshots, talk, errors)
    assert stopped.is_error
    assert "stopped after 2 s" in stopped.content[0].text
    assert content(after)["boolean"] is True
