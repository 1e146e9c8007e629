"""Fixtures that several test modules share."""

import pytest

import live
from canary import listening


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
