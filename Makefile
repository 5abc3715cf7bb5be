# make run: everything installed, then the demo shop answers on localhost.   make test: everything checked.
# Needs Python 3.11 or newer, git and make. Nothing is installed outside .venv and shoptalk's cache folder.

PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# The CPU build of torch, from PyTorch's CPU wheel index (named in PIP_EXTRA_INDEX_URL or pip's configuration) where your pip
# knows it; otherwise the plain build. With a GPU: make setup TORCH=torch==2.13.0
TORCH ?= torch==2.13.0+cpu
# Further words for `shoptalk serve` and `shoptalk models install`, e.g. MODELS="--without gemma3-270m --also smollm2-135m"
SERVE ?=
MODELS ?=

BIN := .venv/bin
PACKAGES := .venv/.packages-installed

.PHONY: setup run demo practice test lint audit models index clean help
.DEFAULT_GOAL := help

help:
	@echo "make run     install what is missing, serve the demo shop on localhost, say where to look"
	@echo "make demo    play a recorded conversation through the running path and show every stage"
	@echo "make practice  let the ear practise the demo shop's talk, in about an hour: its words are misheard less"
	@echo "make test    lint, types, the import rule, every test, recorded conversations included"
	@echo "make setup   what all of them share; quick when nothing changed"
	@echo "make lint    ruff (security rules included), mypy and the import rule alone"
	@echo "make audit   known holes in the packages, where a network reaches the database of them"

setup: models index

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo "shoptalk needs Python 3.11 or newer; install one, or name it: make setup PYTHON=/path/to/python3"; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is older than Python 3.11; name a newer one: make setup PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make virtual environments (on Debian and Ubuntu: install python3-venv)."; exit 1; }

$(PACKAGES): pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python -m pip install --disable-pip-version-check "$(TORCH)" -c constraints.txt \
		|| { echo "torch: no CPU-only build found by your pip; installing the plain build (larger, works the same)."; \
		     $(BIN)/python -m pip install --disable-pip-version-check "torch==2.13.0" -c constraints.txt; }
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

models: $(PACKAGES)
	@$(BIN)/shoptalk models install $(MODELS)

index: $(PACKAGES) models
	@$(BIN)/shoptalk index build shops/demo --if-stale

run: setup
	@$(BIN)/shoptalk serve $(SERVE)

demo: setup
	@$(BIN)/shoptalk demo

practice: setup
	@$(BIN)/shoptalk train hearing shops/demo

lint: $(PACKAGES)
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

audit: $(PACKAGES)
	@.ci/audit

test: setup lint
	@$(BIN)/python -m pytest

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
