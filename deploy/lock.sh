#!/bin/sh
# Resolves pyproject.toml for every platform and Python >= 3.11. Pins stay where they still fit; UPGRADE=1 takes the newest.
set -eu
cd "$(dirname "$0")/.."

.venv/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-annotate --custom-compile-command "make lock" ${UPGRADE:+--upgrade} \
  --quiet --output-file requirements.lock
