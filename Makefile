# The whole interface of the project. Each target sets up what it needs first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BENCH  := .venv-bench
PIP    := bin/pip install --quiet --disable-pip-version-check --no-deps

export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1

.PHONY: help setup demo test slow lint bench dagster dashboard lock clean
help:             ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)   ## create .venv from the hashed lock
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3,11) <= sys.version_info < (3,14) else "pm_pipeline needs Python 3.11 to 3.13; say which with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/$(PIP) --require-hashes -r requirements.lock
	$(VENV)/$(PIP) --no-build-isolation -e .
	touch $(READY)

demo: $(READY)    ## 90 simulated days of a practice, end to end, reconciled to the cent; then its documents
	$(BIN)/pm demo
	$(BIN)/pm docs

test: $(READY)    ## the tests, but for the exhaustive ones
	$(BIN)/pytest -m 'not slow'

slow: $(READY)    ## the exhaustive tests: a lived practice and its replays, every order, planted faults
	$(BIN)/pytest -m slow

lint: $(READY)    ## ruff, types, SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/python -m tests.check_sql

bench: $(BENCH)/.ready ## measure X12, posting and edit rules beside others (30 minutes): docs/bench*.md; BENCH_ARGS="--sizes 1k"
	$(BENCH)/main/bin/python -m tests.bench --old-python $(BENCH)/old/bin/python $(BENCH_ARGS)
	$(BENCH)/main/bin/python -m tests.bench.rules $(BENCH_RULES_ARGS)

# two environments: ours with the peers that can live beside it, and one for the older peers
$(BENCH)/.ready: requirements-bench.lock requirements-bench-old.lock
	$(PYTHON) -m venv $(BENCH)/main
	$(BENCH)/main/$(PIP) --require-hashes -r requirements-bench.lock
	$(BENCH)/main/$(PIP) --no-build-isolation -e .
	$(PYTHON) -m venv $(BENCH)/old
	$(BENCH)/old/$(PIP) --require-hashes -r requirements-bench-old.lock
	touch $(BENCH)/.ready

dagster: $(READY) ## the Dagster UI on http://127.0.0.1:3000
	$(BIN)/pm dagster

dashboard: $(READY) ## the pages of analysts and auditors on http://127.0.0.1:8050
	$(BIN)/pm dashboard

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet
lock:             ## write the locks again from pyproject.toml (needs uv)
	$(COMPILE) pyproject.toml --extra dev -o requirements.lock
	$(COMPILE) pyproject.toml --extra bench -c requirements.lock -o requirements-bench.lock
	$(COMPILE) --group bench-old --no-emit-package dicttoxml -o requirements-bench-old.lock

clean:            ## remove the environment and everything the demo made
	rm -rf $(VENV) $(BENCH) .pm
