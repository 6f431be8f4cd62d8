# Each target does all its own set-up. Needs Python >= 3.11 (3.13 at most) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME := .sendjc/demo
DEMO_QUARTER := 2024-25-Q4
READY := $(VENV)/.ready

export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1

.PHONY: help setup demo test lint dev bench clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(READY) ## create .venv from the hash-locked requirements

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "sendjc_pipeline needs Python 3.11 to 3.13: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/sendjc prepare
	@touch $@

demo: setup ## publish the demo quarter from the small synthetic submissions in seeds/demo
	@$(BIN)/sendjc demo --home $(DEMO_HOME) --quarter $(DEMO_QUARTER)

test: setup ## the whole test suite
	$(BIN)/python -m pytest -n 2

lint: setup ## style, types, import contracts, SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint dbt_project --processes 2

dev: setup ## the Dagster UI on localhost, on the demo home
	SENDJC_HOME=$(abspath $(DEMO_HOME)) DAGSTER_HOME=$(abspath $(DEMO_HOME))/dagster $(BIN)/sendjc dev

bench: setup ## the slow proofs: speed, memory, kill points
	$(BIN)/python -m benchmarks

clean: ## remove the environment, the demo home and dbt's target folder
	rm -rf $(VENV) .sendjc dbt_project/target
