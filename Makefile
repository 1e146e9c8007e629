# Two commands do everything on a fresh machine with Python 3.11+: `make serve` and `make test`.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: serve test check bench clients model lock clean

serve: $(READY) ## build the snapshot if the sources changed, then serve it
	$(BIN)/oib serve --port $(PORT)

test: $(READY) ## every test; PYTEST_ARGS passes options on
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(READY) ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/oib tidy --check
	$(BIN)/oib check

bench: $(READY) ## speed beside peers, as ratios in one run; BENCH_ARGS passes options on
	PYTHONPATH=tests $(BIN)/python -m bench $(BENCH_ARGS)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "oib needs Python 3.11 or newer; set PYTHON=python3.12 or so")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

clients: ## install the clients that tests/test_clients.py runs (needs npm)
	cd tests/clients && npm ci --no-audit --no-fund --ignore-scripts
	$(PYTHON) -m venv tests/clients/.venv
	tests/clients/.venv/bin/python -m pip install --quiet --require-hashes -r tests/clients/requirements.lock

model: $(READY) ## draw ontology/model.svg anew
	$(BIN)/python -m oib.pictures

lock: ## resolve pyproject.toml anew into requirements.lock (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	    --group dev pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	    --python-version 3.11 tests/clients/requirements.in -o tests/clients/requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
