"""The queries of the README have the answers that it promises."""

import csv
import io
import re

import pytest

from projects import ROOT

README = (ROOT / "README.md").read_text("utf-8")
QUERIES = re.findall(r"--data-urlencode 'query=\n(.*?)'", README, re.DOTALL)
QUERIES += re.findall(r"```sparql\n(.*?)```", README.partition("\n## Commands")[0], re.DOTALL)
#: What is announced as having no row.
EMPTY = "oib:latestEnd"


def test_all_queries_are_found():
    assert len(QUERIES) == 6


@pytest.mark.parametrize("text", QUERIES)
def test_a_query_has_rows_unless_none_are_promised(home_client, text):
    accept = "text/turtle" if text.lstrip().startswith("DESCRIBE") else "text/csv"
    response = home_client.post("/sparql", data={"query": text}, headers={"Accept": accept})
    assert response.status_code == 200, response.data
    if accept == "text/turtle":
        assert b"p13-10" in response.data
    else:
        rows = list(csv.reader(io.StringIO(response.data.decode())))
        assert (len(rows) == 1) == (EMPTY in text)
