"""The export in FollowTheMoney: every line is valid, loses nothing, and keeps its hedge."""

import importlib.util
import json

import pytest

from oib.dataset.followthemoney import followthemoney


@pytest.fixture(scope="module")
def lines(store):
    return [json.loads(line) for line in followthemoney(store).decode().splitlines()]


@pytest.fixture
def model():
    if importlib.util.find_spec("followthemoney") is None:
        pytest.skip("install followthemoney 4 (it needs the headers of ICU) to validate the export")
    from followthemoney import model

    return model


def test_every_line_is_valid_and_nothing_is_lost(lines, model):
    for line in lines:
        model.get(line["schema"]).validate(line)
        cleaned = model.get_proxy(line, cleaned=False).to_dict()
        kept = {name: sorted(values) for name, values in cleaned["properties"].items()}
        assert kept == line["properties"], line["id"]


def test_every_interval_leads_from_a_line_to_a_line(lines):
    known = {line["id"] for line in lines}
    ends = ("subject", "object", "holder", "post", "member", "organization", "owner", "asset")
    tied = [value for line in lines for end in ends for value in line["properties"].get(end, ())]
    assert len(tied) > 200
    assert set(tied) <= known


def test_a_hedge_stays_with_the_interval(lines):
    [claimed] = [line for line in lines if line["id"].endswith(".p13-10")]
    assert claimed["schema"] == "Occupancy"
    assert claimed["properties"]["status"] == ["claimed of oneself"]
    assert claimed["properties"]["publisher"] == ["Sun Youshun"]


def test_the_same_data_give_the_same_bytes(store):
    assert followthemoney(store) == followthemoney(store)


def test_it_can_be_downloaded(home_client):
    with home_client.get("/dump/ftm.json") as response:
        assert response.mimetype == "application/json+ftm"
        assert json.loads(response.data.splitlines()[0])["schema"]
