"""The schemas and examples of the Reconciliation API, read from a folder beside the project."""

import json
import os
from functools import lru_cache
from pathlib import Path

import pytest

from oib.reconciliation.schema_set import VARIABLE, SchemaSet
from projects import ROOT

FOLDER = Path(os.environ.get(VARIABLE, ROOT.parent / "shared" / "reconciliation"))
VERSIONS = ("0.2", "1.0-draft")

needs_schemas = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"install a copy of github.com/reconciliation-api/specs and name it in {VARIABLE}",
)


@lru_cache
def schemas(version):
    return SchemaSet(FOLDER, version)


def examples(version):
    """The official examples of a version: name of the schema, valid or invalid, path."""
    for path in sorted((FOLDER / version / "examples").glob("*/*/*.json")):
        yield path.parts[-3], path.parts[-2] == "valid", path


def load(path):
    return json.loads(path.read_text("utf-8"))
