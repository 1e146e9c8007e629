"""What a home says of itself, which the server knows from nowhere else."""

import pytest
from pyoxigraph import Store

import live_server
from html_pages import Page
from http_client import Client
from oib.engine.embedded import Embedded
from oib.errors import BadInput
from oib.project import description
from oib.saved_queries import Library
from oib.services import Services

ANOTHER = """
title: {en: Bridges, zh-Hans: 桥梁}
lead: {en: Every bridge and who measured it.}
license_iri: https://example.org/licence
license_name: {en: Free}
query: |
  ASK { ?bridge a <urn:Bridge> }
"""


@pytest.fixture
def home(tmp_path):
    (tmp_path / "ontology").mkdir()
    return tmp_path


def write(home, text):
    (home / "ontology" / "project.yaml").write_text(text, "utf-8")
    return home


def client(home):
    services = Services(Embedded(Store()), "1", Library.load(home), description=description(home))
    return Client(live_server.application(services))


def test_the_pages_say_what_the_home_says(home):
    (home / "queries").mkdir()
    other = client(write(home, ANOTHER))
    page = Page(other.get("/", headers={"Accept": "text/html"}).text)
    assert "Every bridge and who measured it." in page.text
    assert "Licence: Free" in page.text
    assert "https://example.org/licence" in page.links
    editor = other.get("/sparql", headers={"Accept": "text/html"}).text
    assert "ASK { ?bridge a &lt;urn:Bridge&gt; }" in editor
    links = other.get("/shapes.ttl").headers.getlist("Link")
    assert '<https://example.org/licence>; rel="license"' in links


def test_a_home_need_not_say_anything(home):
    (home / "queries").mkdir()
    response = client(home).get("/", headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert "creativecommons" not in response.text
    links = client(home).get("/shapes.ttl").headers.getlist("Link")
    assert not [link for link in links if "license" in link]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title: Bridges", "title is no mapping"),
        ("license_iri: [1]", "license_iri is no text"),
        ("colour: red", "there is no member colour"),
        ("[]", "it holds no mapping"),
        ("- 1", "it holds no mapping"),
        ("title: {en: [", "project.yaml cannot be read"),
        ("title: &a {en: x}\nlead: *a", "alias"),
        ("title: {en: " + "x" * 200_000 + "}", "longer than"),
        ("title: {en: !!bool maybe}", "not of the type that its tag names"),
        ("title: {en: !!timestamp now}", "not of the type that its tag names"),
        ("title: {en: !!int ''}", "not of the type that its tag names"),
        ("title: {en: !!float _}", "not of the type that its tag names"),
    ],
)
def test_a_description_that_cannot_be_read_is_refused(home, text, reason):
    with pytest.raises(BadInput, match=reason):
        description(write(home, text))
