#!/bin/sh
# Makes .venv exactly as requirements.lock says, and stamps it.
set -eu
cd "$(dirname "$0")/.."

fail() {
  echo "setup: $1" >&2
  exit 1
}

recent='import sys; sys.exit(sys.version_info < (3, 11))'
bare=""
python=""
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
  if "$candidate" -c "$recent" >/dev/null 2>&1; then
    if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
      python=$candidate
      break
    fi
    bare=$candidate
  fi
done

if [ -z "$python" ]; then
  [ -z "$bare" ] || fail "$bare cannot make virtual environments. Install its venv package (Debian, Ubuntu: apt install python3-venv) and run make again."
  fail "Python 3.11 or newer is needed and was not found. Install it, or name one: make setup PYTHON=/path/to/python3."
fi

if ! .venv/bin/python -c "$recent" >/dev/null 2>&1 || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  "$python" -m venv --clear .venv
fi

uv=$(sed -n 's/^\(uv==[^ ;]*\).*/\1/p' requirements.lock)
if { .venv/bin/uv --version || .venv/bin/python -m pip install --quiet "$uv"; } >/dev/null 2>&1 &&
  .venv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements.lock; then
  :
else
  echo "setup: uv cannot do it here; pip does the same, and takes longer" >&2
  .venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock ||
    fail "the packages of requirements.lock could not be installed."
fi
touch .venv/.ready
