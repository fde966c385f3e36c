# Everything starts from nothing: each target first prepares what it needs (scripts/bootstrap.py).
PYTHON ?= python3
PY := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test lint format axe api-fuzz bench races reminders export-kills faults deploy-trial

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

setup: ## prepare .venv and the system libraries, start nothing
	@$(PYTHON) scripts/bootstrap.py

setup-dev:
	@$(PYTHON) scripts/bootstrap.py --dev

run: setup ## the whole portal with the demo city, on PORT (8000); Ctrl-C stops it
	@exec $(PY) -m scripts.portal

test: setup-dev ## every test on SQLite, PostgreSQL, Redis and in the browser; ARGS="-k name" narrows
	@exec $(PY) -m scripts.test $(ARGS)

lint: setup-dev ## style, layers, security, dependencies, templates, migrations; changes nothing
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports
	$(PY) -m bandit -q -c pyproject.toml --severity-level medium -r branchyear branches members tasks reports scripts
	$(PY) -m scripts.audit_dependencies
	$(PY) -m scripts.lint_templates
	$(PY) -m scripts.lint_migrations
	$(PY) manage.py check --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run

.PHONY: sbom hostile pictures
pictures: setup-dev ## the pictures of the user manual and the README anew, by the journeys that take them
	@PICTURES=write $(PY) -m pytest -q branchyear/tests/journeys/test_year.py branchyear/tests/journeys/test_inspection.py

sbom: setup-dev ## a bill of materials of everything that is delivered (CycloneDX), to sbom.json
	$(PY) -m scripts.sbom > sbom.json

hostile: setup-dev ## every hostile value in every field of every form (R9)
	@exec $(PY) -m pytest -q -s branchyear/tests/hostile_full.py $(ARGS)

format: setup-dev ## put the code into the house format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

axe: setup-dev ## axe-core over every page of the access table in a real browser (fetches axe-core from npm)
	@exec $(PY) -m pytest -q -s branchyear/tests/axe_pages.py $(ARGS)

api-fuzz: setup-dev ## schemathesis over every operation of the API, against the running portal; ARGS="--examples 50"
	@exec $(PY) -m scripts.api_fuzz $(ARGS)

bench: setup-dev ## run bench/bench_*.py and show one table; ARGS="part-of-name" chooses
	@exec $(PY) -m scripts.bench $(ARGS)

races: setup-dev ## 1,000 forms posted five times at once, 500 rounds of four people at one item, on SQLite and PostgreSQL
	@exec $(PY) -m scripts.races $(ARGS)

reminders: setup-dev ## 10,000 branches reminded under two beats, three workers, redelivery, an emptied broker and downtime; ARGS=--embedded
	@exec $(PY) -m scripts.reminder_trial $(ARGS)

export-kills: setup-dev ## a city's ledger while its workers are killed ten times, on PostgreSQL and Redis; ARGS="--embedded --scale city"
	@exec $(PY) -m scripts.export_trial $(ARGS)

faults: setup-dev ## what the portal promises (R1-R14), broken on purpose and counted; ARGS="r1 r3 --quick"
	@exec $(PY) -m scripts.faults $(ARGS)

deploy-trial: setup-dev ## deploy/ on this machine: nginx, PostgreSQL, Redis, upgrade under load, faults, loss and restore (root)
	@exec $(PY) -m scripts.deploy_trial $(ARGS)
