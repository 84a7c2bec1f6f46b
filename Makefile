# The whole interface of the project. Each target sets up what it needs first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1

.PHONY: help setup demo test slow lint dagster lock clean
help:             ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)   ## create .venv from the hashed lock
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3,11) <= sys.version_info < (3,14) else "pm_pipeline needs Python 3.11 to 3.13; say which with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

demo: $(READY)    ## 90 simulated days of a practice, end to end, reconciled to the cent
	$(BIN)/pm demo

test: $(READY)    ## the tests, but for the exhaustive ones
	$(BIN)/pytest -m 'not slow'

slow: $(READY)    ## the exhaustive tests: a lived practice and its replays, every order, planted faults
	$(BIN)/pytest -m slow

lint: $(READY)    ## ruff, types, SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/python -m tests.check_sql

dagster: $(READY) ## the Dagster UI on http://127.0.0.1:3000
	$(BIN)/pm dagster

lock:             ## write requirements.lock again from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet -o requirements.lock

clean:            ## remove the environment and everything the demo made
	rm -rf $(VENV) .pm
