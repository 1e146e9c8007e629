"""The Reconciliation API, versions 0.2 and 1.0-draft, at ``/reconcile``."""

import json

import pytest

from oib.errors import OibError
from oib.namespaces import ID, OIB
from oib.reconciliation.collection import SchemaTerm
from oib.reconciliation.request_parser import BATCH_SIZE, RequestParser
from oib.reconciliation.responses import PREVIEW_SIZE
from reconciliation_schemas import VERSIONS, examples, load, needs_schemas, schemas

ROOT_02, ROOT_10 = "/reconcile", "/reconcile/1.0-draft"
ROOTS = {"0.2": ROOT_02, "1.0-draft": ROOT_10}
# Parts of other answers, which have no schema of their own: where they stand in one.
PARTS = {
    "preview-metadata": ("manifest", lambda part: {"preview": part}),
    "data-extension-metadata": ("manifest", lambda part: {"extend": part}),
    "suggest-metadata": ("manifest", lambda part: {"suggest": {"entity": part}}),
    "reconciliation-candidate": ("reconciliation-result-batch", None),
}
# No schema describes these; that of a manifest knows OpenAPI 2 alone, the examples are of 3.
MEMBERS = {"flyout-response": {"id", "html"}, "security-scheme": {"type"}}


@pytest.fixture(scope="module")
def client(home_client):
    return home_client


