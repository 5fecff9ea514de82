# Two commands do all set-up on a fresh machine: `make demo` and `make test`.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# One more than there are cores: tests often wait, for a clock or a database; more of them would make each other late.
WORKERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
READY := .venv/.ready
# For `make chaos`, `make fuzz` and `make soak`: how long in all, where each goal is tried at least once; and where chance begins.
MINUTES = 0
SEED = 1

.PHONY: help setup demo pictures test ci chaos fuzz soak long mutants controls audit sbom lint lock generate clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## the virtual environment, with .venv/bin/mentor ready

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Install Python 3.11, 3.12, 3.13 or 3.14 with its venv module (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Setting up .venv with $(PYTHON) (about a minute the first time) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

pictures: setup ## the pictures of docs/images; needs Chromium and some minutes
	@$(BIN)/python -m tests.pictures
	@$(BIN)/python -m tests.page_pictures
	@$(BIN)/python -m tests.first_days

demo: setup ## a sandbox workspace with the bot in it: a tour, then yours to try
	@$(BIN)/mentor demo

test: setup ## all tests, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: setup ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

ci: lint test ## what CI runs
	$(BIN)/mentor check --golden
	$(BIN)/mentor demo --once
	@$(BIN)/python -m tests.security.weaknesses || test $$? -eq 3

chaos: setup ## kills, faults, outages, replicas: a line for each goal (MINUTES=0 SEED=1)
	@$(BIN)/python -m tests.goals chaos --minutes $(MINUTES) --seed $(SEED)

fuzz: setup ## payloads, files and words nobody should send (MINUTES=0 SEED=1)
	@$(BIN)/python -m tests.goals fuzz --minutes $(MINUTES) --seed $(SEED)

soak: setup ## under load, for as long as it is told (MINUTES=0 SEED=1)
	@$(BIN)/python -m tests.goals soak --minutes $(MINUTES) --seed $(SEED)

long: setup ## all tests that are too long for CI, goals' or not
	$(BIN)/python -m pytest -m chaos

mutants: setup ## do the tests notice every small mistake in who may do what? (some minutes)
	@$(BIN)/python -m tests.authority.mutants

controls: setup ## does each test of docs/security.md notice when its control is taken out? (half an hour)
	@$(BIN)/python -m tests.security

audit: setup ## known weaknesses of what it is made of, as far as the package index tells
	@$(BIN)/python -m tests.security.weaknesses

sbom: setup ## the bill of materials of the image: deploy/mentor.cdx.json
	@$(BIN)/python -m tests.security.bill

lock: setup ## bring requirements.lock, and the one of images, up to date with pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml deploy/build.in --extra aws --extra github-app --universal --python-version 3.11 \
		--constraint requirements.lock --generate-hashes --no-annotate --no-header --quiet --output-file deploy/requirements.lock
	@if grep -n '://' requirements.lock deploy/requirements.lock; then echo "requirements.lock holds an address" >&2; exit 1; fi

clean: ## away with .venv and the caches
	rm -rf .venv .data .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

generate: setup ## write app_manifest.yaml and docs/messages.md from the code
	@$(BIN)/python -m bot.generate .
