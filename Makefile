# Two commands do everything on a fresh machine with Python 3.11+: `make serve` and `make test`.
PYTHON ?= python3
PORT ?= 8000
JOBS ?= 3 # of two cores, for many tests wait
VENV := .venv
EDITOR_SCRIPT := server/oib/web/editor
BIN := $(VENV)/bin
PARALLEL := -n $(JOBS) --dist loadfile --no-loadscope-reorder # in the order of tests/conftest.py
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

# What tells most in a minute, for other versions of Python: command, parsers, checks, engine, HTTP.
QUICK := $(addprefix tests/test_,cli.py check.py edtf.py syntax_findings.py turtle_document.py \
    turtle_tidy.py report_formats.py passages.py evidence.py saved_queries.py results.py request.py \
    sparql.py connection.py workers.py sandbox.py)

.PHONY: serve test quick check bench clients editor model lock clean

serve: $(READY) ## build the snapshot if the sources changed, then serve it
	$(BIN)/python -m oib serve --port $(PORT)

# Modules are compiled once, and not in each of the hundreds of processes that tests and benchmarks
# start, even where the environment asks for no bytecode.
test quick bench: export PYTHONDONTWRITEBYTECODE =

test: $(READY_DEV) ## every test, JOBS files at a time; PYTEST_ARGS passes options on
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS)

quick: $(READY_DEV) ## the quick tests; PYTHON and VENV take another version of Python
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS) $(QUICK)

check: $(READY_DEV) ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/oib tidy --check
	$(BIN)/oib check

bench: $(READY_DEV) ## speed beside peers, as ratios in one run; BENCH_ARGS passes options on
	PYTHONPATH=tests $(BIN)/python -m bench $(BENCH_ARGS)

# Nothing is installed without a hash, and nothing is built but owlready2, by tools that are locked,
# too: --only-binary, --no-build-isolation. To serve takes what the server imports, and no more.
$(READY): requirements-build.lock requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "oib needs Python 3.11 or newer; set PYTHON=python3.12 or so")'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --only-binary :all: -r requirements-build.lock
	$(INSTALL) --only-binary :all: -r requirements.lock
	$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "oib-serve.pth").write_text("$(CURDIR)/server\n")'
	printf '#!/bin/sh\nexec "%s/python" -m oib "$$@"\n' "$(abspath $(BIN))" > $(BIN)/oib
	chmod +x $(BIN)/oib
	touch $@

$(READY_DEV): $(READY) requirements-dev.lock pyproject.toml
	$(INSTALL) --only-binary :all: --no-binary owlready2 --no-build-isolation -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

clients: ## install the clients that tests/test_clients.py runs (needs npm)
	cd tests/clients && npm ci --no-audit --no-fund --ignore-scripts
	cd $(EDITOR_SCRIPT) && npm ci --no-audit --no-fund --ignore-scripts
	$(PYTHON) -m venv tests/clients/.venv
	tests/clients/.venv/bin/python -m pip install --quiet --require-hashes -r tests/clients/requirements.lock

editor: ## bundle the script of the query editor anew (needs npm)
	cd $(EDITOR_SCRIPT) && npm ci --no-audit --no-fund --ignore-scripts && npm run build

model: $(READY_DEV) ## draw ontology/model.svg anew
	$(BIN)/python -m oib.pictures

LOCK := uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

lock: ## resolve pyproject.toml anew into the lock files (needs uv)
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group build -o requirements-build.lock
	$(LOCK) --all-extras --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(LOCK) \
	    --python-version 3.11 tests/clients/requirements.in -o tests/clients/requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