def match_02(client, **queries):
    response = client.post(ROOT_02, data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    return response.json


def match_10(client, *queries):
    response = client.post(f"{ROOT_10}/match", json={"queries": queries})
    assert response.status_code == 200, response.text
    return response.json


def named(text, *more, **members):
    conditions = [{"matchType": "name", "propertyValue": text}, *more]
    return {"conditions": conditions, **members}


def on(name, value, **members):
    return {"matchType": "property", "propertyId": name, "propertyValue": value, **members}


def test_both_versions_find_a_thing(client):
    found = match_02(client, q0={"query": "Suzhou Industrial Park"})["q0"]["result"][0]
    assert (found["id"], found["match"]) == ("organization/suzhou-industrial-park", True)
    [result] = match_10(client, named("蘇州工業園區"))["results"]
    assert result["candidates"][0]["id"] == "organization/suzhou-industrial-park"
    assert 0 <= result["candidates"][0]["score"] <= 100


def test_a_batch_in_the_url_is_answered_as_one_in_a_form(client):
    queries = json.dumps({"a": {"query": "CAST", "limit": 1}})
    by_url = client.get(ROOT_02, query_string={"queries": queries}).json
    assert by_url == client.post(ROOT_02, data={"queries": queries}).json
    assert len(by_url["a"]["result"]) == 1


def test_the_answer_is_open_to_pages_of_other_origins(client):
    for root in ROOTS.values():
        assert client.get(root).headers["Access-Control-Allow-Origin"] == "*"
    answer = client.options(f"{ROOT_10}/match")
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_an_identifier_is_found_as_such(client):
    for text in ("organization/cast", ID + "organization/cast"):
        found = match_02(client, q={"query": text})["q"]["result"]
        assert [(each["id"], each["match"]) for each in found] == [("organization/cast", True)]
    by_id = {"conditions": [{"matchType": "id", "propertyValue": "organization/cast"}]}
    assert match_10(client, by_id)["results"][0]["candidates"][0]["match"] is True
    unknown = {"conditions": [{"matchType": "id", "propertyValue": "organization/nobody"}]}
    assert match_10(client, unknown)["results"] == [{"candidates": []}]


def test_a_property_tells_namesakes_apart(client):
    alone = match_02(client, q={"query": "Sun Youshun"})["q"]["result"]
    assert not any(each["match"] for each in alone)
    post = {"pid": "holdsPost", "v": {"id": "post/mit-postdoctoral-researcher"}}
    found = match_02(client, q={"query": "Sun Youshun", "properties": [post]})["q"]["result"]
    assert [each["id"] for each in found if each["match"]] == ["person/sun-youshun-mit-postdoc"]
    features = {each["id"]: each["value"] for each in found[0]["features"]}
    assert features["property_holdsPost"] == 100.0


def test_a_value_that_contradicts_is_no_match(client):
    place = on("isLocatedIn", "Tianjin")
    [result] = match_10(client, named("Jiangbei New District", place))["results"]
    assert not any(each["match"] for each in result["candidates"])
    assert result["candidates"][0]["score"] < 60
    [right] = match_10(client, named("Jiangbei New District", on("isLocatedIn", "南京")))["results"]
    assert right["candidates"][0]["match"] is True


@pytest.mark.parametrize(
    ("condition", "is_left"),
    [
        (on("isLocatedIn", "Suzhou", required=True), True),
        (on("isLocatedIn", "Beijing", required=True), False),
        (on("isLocatedIn", "Beijing", required=True, matchQuantifier="none"), True),
        (on("isLocatedIn", ["Beijing", "Suzhou"], required=True), True),
        (on("isLocatedIn", ["Beijing", "Suzhou"], required=True, matchQuantifier="all"), False),
    ],
)
def test_a_required_condition_filters(client, condition, is_left):
    [result] = match_10(client, named("offshore innovation base in Suzhou", condition))["results"]
    found = [each["id"] for each in result["candidates"]]
    assert ("organization/suzhou-base" in found) == is_left


def test_conditions_alone_find_things(client):
    [result] = match_10(client, {"conditions": [on("isLocatedIn", "Suzhou")]})["results"]
    assert "organization/suzhou-base" in [each["id"] for each in result["candidates"]]
    assert not any(each["match"] for each in result["candidates"])


def test_two_names_of_one_thing_confirm_each_other(client):
    [both] = match_10(client, named(["Venti Technologies", "苏州风图智能科技有限公司"]))["results"]
    assert both["candidates"][0]["match"] is True
    [torn] = match_10(client, named(["Venti Technologies", "中国科协"]))["results"]
    assert not any(each["match"] for each in torn["candidates"])


def test_labels_come_in_the_language_of_the_query(client):
    [english, chinese] = match_10(client, named("MIT"), named("MIT", lang="zh-Hans"))["results"]
    assert english["candidates"][0]["name"] == "MIT"
    assert chinese["candidates"][0]["name"] == "麻省理工学院"
    assert chinese["candidates"][0]["lang"] == "zh-Hans"


def test_suggestions_begin_with_the_prefix(client):
    for root in ROOTS.values():
        entities = client.get(f"{root}/suggest/entity", query_string={"prefix": "苏州"}).json
        assert "place/suzhou" in [each["id"] for each in entities["result"]]
        types = client.get(f"{root}/suggest/type?prefix=offshore").json["result"]
        assert [each["id"] for each in types] == ["OffshoreBase"]
        properties = client.get(f"{root}/suggest/property?prefix=isLoc").json["result"]
        assert "isLocatedIn" in [each["id"] for each in properties]


def test_a_cursor_leaves_out_suggestions(client):
    first = client.get(f"{ROOT_10}/suggest/type?prefix=").json["result"]
    later = client.get(f"{ROOT_10}/suggest/type?prefix=&cursor=3").json["result"]
    assert first[3]["id"] == later[0]["id"]


def test_extension_returns_values_with_names(client):
    properties = [{"id": "isLocatedIn"}, {"id": "launchedOn", "settings": {"limit": "1"}}]
    wanted = {"ids": ["organization/suzhou-base", "nothing/here"], "properties": properties}
    rows = client.post(ROOT_02, data={"extend": json.dumps(wanted)}).json["rows"]
    assert rows["organization/suzhou-base"]["isLocatedIn"] == [
        {"id": "place/suzhou", "name": "Suzhou"}
    ]
    assert rows["nothing/here"] == {"isLocatedIn": [], "launchedOn": []}
    newer = client.post(f"{ROOT_10}/extend", json=wanted).json["rows"]
    assert [row["id"] for row in newer] == wanted["ids"]
    assert len(newer[0]["properties"][1]["values"]) == 1


def test_extension_by_claims_says_how_surely_each_is_made(client):
    properties = [{"id": "worksWith", "settings": {"statements": "claims"}}]
    wanted = {"ids": ["organization/wuhan-base"], "properties": properties}
    [value] = client.post(ROOT_02, data={"extend": json.dumps(wanted)}).json["rows"][
        "organization/wuhan-base"
    ]["worksWith"]
    assert value["id"] == "person/sun-youshun"
    assert value["description"].startswith("hedge-none · claim/innovation-without-borders/")


def test_properties_are_proposed_for_a_type(client):
    answer = client.get(f"{ROOT_10}/extend/propose?type=OffshoreBase&limit=30").json
    assert "isLocatedIn" in [each["id"] for each in answer["properties"]]


def test_a_preview_may_stand_in_a_page_of_any_origin(client):
    for root in ROOTS.values():
        response = client.get(f"{root}/preview?id=organization/cast")
        assert "中国科学技术协会" in response.text
        assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    flyout = client.get("/reconcile/flyout?id=organization/cast").json
    assert flyout["id"] == "organization/cast"
    assert "中国科学技术协会" in flyout["html"]


def test_the_view_of_the_manifest_leads_to_the_thing(client):
    for root in ROOTS.values():
        view = client.get(root).json["view"]["url"]
        url = view.replace("{{id}}", "organization/cast").replace("{id}", "organization/cast")
        path = url.removeprefix("http://localhost")
        assert client.get(path).status_code == 303


def test_a_browser_gets_a_page_on_the_service(client):
    response = client.get("/reconcile?lang=zh", headers={"Accept": "text/html"})
    assert response.mimetype == "text/html"
    assert "OpenRefine" in response.text
    assert "/reconcile/1.0-draft" in response.text


def _deep(levels):
    return "[" * levels + "]" * levels


BAD_02 = {
    "hundreds of queries": json.dumps({str(n): {"query": "x"} for n in range(BATCH_SIZE + 1)}),
    "deep nesting": '{"q":' + _deep(100_000) + "}",
    "a name of a megabyte": json.dumps({"q": {"query": "x" * 2**20}}),
    "a control character": json.dumps({"q": {"query": "Suzhou\u0000Park"}}),
    "half a surrogate pair": '{"q": {"query": "\\ud800"}}',
    "an unknown type": json.dumps({"q": {"query": "x", "type": "Dragon"}}),
    "an unknown property": json.dumps({"q": {"query": "x", "properties": [{"pid": "p", "v": 1}]}}),
    "no JSON": "{",
    "a constant that is none": '{"q": {"query": NaN}}',
    "an array": "[]",
    "a number for a query": '{"q": 1}',
    "an unknown member": '{"q": {"query": "x", "wish": 1}}',
    "nothing to look for": '{"q": {"query": " "}}',
    "a limit of zero": '{"q": {"query": "x", "limit": 0}}',
    "a limit in words": '{"q": {"query": "x", "limit": "ten"}}',
    "a type that is a number": '{"q": {"query": "x", "type": 3}}',
    "a value that is null": '{"q": {"properties": [{"pid": "isLocatedIn", "v": null}]}}',
    "an unknown strictness": '{"q": {"query": "x", "type_strict": "very"}}',
}


@pytest.mark.parametrize("queries", BAD_02.values(), ids=list(BAD_02))
def test_a_bad_batch_of_the_older_version_is_a_problem(client, queries):
    response = client.post(ROOT_02, data={"queries": queries})
    assert response.status_code in (400, 413)
    assert response.mimetype == "application/problem+json"
    assert len(response.json["detail"]) > 20


BAD_10 = {
    "an empty object": {},
    "another member": {"queries": [], "more": 1},
    "a query without conditions": {"queries": [{}]},
    "a property without its name": {"queries": [{"conditions": [{**on("x", 1), "propertyId": 2}]}]},
    "a qualifier": {"queries": [named("x", on("isLocatedIn", "y", matchQualifier="Fuzzy"))]},
    "a quantifier": {"queries": [named("x", on("isLocatedIn", "y", matchQuantifier="most"))]},
    "required in words": {"queries": [named("x", on("isLocatedIn", "y", required="yes"))]},
    "a language that is a number": {"queries": [named("x", lang=5)]},
    "no value": {"queries": [named([])]},
    "too many queries": {"queries": [named("x")] * (BATCH_SIZE + 1)},
    "too many conditions": {"queries": [named("x", *[on("isLocatedIn", "y")] * 50)]},
    "too many values": {"queries": [named(["x"] * 60)]},
    "too many names": {"queries": [named(["x"] * 50)] * 5},
}


@pytest.mark.parametrize("body", BAD_10.values(), ids=list(BAD_10))
def test_a_bad_batch_of_the_newer_version_is_a_problem(client, body):
    response = client.post(f"{ROOT_10}/match", json=body)
    assert response.status_code in (400, 413)
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "parts", "status"),
    [
        (ROOT_02, {"json": {"queries": {}}}, 415),
        (ROOT_02, {"data": {"more": "1"}}, 400),
        (ROOT_02, {"data": {"queries": "{}", "extend": "{}"}}, 400),
        (ROOT_02, {"data": {"queries": ["{}", "{}"]}}, 400),
        (f"{ROOT_02}?queries=%7B%7D", {"data": {"queries": "{}"}}, 400),
        (f"{ROOT_10}/match", {"data": {"queries": "{}"}}, 415),
        (f"{ROOT_10}/match", {"data": b"\xff", "content_type": "application/json"}, 400),
        (f"{ROOT_10}/extend", {"json": {"ids": 1, "properties": []}}, 400),
        (f"{ROOT_10}/extend", {"json": {"ids": [], "properties": {}}}, 400),
        (f"{ROOT_10}/extend", {"json": {"ids": ["x"] * 300, "properties": []}}, 413),
        (
            f"{ROOT_10}/extend",
            {"json": {"ids": [], "properties": [{"id": "isLocatedIn"}] * 60}},
            413,
        ),
        (f"{ROOT_10}/extend", {"json": {"ids": [], "properties": [{"id": "nothing"}]}}, 400),
        (
            f"{ROOT_10}/extend",
            {"json": {"ids": [], "properties": [{"id": "isLocatedIn", "settings": {"limit": -1}}]}},
            400,
        ),
    ],
)
def test_mixed_forms_and_bad_extensions_are_problems(client, path, parts, status):
    response = client.post(path, **parts)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reconcile/suggest/dragon?prefix=x", 400),
        ("/reconcile/suggest/entity?prefix=" + "x" * 201, 400),
        ("/reconcile/suggest/entity?prefix=x&cursor=-1", 400),
        ("/reconcile/suggest/entity?prefix=x&cursor=99999999999", 400),
        ("/reconcile/extend/propose", 400),
        ("/reconcile/extend/propose?type=Dragon", 400),
        ("/reconcile/preview?id=organization/nobody", 404),
        ("/reconcile/flyout?id=", 404),
    ],
)
def test_a_bad_address_is_a_problem(client, path, status):
    response = client.get(path)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"


