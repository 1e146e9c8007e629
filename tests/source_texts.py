"""Copies of the documents that were read: none is kept here, so they lie where the tests are told.

``OIB_ARTICLE`` names the text of the article, ``OIB_DOCUMENTS`` the folder with the other texts, in
files of any name: a copy is known by its digests. Without them both are looked for beside the
project.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from oib.documents.locator import find_copy
from oib.errors import BadInput
from projects import ROOT

BESIDE = ROOT.parent / "shared"
ARTICLE = Path(os.environ.get("OIB_ARTICLE", BESIDE / "article" / "article.txt"))
FOLDER = Path(os.environ.get("OIB_DOCUMENTS", BESIDE / "documents"))
SEED = "innovation-without-borders"


@cache
def copy_of(slug: str) -> Path:
    """Return the file of a copy of a document, or skip the test that needs it."""
    if slug == SEED:
        if not ARTICLE.is_file():
            pytest.skip("install a copy of the article's text and name it in OIB_ARTICLE")
        return ARTICLE
    try:
        return find_copy(ROOT, slug, str(FOLDER))
    except BadInput as error:
        pytest.skip(
            f"install copies of the documents and name their folder in OIB_DOCUMENTS: {error}"
        )
