"""Fixtures that several test modules share."""

import pytest

import live
from canary import listening
from homes import ROOT
from oib.build import build


@pytest.fixture(scope="session")
def home():
    return ROOT


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory):
    """The folder of the snapshot that the whole session shares."""
    return tmp_path_factory.mktemp("snapshots")


@pytest.fixture(scope="session")
def snapshot(home, snapshots):
    return build(home, snapshots, lambda line: None)


@pytest.fixture(scope="session")
def store(snapshot):
    return snapshot.store()


@pytest.fixture
def canary():
    with listening() as canary:
        yield canary


@pytest.fixture(scope="session")
def small_root():
    with live.serving(live.small_app) as root:
        yield root


@pytest.fixture
def client():
    return live.small_app().test_client()