def test_data_without_a_name_index_say_so():
    import live_server
    from http_client import Client

    response = Client(live_server.small_app()).get("/reconcile")
    assert response.status_code == 503
    assert "oib build" in response.json["detail"]


# By the official schemas.


@needs_schemas
@pytest.mark.parametrize("version", VERSIONS)
def test_every_answer_follows_the_official_schemas(client, version):
    root, check = ROOTS[version], schemas(version)
    is_10 = version == "1.0-draft"
    wanted = {
        "ids": ["organization/suzhou-base", "document/innovation-without-borders", "no/thing"],
        "properties": [
            {"id": "isLocatedIn"},
            {"id": "launchedOn", "settings": {"statements": "claims"}},
            {"id": "translatedName"},
            {"id": "hasCount", "settings": {"statements": "claims"}},
        ],
    }
    answers = {"manifest": client.get(root).json}
    if is_10:
        queries = (named("CAST"), named("Sun Youshun", on("holdsPost", "x"), lang="zh-Hans"))
        answers["reconciliation-result-batch"] = match_10(client, *queries)
        answers["data-extension-response"] = client.post(f"{root}/extend", json=wanted).json
    else:
        answers["reconciliation-result-batch"] = match_02(
            client, a={"query": "CAST"}, b={"query": "苏州", "type": ["City", "Zone"]}
        )
        data = {"extend": json.dumps(wanted)}
        answers["data-extension-response"] = client.post(root, data=data).json
    for kind, schema in (("entity", "entities"), ("type", "types"), ("property", "properties")):
        path = f"{root}/suggest/{kind}?prefix=o"
        answers[f"suggest-{schema}-response"] = client.get(path).json
        assert answers[f"suggest-{schema}-response"]["result"]
    answers["data-extension-property-proposal"] = client.get(
        f"{root}/extend/propose?type=Organization"
    ).json
    for name, answer in answers.items():
        assert check.errors(name, answer) == [], name
    assert answers["manifest"]["preview"]["width"] == PREVIEW_SIZE[0]


