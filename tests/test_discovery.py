"""Crawlers and search engines find the pages, and each page says what it is about."""

import xml.etree.ElementTree as ET

import pytest

from html_pages import Page
from oib.namespaces import BASE, ID

BROWSER = {"Accept": "text/html"}
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_robots_are_led_to_the_map_and_away_from_queries(home_client):
    response = home_client.get("/robots.txt", headers={"Host": "evil.example"})
    assert response.mimetype == "text/plain"
    assert "Disallow: /sparql?" in response.text
    assert "Sitemap: http://localhost/sitemap.xml" in response.text


def test_the_map_has_every_thing_in_each_language(home_client):
    response = home_client.get("/sitemap.xml")
    assert response.mimetype == "application/xml"
    tree = ET.fromstring(response.data)
    urls = [node.text for node in tree.findall("s:url/s:loc", NS)]
    assert len(urls) == len(set(urls)) > 900
    assert "http://localhost/doc/place/suzhou" in urls
    languages = {node.get("hreflang") for node in tree.iter(f"{{{NS['x']}}}link")}
    assert languages == {"en", "zh-Hans", "zh-Hant"}
    for url in urls[::40]:
        assert (
            home_client.get(url.removeprefix("http://localhost"), headers=BROWSER).status_code
            == 200
        )


def test_well_known_addresses_lead_on(home_client):
    assert home_client.get("/.well-known/void").location == "/dataset"
    assert home_client.get("/.well-known/sparql-examples").location == "/queries/"


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_page_names_its_address_languages_and_subject(home_client, language):
    text = home_client.get(f"/doc/place/suzhou?lang={language}", headers=BROWSER).text
    canonical = BASE + "doc/place/suzhou"
    assert f'<link rel="canonical" href="{canonical}">' in text
    assert f'hreflang="zh-Hans" href="{canonical}?lang=zh-Hans"' in text
    assert f'property="og:url" content="{canonical}"' in text
    (about,) = Page(text).data
    assert about["@type"] == "AboutPage"
    assert about["license"].startswith("https://creativecommons.org/")
    thing = about["mainEntity"]
    assert thing["@id"] == ID + "place/suzhou"
    assert "Place" in thing["@type"]
    assert {"@value": "Suzhou", "@language": "en"} in thing["name"]
    assert any("wikidata.org" in iri for iri in thing.get("sameAs", []))


def test_the_data_set_is_described_for_search_engines(home_client):
    (about,) = Page(home_client.get("/dataset", headers=BROWSER).text).data
    assert about["@type"] == "Dataset"
    assert {each["@language"] for each in about["name"]} == {"en", "zh-Hans"}
    (dump,) = (d for d in about["distribution"] if d["contentUrl"].endswith("data.nq.gz"))
    with home_client.get("/dump/data.nq.gz") as response:
        assert dump["contentSize"] == f"{len(response.data)} B"


def test_a_name_does_not_leave_the_element_of_the_data(home_client):
    text = home_client.get("/doc/place/suzhou?x=</script><b>", headers=BROWSER).text
    assert text.count("</script>") == 1
