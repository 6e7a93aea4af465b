#!/bin/sh
# Removes what running, testing and checking left behind. The virtual environment stays.
set -eu
cd "$(dirname "$0")/.."

rm -rf .local .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
