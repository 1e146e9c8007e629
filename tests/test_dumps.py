import gzip
import json

import pytest
from pyoxigraph import RdfFormat, parse


@pytest.fixture
def served(home_client):
    """Return what a GET brings, its file closed."""

    def get(path, **options):
        with home_client.get(path, **options) as response:
            response.get_data()
            return response

    return get


def test_all_quads_can_be_downloaded(served, store):
    body = served("/dump/data.nq.gz").data
    named = {quad for quad in store if quad.graph_name.value}
    assert len(set(parse(gzip.decompress(body), format=RdfFormat.N_QUADS))) == len(named)


def test_the_claims_can_be_downloaded_as_rdf_1_2(served):
    response = served("/dump/claims-rdf12.ttl")
    assert response.mimetype == "text/turtle"
    assert b"rdf:reifies" in response.data or b"reifies>" in response.data


def test_the_context_can_be_downloaded(served):
    assert "@context" in json.loads(served("/dump/context.jsonld").data)


@pytest.mark.parametrize("path", ["/dump/none", "/dump/..%2fmanifest.json", "/ontology/9.9.9"])
def test_what_is_not_there_is_reported(served, path):
    assert served(path).status_code == 404


def test_the_version_iri_answers(served):
    answer = served("/ontology/0.1.0", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/turtle"


@pytest.mark.parametrize(("suffix", "form"), [("nq", RdfFormat.N_QUADS), ("trig", RdfFormat.TRIG)])
def test_data_are_there_plain_and_compressed(served, store, suffix, form):
    named = {quad for quad in store if quad.graph_name.value}
    plain = served(f"/dump/data.{suffix}")
    assert plain.mimetype == form.media_type
    assert "Content-Encoding" not in plain.headers
    assert len(set(parse(plain.data, format=form))) == len(named)
    coded = served(f"/dump/data.{suffix}", headers={"Accept-Encoding": "gzip"})
    assert (coded.mimetype, coded.headers["Content-Encoding"]) == (form.media_type, "gzip")
    assert gzip.decompress(coded.data) == plain.data
    packed = served(f"/dump/data.{suffix}.gz")
    assert (packed.mimetype, packed.data) == ("application/gzip", coded.data)
    assert "Accept-Encoding" in coded.headers["Vary"]


def test_trig_has_a_block_for_each_graph_and_prefixes_in_order(served, store):
    text = served("/dump/data.trig").text
    graphs = {line for line in text.splitlines() if line.startswith("<") and line.endswith("{")}
    assert len(graphs) == text.count("> {\n") == len(list(store.named_graphs()))
    prefixes = [line for line in text.splitlines() if line.startswith("@prefix ")]
    assert prefixes == sorted(prefixes)
    assert text.startswith("@prefix ")


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "%00", "a%0Ab", ".", "data.nq.gz.gz"])
def test_a_name_that_no_file_can_have_is_not_found(served, name):
    assert served(f"/dump/{name}").status_code == 404


def test_several_ranges_are_ignored_and_one_beyond_the_end_is_given_the_size(home_client):
    whole = home_client.get("/dump/claims-rdf12.ttl")
    several = home_client.get("/dump/claims-rdf12.ttl", headers={"Range": "bytes=0-4,10-14"})
    assert (several.status_code, several.data) == (200, whole.data)
    one = home_client.get("/dump/claims-rdf12.ttl", headers={"Range": "bytes=10-14"})
    assert (one.status_code, one.data) == (206, whole.data[10:15])
    beyond = home_client.get("/dump/claims-rdf12.ttl", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole.data)}"


def test_each_representation_of_a_dump_has_a_tag_of_its_own(served):
    coded = {"Accept-Encoding": "gzip"}
    requests = [("data.nq", {}), ("data.nq", coded), ("data.nq.gz", {}), ("data.trig", coded)]
    tags = [served(f"/dump/{name}", headers=headers).headers["ETag"] for name, headers in requests]
    assert len(set(tags)) == len(tags)
    for (name, headers), tag in zip(requests, tags, strict=True):
        known = {**headers, "If-None-Match": tag}
        assert served(f"/dump/{name}", headers=known).status_code == 304


def test_a_range_in_another_unit_or_beside_no_tag_and_no_date_is_ignored(home_client):
    path, tag = "/dump/claims-rdf12.ttl", '"another"'
    whole = home_client.get(path)
    for fields in (
        {"Range": "lines=0-4"},
        {"Range": "bytes=²-4"},
        {"Range": f"bytes={'9' * 5000}-"},
        {"Range": "bytes=0-4", "If-Range": "Sat, 01 Jan 99999999999999999999 00:00:00 GMT"},
        {"Range": "bytes=0-4", "If-Range": "yesterday"},
        {"Range": "bytes=0-4", "If-Range": tag},
        {"If-Modified-Since": "Sat, 01 Jan 99999999999999999999 00:00:00 GMT"},
    ):
        answer = home_client.get(path, headers=fields)
        assert (answer.status_code, answer.data) == (200, whole.data), fields
    fields = {"Range": "Bytes=0-4", "If-Range": whole.headers["ETag"]}
    assert home_client.get(path, headers=fields).data == whole.data[:5]


@pytest.mark.parametrize(
    "path", ["/dump/claims-rdf12.ttl", "/dump/data.nq", "/dump/data.nq.gz", "/static/oib.css"]
)
def test_who_wants_another_state_of_a_file_is_told_so_and_sent_none(home_client, path):
    tag = home_client.get(path).headers["ETag"]
    assert home_client.get(path, headers={"If-Match": tag}).status_code == 200
    refused = home_client.get(path, headers={"If-Match": '"another"'})
    assert (refused.status_code, refused.mimetype) == (412, "application/problem+json")
    assert tag in refused.json["detail"]
    assert refused.headers["ETag"] == tag
    page = home_client.get(path, headers={"If-Match": '"another"', "Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (412, "text/html")
