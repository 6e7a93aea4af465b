#!/bin/sh
# Runs every test: those with servers and those without in two processes, then, alone, those that kill by the clock.
set -u
cd "$(dirname "$0")/.."

.venv/bin/pytest -q --numprocesses=2 --dist=loadscope --no-loadscope-reorder --ignore=tests/chaos
others=$?
.venv/bin/pytest -q tests/chaos && exit "$others"
