"""Fixtures that several test modules share."""

import os
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, Store
from rdflib import Graph

import live_server
from callback_listener import listening
from http_client import Client
from oib.dataset.build import build
from oib.dataset.derivation import BOUNDS, INFERRED
from oib.engine.embedded import Embedded
from oib.namespaces import GRAPH
from oib.services import Services
from oib.validation.checker import Checker
from projects import ROOT

#: The files that take longest are begun first, so that none is left to one process at the end.
LONGEST = (
    *("test_incremental_check", "test_shapes", "test_site", "test_hostile_clients", "test_build"),
    *("test_pages", "test_submissions", "test_check_limits", "test_memory", "test_ontology"),
    *("test_habits", "test_wheel", "test_clients", "test_scheduler", "test_constraints"),
    *("test_second_document", "test_guide", "test_queries", "test_crawl"),
)


def pytest_addoption(parser):
    parser.addoption(
        "--home", type=Path, default=ROOT, help="run the tests of the data over another home"
    )
    parser.addoption(
        "--runslow",
        action="store_true",
        help="run the slow tests too, and samples whole: every document in every form, every link",
    )


def pytest_report_header(config):
    return None if config.getoption("--runslow") else "without the slow tests; --runslow runs them"


def pytest_configure(config):
    os.environ["OIB_TEST_HOME"] = str(config.getoption("--home").resolve())


@pytest.fixture(scope="session")
def home(request):
    return request.config.getoption("--home")


@pytest.fixture(scope="session")
def checker():
    """The rules and data of the project's own home, which a command loads each time."""
    return Checker(ROOT)


@pytest.fixture(scope="session")
def home_checker(home, request):
    """The rules and data of the home that the tests run over."""
    return request.getfixturevalue("checker") if home == ROOT else Checker(home)


@pytest.fixture(scope="session")
def ontology(home):
    """Ontology and vocabulary, as rdflib reads them."""
    graph = Graph()
    for path in (home / "ontology").glob("*.ttl"):
        graph.parse(path)
    return graph


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory):
    """The folder of the snapshot that the whole session shares, all its processes included."""
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "snapshots"


@pytest.fixture(scope="session")
def own_snapshots(home, snapshots, tmp_path_factory):
    """The folder of snapshots for commands that find the project's own home."""
    return snapshots if home == ROOT else tmp_path_factory.mktemp("own-snapshots")


@pytest.fixture(scope="session")
def snapshot(home, snapshots):
    return build(home, snapshots, lambda line: None)


@pytest.fixture(scope="session")
def store(snapshot):
    return snapshot.store()


@pytest.fixture(scope="session")
def turned_engines(store):
    """Two engines over the same data, which the second read in the reverse order."""
    quads = [quad for quad in store if quad.graph_name != DefaultGraph()]
    engines = []
    for order in (quads, quads[::-1]):
        turned = Store()
        turned.extend(each for quad in order for each in (quad, Quad(*quad.triple)))
        engines.append(Embedded(turned))
    return engines


@pytest.fixture(scope="session")
def stated(store):
    """Ontology, vocabulary, instances and direct triples, without what the reasoner added."""
    graph = Graph()
    others = {
        BOUNDS,
        INFERRED,
        *(NamedNode(GRAPH + name) for name in ("shapes", "meta", "queries")),
    }
    lines = [f"{quad.triple} ." for quad in store if quad.graph_name not in others]
    return graph.parse(data="\n".join(lines), format="nt")


@pytest.fixture
def listener():
    with listening() as listener:
        yield listener


@pytest.fixture(scope="session")
def small_root():
    with live_server.serving(live_server.small_app) as root:
        yield root


@pytest.fixture
def client():
    return Client(live_server.small_app())


@pytest.fixture(scope="session")
def services(home, snapshots, snapshot):
    """The services of the project's own home."""
    return Services.open(home, snapshots)


@pytest.fixture(scope="session")
def home_client(services):
    """A client of the application over these services."""
    return Client(live_server.application(services))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if not config.getoption("--runslow"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else 99)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let no skip hide a missing install where OIB_FORBID_SKIPS is set, as .ci/run does."""
    report = yield
    if report.skipped and os.environ.get("OIB_FORBID_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and skips are forbidden here: {report.longrepr}"
    return report
