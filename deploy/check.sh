#!/bin/sh
# Everything that can be said of the code without running it; all of it, even when the first finds something.
set -u
cd "$(dirname "$0")/.."

failed=0
for tool in "ruff check --quiet" "ruff format --check --quiet" "mypy --no-error-summary" "lint-imports --no-logo"; do
  # shellcheck disable=SC2086
  if ! .venv/bin/$tool; then
    echo "check: $tool found something" >&2
    failed=1
  fi
done
exit "$failed"
