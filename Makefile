# Every target starts from nothing but make and Python 3.11 or newer.
#
#   make run        the demo: database, web, worker, beat, sequencer (PORT=8000)
#   make test       the tests that fit into a quarter of an hour
#   make test-long  all tests, with the full figures
#   make check      everything that reads the code without running it
#   make help       the other targets

SHELL := /bin/sh
# The first Python that is new enough; set PYTHON to choose another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && exit; done; echo python3)
BIN := .venv/bin
PORT ?= 8000
WORKERS ?= 2
PYTEST_ARGS ?=
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --only-binary :all: --no-emit-index-url --no-header \
	--no-annotate
# For commands that look at the code only: a demo of their own, thrown away.
ASIDE := DISCLOSURE_MODE=demo DISCLOSURE_VAR=var/check

.DEFAULT_GOAL := help
.PHONY: help setup run test test-long test-database check fmt lock messages \
	messages-check deploy-check clean

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) \
		| awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

setup: ## Make .venv and install the locked packages (skipped when nothing changed)
	@$(PYTHON) tools/bootstrap.py

run: setup ## Run the demo; PORT=8080 for another port, Ctrl-C to stop
	@DISCLOSURE_MODE=demo exec $(BIN)/python manage.py run_all --port $(PORT)

test: setup ## Run the tests
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

test-long: setup ## Run all tests with the full figures
	HYPOTHESIS_PROFILE=long $(BIN)/pytest -n $(WORKERS) --dist worksteal -m "" \
		$(PYTEST_ARGS)

test-database: setup ## Run the tests on TEST_DATABASE_SUPERUSER_URL, browser left out
	@test -n "$$TEST_DATABASE_SUPERUSER_URL" \
		|| { echo "Set TEST_DATABASE_SUPERUSER_URL first."; exit 2; }
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not long and not browser" \
		$(PYTEST_ARGS)

check: setup ## Check style, types, layers, migrations, deployment settings, texts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(ASIDE) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python tools/check_deployment.py
	$(BIN)/python tools/catalogue.py check

deploy-check: setup ## Check the settings that production would have
	$(BIN)/python tools/check_deployment.py

fmt: setup ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: setup ## Compile requirements/*.in into hash-pinned lock files
	$(COMPILE) requirements/dev.in --output-file requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt requirements/app.in \
		--output-file requirements/app.txt

messages: setup ## Collect the texts to translate and compile the catalogues (gettext)
	$(BIN)/python tools/catalogue.py update

messages-check: setup ## Check that every text is collected, translated and compiled
	$(BIN)/python tools/catalogue.py check

clean: ## Remove the demo's and the tests' data; .venv stays
	rm -rf var staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis
