"""Pages and data say what other documents state alike, and count a reprint once."""

import pytest

import live_server
from html_pages import Page
from http_client import Client
from oib.engine.embedded import Embedded
from one_document import merged_of

ARTICLE = "innovation-without-borders"
LANGUAGES = {
    "en": ("Stated in 2 independent documents", "An independent document says so as well"),
    "zh-Hans": ("见于 2 份相互独立的文献", "另一独立文献亦如此陈述"),
}


def page(client, path, language="en"):
    response = client.get(f"/doc/{path}?lang={language}", headers={"Accept": "text/html"})
    assert response.status_code == 200
    return response.text


def card(text, claim):
    start = text.index(f'id="claim-{claim}"')
    inside = text[start : text.index("</article>", start)]
    return Page(f"<!doctype html><article {inside}</article>").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_thing_says_that_two_independent_documents_say_so(home_client, language):
    both, other = LANGUAGES[language]
    shown = card(page(home_client, "programme/haizhi-plan", language), f"{ARTICLE}-p02-09")
    assert both in shown
    assert other in shown


def test_a_claim_has_the_agreement_on_its_own_page_as_well(home_client):
    shown = card(page(home_client, f"claim/{ARTICLE}/p02-09"), f"{ARTICLE}-p02-09")
    assert "Stated in 2 independent documents" in shown
    assert "HOME Program" in shown


def test_two_documents_that_share_a_text_are_one_voice(home_client):
    text = page(home_client, "organization/suzhou-base")
    article = card(text, f"{ARTICLE}-p03-26")
    assert article.count("An independent document says so as well") == 2
    assert "Stated in 2 independent documents" in article  # not in 3
    reprint = card(text, "nanjing-base-launch-p01-05")
    assert "The same text elsewhere, which is no second voice" in reprint
    assert "Stated in 2 independent documents" in reprint


def test_a_narrower_date_is_shown_beside_the_wider_one(home_client):
    text = page(home_client, "organization/shanghai-base")
    wide, narrow = card(text, f"{ARTICLE}-p03-18"), card(text, "shanghai-base-in-israel-p07-03")
    assert "An independent document gives it more exactly: 2015-08" in wide
    assert "An independent document gives it less exactly: 2015" in narrow


def test_who_gives_a_narrower_date_states_the_wider_one_and_not_the_reverse(home_client):
    text = page(home_client, "programme/haizhi-plan")
    wide, narrow = card(text, f"{ARTICLE}-p03-16"), card(text, "home-program-p01-06")
    assert "2004" in wide
    assert "Stated in 2 independent documents" in wide
    assert "2004-02" in narrow
    assert "independent documents" not in narrow


def test_a_hedged_claim_agrees_but_adds_no_voice(home):
    two = Embedded(merged_of(home, ARTICLE, "chengdu-base-in-san-diego"))
    client = Client(live_server.application(live_server.services_of(two)))
    text = page(client, "organization/chengdu-base")
    hedged, plain = card(text, "chengdu-base-in-san-diego-p03-02"), card(text, f"{ARTICLE}-p14-08")
    assert "says so as well" in hedged
    assert "says the same, hedged there: " in plain
    assert "says so as well" not in plain
    assert "independent documents" not in hedged
    assert "independent documents" not in plain


def test_a_claim_with_two_hedges_shows_both(home_client):
    text = page(home_client, "claim/chengdu-base-in-san-diego/p03-01")
    shown = card(text, "chengdu-base-in-san-diego-p03-01")
    assert "implied" in shown
    assert "stated as an aim" in shown


def test_a_claim_that_no_other_document_repeats_says_nothing_of_others(home_client):
    text = page(home_client, f"claim/{ARTICLE}/p05-06")
    assert "Other documents" not in text
    assert "independent document" not in text


@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "rdf", "trig"])
def test_the_data_forms_have_the_agreement(home_client, suffix):
    for path in ("programme/haizhi-plan", f"claim/{ARTICLE}/p02-09"):
        assert "agreesWith" in home_client.get(f"/doc/{path}.{suffix}").text
