# Everything that people do here, each in one word. `make help` lists it.
PYTHON ?= python3
PORTAL := .venv/bin/python manage.py
PYTEST := .venv/bin/python -m pytest
# Extra words for the demonstration or for pytest: make demo ARGS=--simulated, make test-fast ARGS="tests/tenants -x"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint format bench image migrations schema states

help:  ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo:  ## Install what is missing, run a small world with one real instance, and serve it until Ctrl-C.
	@$(PYTHON) -m deploy.bootstrap demo
	@exec $(PORTAL) demo $(ARGS)

test:  ## Install what is missing and run the whole suite: on SQLite, then all that touches the database on MariaDB.
	@$(PYTHON) -m deploy.bootstrap test
	@$(PYTHON) -m deploy.suite $(ARGS)

test-fast:  ## Run the quick tests, which need no service, on SQLite: under three minutes.
	@$(PYTHON) -m deploy.bootstrap lint
	@$(PYTEST) -q -n 2 -m "not real and not slow" $(ARGS)

lint:  ## Check style, types, import contracts, migrations and the published API schema.
	@$(PYTHON) -m deploy.bootstrap lint
	@$(PYTHON) -m deploy.lint

format:  ## Lay out the Python files as the linter wants them.
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench:  ## Print ratios: list pages with few and many rows, deployments by one and two workers.
	@$(PYTHON) -m deploy.bootstrap lint
	@$(PORTAL) bench

image:  ## Build the small guest image (var/image), unless it is current.
	@$(PYTHON) -m deploy.bootstrap image

migrations:  ## Write migrations for changed models.
	@$(PORTAL) makemigrations

schema:  ## Write the API schema to docs/api/openapi.yaml.
	@mkdir -p docs/api
	@$(PORTAL) spectacular --fail-on-warn --validate --file docs/api/openapi.yaml

states:  ## Draw the state tables to docs/states.
	@$(PORTAL) draw_states docs/states
