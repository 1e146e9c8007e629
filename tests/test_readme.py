"""The queries of the README have the answers that it promises, and its sample is one."""

import csv
import io
import re

import pytest

from oib.engine.embedded import Embedded
from oib.saved_queries import Library
from one_document import TOGETHER, store_of
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


def test_the_sample_of_an_answer_is_the_answer(home):
    # Of the documents that were read when the README was written; a further one may add rows.
    read = Embedded(store_of(home, *(TOGETHER / "documents.txt").read_text("utf-8").split()))
    header, *lines = re.search(r"```text\n(person .*?)```", README, re.DOTALL)[1].splitlines()
    names = header.split()
    body = read.query(Library.load(home)["person/posts"].text, "text/csv").decode()
    answers = [[row[name] for name in names] for row in csv.DictReader(io.StringIO(body))]
    shown = [re.split(r"\s{2,}", line) for line in lines]
    assert len(shown) == len(answers)
    for cells, values in zip(shown, answers, strict=True):
        for cell, value in zip(cells, values, strict=True):
            assert value.startswith(cell.removesuffix("…").rstrip())
            assert cell.endswith("…") or cell == value