@needs_schemas
def test_the_official_examples_are_as_valid_as_their_folder_says():
    seen = 0
    for version in VERSIONS:
        check = schemas(version)
        for name, is_valid, path in examples(version):
            seen += 1
            example = load(path)
            if name in MEMBERS:
                assert MEMBERS[name] <= example.keys()
                continue
            if name in PARTS:
                name, whole = PARTS[name]
                example = (whole or _in_batch(version))(example)
                if name == "manifest":
                    example |= {"versions": [version], "name": "x", "view": {"url": "x/{{id}}"}}
                    example |= {"identifierSpace": "x", "schemaSpace": "x"}
            assert (check.errors(name, example) == []) == is_valid, path
    assert seen == 107


def _in_batch(version):
    if version == "0.2":
        return lambda candidate: {"q0": {"result": [candidate]}}
    return lambda candidate: {"results": [{"candidates": [candidate]}]}


@needs_schemas
@pytest.mark.parametrize("version", VERSIONS)
def test_the_official_requests_are_taken_or_refused_as_they_should_be(version):
    def property_of(identifier):
        return SchemaTerm(OIB + identifier, False, {}, {}, (), 1)

    parser = RequestParser(lambda identifier: OIB + identifier, property_of)
    takes = {
        "reconciliation-query-batch": parser.batch_02 if version == "0.2" else parser.batch_10,
        "data-extension-query": parser.extension,
    }
    seen = []
    for name, is_valid, path in examples(version):
        if name not in takes:
            continue
        text = path.read_text("utf-8")
        # The service has one way to compare, and says so; the example asks for another one.
        text = text.replace('"WildcardMatch"', '"ExactMatch"')
        seen.append(is_valid)
        if is_valid:
            assert takes[name](text), path
        else:
            with pytest.raises(OibError):
                takes[name](text)
    assert True in seen
    assert False in seen


