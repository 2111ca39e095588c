# `make help` says what each target is for. Everything is installed into .venv and web/ui/node_modules.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
STAMPS := .venv/stamps
export PATH := $(BIN):$(PATH)
export PYTHONSAFEPATH := 1

help: ## this list
	@echo "OmniHub. 'make run' and 'make test' install what they need first."
	@echo "'make run' works without root where python3 (3.11 or newer) and its venv module exist."
	@echo
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | column -t -s '|'

# ---- Python -----------------------------------------------------------------------------------

setup: $(STAMPS)/all ## .venv with the product, its tests and checks

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "OmniHub needs Python 3.11 or newer. Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq python3-venv; \
	  else \
	    echo "Python's venv module is missing: install the package python3-venv, as root." >&2; exit 1; \
	  fi; fi
	@$(PYTHON) -m venv .venv

# What running the product takes. The tests' packages (one of them under the GPL) are not among it.
$(STAMPS)/packages: requirements.lock requirements-build.lock | .venv/bin/python
	@echo "Installing the Python packages of the product ..."
	@$(PIP) install --require-hashes -r requirements.lock -r requirements-build.lock
	@mkdir -p $(@D) && touch $@

$(STAMPS)/run: pyproject.toml requirements.in $(STAMPS)/packages
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/all: requirements-dev.lock $(STAMPS)/run
	@echo "Installing the Python packages of tests and checks ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@mkdir -p $(@D) && touch $@

$(BIN)/uv: | $(STAMPS)/all

UV_COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

lock: | $(BIN)/uv ## write the locks anew from requirements*.in (UPGRADE=1: newest versions)
	@$(UV_COMPILE) requirements-dev.in --output-file requirements-dev.lock
	@$(UV_COMPILE) requirements.in --constraint requirements-dev.lock --output-file requirements.lock
	@$(UV_COMPILE) requirements-build.in --constraint requirements-dev.lock --output-file requirements-build.lock

# ---- Web screens ------------------------------------------------------------------------------

UI_BUILT := web/static/.built
UI_PACKAGES := web/ui/node_modules/.installed
UI_SOURCES := $(shell find web/ui channels/webchat -type f \
  -not -path '*/node_modules/*' -not -path '*/static/*' -not -name '*.py' -not -name '*.pyc' 2>/dev/null)

ui: $(UI_BUILT) ## the screens: web/ui into web/static, and the web chat widget

$(UI_PACKAGES): web/ui/package.json web/ui/package-lock.json | $(STAMPS)/run
	@echo "Installing the packages of the screens ..."
	@cd web/ui && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(UI_BUILT): $(UI_PACKAGES) $(UI_SOURCES)
	@echo "Building the screens ..."
	@cd web/ui && npm run --silent build
	@mkdir -p $(@D) && touch $@

# ---- Run, test, check -------------------------------------------------------------------------

run: $(STAMPS)/run ui ## start the demo on this machine (Ctrl-C ends it)
	@exec $(BIN)/hub demo

test-parts: # the real parts that Debian packages
	@tests/parts/install

test: setup ui test-parts ## every suite, or SUITES="unit web"
	@$(BIN)/python -m tests.run $(SUITES)

CHECKS := format lint types imports screens locks compose links

check: setup $(UI_PACKAGES) ## format, lint, types, imports, screens, locks, compose file, links
	@$(MAKE) --keep-going --jobs=1 $(CHECKS:%=check-%)

TITLE = @printf '\n== %s\n' $(@:check-%=%)
check-format:
	$(TITLE) && ruff format --check --output-format=concise .
check-lint:
	$(TITLE) && ruff check --output-format=concise .
check-types:
	$(TITLE) && mypy .
check-imports:
	$(TITLE) && lint-imports --no-logo --cache-dir build/cache/import-linter
check-screens:
	$(TITLE) && cd web/ui && npm run --silent check
check-locks:
	$(TITLE) && $(BIN)/python -m pip check && $(BIN)/python -m tests.architecture.locks
check-compose:
	$(TITLE) && check-jsonschema --builtin-schema vendor.compose-spec compose.yaml \
	  && $(BIN)/python -m tests.architecture.compose
check-links:
	$(TITLE) && $(BIN)/python -m tests.architecture.links

audit: setup ## known vulnerabilities in the locked packages (asks the package index)
	@$(BIN)/python -m tests.architecture.audit

simulate: setup ## the protocol under 100,000 random schedules
	@$(BIN)/python -m tests.simulation --schedules $(or $(SCHEDULES),100000)

bench: setup ## measure; ONLY=name for one measurement
	@$(BIN)/python -m tests.bench $(ONLY)

docs: setup $(UI_PACKAGES) ## check links; write docs/api/openapi.json and the screens' types from it
	@$(BIN)/python -m tests.architecture.links
	@mkdir -p build docs/api && $(BIN)/hub openapi > build/openapi.json && mv build/openapi.json docs/api/openapi.json
	@cd web/ui && npm run --silent types -- $(CURDIR)/docs/api/openapi.json

secrets: ## .env with fresh secrets for compose.yaml (kept when it exists)
	@test -e .env || (umask 077; for name in MONGODB_PASSWORD MONGODB_KEYFILE ELASTIC_PASSWORD REDIS_PASSWORD; do \
	  echo "$$name=$$($(PYTHON) -c 'import secrets; print(secrets.token_hex(24))')"; done > .env)

clean: ## remove what was built (not .venv, not data)
	@rm -rf build web/static channels/webchat/static web/ui/node_modules

.PHONY: $(CHECKS:%=check-%) help setup lock ui run test-parts test check audit simulate bench docs secrets clean
