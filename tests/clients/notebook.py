"""Execute a notebook against an endpoint, and print the outputs of its cells as JSON.

Usage: notebook.py NOTEBOOK ENDPOINT
"""

import json
import os
import sys

import nbformat
from nbclient import NotebookClient

path, os.environ["OIB_ENDPOINT"] = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
print(json.dumps({cell.id: [each.get("data", {}) for each in cell.outputs] for cell in cells}))