@needs_schemas
def test_the_schemas_tell_a_wrong_answer(client):
    found = match_02(client, q0={"query": "CAST"})
    del found["q0"]["result"][0]["score"]
    assert "score" in schemas("0.2").errors("reconciliation-result-batch", found)[0]


def test_a_folder_without_schemas_is_an_error(tmp_path):
    pytest.importorskip("jsonschema", reason="install jsonschema")
    from oib.reconciliation.schema_set import SchemaSet

    with pytest.raises(OibError, match="reconciliation-api/specs"):
        SchemaSet(tmp_path, "0.2")


@pytest.mark.parametrize("number", ["0" * 5000, "0" * 9 + "9" * 25, "1001", "²", "-1"])
@pytest.mark.parametrize(
    "path",
    ["/reconcile/suggest/entity?prefix=a&cursor=", "/reconcile/extend/propose?type=Person&limit="],
)
def test_a_number_that_is_none_or_too_large_is_refused(home_client, path, number):
    assert home_client.get(path + number).status_code == 400


@pytest.mark.parametrize("limit", ["1e999", "-1e999"])
def test_an_infinite_limit_is_refused(home_client, limit):
    body = f'{{"ids": [], "properties": [{{"id": "holdsPost", "settings": {{"limit": {limit}}}}}]}}'
    answer = home_client.post(
        "/reconcile/1.0-draft/extend", data=body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert "limit is a whole number" in answer.json["detail"]


def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(home_client):
    """No answer could repeat it."""
    half = "\\ud800"
    for batch in (f'{{"{half}": {{"query": "MIT"}}}}', f'{{"q": {{"query": "{half}"}}}}'):
        answer = home_client.post("/reconcile", data={"queries": batch})
        assert answer.status_code == 400, batch
    condition = '{"matchType": "name", "propertyValue": "MIT"}'
    for body in (
        f'{{"queries": [{{"lang": "{half}", "conditions": [{condition}]}}]}}',
        f'{{"queries": [], "{half}": 1}}',
    ):
        answer = home_client.post(
            "/reconcile/1.0-draft/match", data=body, content_type="application/json"
        )
        assert answer.status_code == 400, body
    whole = '{"\\ud83d\\ude00": {"query": "MIT"}}'
    assert "\U0001f600" in home_client.post("/reconcile", data={"queries": whole}).json
