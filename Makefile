.DEFAULT_GOAL := help
.PHONY: help setup demo run test chaos check fmt docs lock up down clean

# Compiled modules are kept, also where the surroundings say otherwise: without them every process starts in twice the time.
export PYTHONDONTWRITEBYTECODE :=

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r target says; do printf '  make %-6s  %s\n' "$$target" "$$says"; done

setup: .venv/.ready ## make .venv from requirements.lock; every target below that needs it does so by itself

.venv/.ready: requirements.lock
	@sh deploy/setup.sh

demo: setup ## start everything, tell the story of a company's spring, print the reports
	@.venv/bin/python -m deploy.demo

run: setup ## start the same system with no story
	@.venv/bin/python -m deploy.local

test: setup ## run every test, in two processes
	@.venv/bin/pytest -q --numprocesses=2 --dist=loadscope --no-loadscope-reorder

chaos: setup ## kill and break everything for SECONDS=600, drawn from SEED=1, and check what is left
	@.venv/bin/python -m tests.chaos --seconds $(or $(SECONDS),600) --seed $(or $(SEED),1)

check: setup ## lint, layout, types, import contracts
	@sh deploy/check.sh

fmt: setup ## lay the code out and mend what can be mended
	@.venv/bin/ruff check --fix-only --quiet && .venv/bin/ruff format

docs: setup ## write the generated documents and schemas again
	@.venv/bin/python -m deploy.documents

lock: setup ## write requirements.lock again from pyproject.toml
	@sh deploy/lock.sh

up: ## start the system in containers
	@docker compose up --build --detach

down: ## stop the containers; their data stays
	@docker compose down

clean: ## remove the data of demo and run, and every cache
	@sh deploy/clean.sh
