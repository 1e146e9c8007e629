import pytest

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
