"""Clients that people use, each as itself against a real server: see tests/clients/README.md."""

import csv
import json
import os
import re
import shutil
import subprocess
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

import live_server
from oib.namespaces import ID, OIB
from projects import ROOT

CLIENTS = Path(__file__).parent / "clients"
NOTEBOOK = "queries/examples/how-surely.ipynb"
#: The folder of Jena's jars; Debian's libapache-jena-java puts them there.
JENA = Path(os.environ.get("JENA_JARS", "/usr/share/java"))

PERSON = f"{ID}person/sun-youshun"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
SELECT = f"SELECT ?label {{ <{PERSON}> <{LABEL}> ?label }} ORDER BY ?label"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{PERSON}> <{LABEL}> ?label }}"


@pytest.fixture(scope="module")
def root(snapshots, snapshot):
    """The address of a server of the project's data."""
    with live_server.serve("--out", snapshots) as server:
        yield server.root


@pytest.fixture(scope="module")
def labels(root):
    """The labels of a person, sorted, as the raw protocol gives them."""
    rows = curl(f"{root}/sparql", "--data-urlencode", f"query={SELECT}", "-H", "Accept: text/csv")
    return column(rows)


def run(*command):
    """Run a client; return what it prints, or fail with what it says."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def require(program, what):
    if not shutil.which(program):
        pytest.skip(f"install {what}")


def column(text):
    """Return the values of the only column of a CSV table, sorted."""
    return sorted(row[0] for row in list(csv.reader(StringIO(text)))[1:])


def curl(*arguments):
    require("curl", "curl (Debian: curl)")
    return run("curl", "--silent", "--show-error", "--fail", "--max-time", "20", *arguments)


def java(*arguments):
    require("javac", "a JDK, 17 or newer (Debian: default-jdk-headless)")
    return run("java", *arguments)


@pytest.fixture(scope="module")
def jena(tmp_path_factory):
    """Return a function that runs Jena with arguments."""
    if not (JENA / "jena-arq.jar").exists():
        pytest.skip("install Jena (Debian: libapache-jena-java), or name its jars: JENA_JARS")
    # Debian moved the classes of Xerces inside Jena to another package, but not their messages,
    # without which no datatype can be made; here they are where the classes look for them.
    messages = tmp_path_factory.mktemp("jena")
    moved = "org/apache/jena/ext/"
    with ZipFile(JENA / "jena-core.jar") as jar:
        for name in jar.namelist():
            if name.startswith(f"{moved}xerces/") and name.endswith(".properties"):
                path = messages / name.removeprefix(moved)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(jar.read(name))
    jars = sorted(path for path in JENA.glob("*.jar") if not path.name.startswith("slf4j-"))
    logging = [JENA / "slf4j-api.jar", JENA / "slf4j-nop.jar"]
    classes = os.pathsep.join(map(str, [messages, *logging, *jars]))
    return lambda *arguments: java("-cp", classes, CLIENTS / "JenaClient.java", *arguments)


def comunica(*arguments):
    program = CLIENTS / "node_modules" / ".bin" / "comunica-sparql"
    if not program.exists():
        pytest.skip("install Node.js and npm, then run `make clients`")
    return run(program, *arguments)


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_curl_queries_with_and_without_an_offer_of_http_2(root, version, method):
    options = ["--get"] if method == "GET" else []
    text = curl(
        *(version, f"{root}/sparql", *options, "-H", "Accept: text/csv"),
        *("--data-urlencode", f"query={SELECT}"),
    )
    assert "Sun Youshun" in column(text)


def test_curl_follows_the_iri_of_a_thing_to_turtle(root):
    path = PERSON.removeprefix(ID)
    text = curl("--location", "-H", "Accept: text/turtle", f"{root}/id/{path}")
    assert URIRef(PERSON) in set(Graph().parse(data=text, format="turtle").subjects())


def test_the_http_client_of_java_posts_although_it_offers_http_2(root, labels):
    text = java(CLIENTS / "JavaHttpClient.java", f"{root}/sparql", SELECT)
    first, second = [part.replace("\r\n", "\n") for part in text.split("200\n")[1:]]
    assert first == second
    assert column(first) == labels


@pytest.mark.parametrize(
    "mode", ["asGetAlways", "asPost", pytest.param("asPostForm", marks=pytest.mark.slow)]
)
def test_jena_selects(jena, root, labels, mode):
    assert column(jena("select", mode, f"{root}/sparql", SELECT)) == labels


@pytest.mark.parametrize("mode", [pytest.param("asGetAlways", marks=pytest.mark.slow), "asPost"])
def test_jena_constructs(jena, root, labels, mode):
    text = jena("construct", mode, f"{root}/sparql", CONSTRUCT)
    graph = Graph().parse(data=text, format="nt")
    assert sorted(map(str, graph.objects(URIRef(PERSON), URIRef(LABEL)))) == labels


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_queries_a_remote_store(root, labels, method):
    store = SPARQLStore(f"{root}/sparql", method=method)
    graph = Graph(store)
    assert sorted(str(row.label) for row in graph.query(SELECT)) == labels
    assert sorted(map(str, graph.objects(URIRef(PERSON), URIRef(LABEL)))) == labels
    assert len(graph.query(CONSTRUCT).graph) == len(labels)


def test_comunica_selects(root, labels):
    text = comunica(f"sparql@{root}/sparql", "-q", SELECT, "-t", "application/sparql-results+json")
    rows = json.loads(text)["results"]["bindings"]
    assert sorted(row["label"]["value"] for row in rows) == labels


def test_comunica_reads_the_document_of_a_thing(root, labels):
    address = f"{root}/doc/{PERSON.removeprefix(ID)}"
    text = comunica(f"file@{address}", "-q", SELECT, "-t", "application/sparql-results+json")
    rows = json.loads(text)["results"]["bindings"]
    assert sorted(row["label"]["value"] for row in rows) == labels


@pytest.mark.parametrize(
    "path",
    [
        f"/sparql?{urlencode({'query': SELECT, 'format': 'csv'})}",
        "/queries/base/count?format=csv",
    ],
    ids=["query", "saved query"],
)
def test_pandas_reads_a_table_from_an_address(root, path):
    python = CLIENTS / ".venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("install pandas: run `make clients`")
    code = "import pandas, sys; print(pandas.read_csv(sys.argv[1]).to_json(orient='split'))"
    table = json.loads(run(python, "-c", code, root + path))
    assert table["columns"]
    assert table["data"]


def test_the_notebook_makes_its_table_and_its_chart(root):
    python, notebook = CLIENTS / ".venv" / "bin" / "python", ROOT / NOTEBOOK
    if not python.exists():
        pytest.skip("install what runs a notebook: run `make clients`")
    outputs = json.loads(run(python, CLIENTS / "notebook.py", notebook, f"{root}/sparql"))
    (table,) = outputs["table"]
    numbers = [int(number) for number in re.findall(r"<td>(\d+)</td>", table["text/html"])]
    query = f"""SELECT (COUNT(*) AS ?pairs) (COUNT(DISTINCT ?base) AS ?bases) {{
        ?base a <{OIB}OffshoreBase> .
        ?claim <{OIB}claimSubject> ?base ; <{OIB}hasHedge> ?hedge }}"""
    counts = curl(f"{root}/sparql", "--data-urlencode", f"query={query}", "-H", "Accept: text/csv")
    pairs, bases = map(int, counts.split()[1].split(","))
    assert sum(numbers) == pairs > 50
    rows = table["text/html"].partition("<tbody>")[2].count("<tr>")
    assert rows == bases
    assert any("image/png" in output for output in outputs["chart"])


def test_the_notebook_is_kept_without_outputs():
    cells = json.loads((ROOT / NOTEBOOK).read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) == 4
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
