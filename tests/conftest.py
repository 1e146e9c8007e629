"""Fixtures that several test modules share."""

import pytest

import live
from canary import listening
from oib.home import find_home
from oib.site import Site
from oib.web import create_app


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


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory):
    return tmp_path_factory.mktemp("snapshots")


@pytest.fixture(scope="session")
def site(snapshots):
    """Return the site of the repository's own home, built into a folder of its own."""
    return Site.open(find_home(), snapshots)


@pytest.fixture(scope="session")
def house(site):
    """Return a client of that site."""
    return create_app(site).test_client()
