"""Plays a file of cases: `python -m tests.cases bad-inputs|sla|billing FILE ...`; the module of that name knows how."""

import importlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tests.cases.verdicts import tell

RUNNERS = ("bad-inputs", "sla", "billing")


def module_of(runner: str) -> str:
    """The module that plays the cases: its `run(file, *options)` gives (id, ok|failed|out-of-scope, wanted, got)."""
    return f"tests.cases.{runner.replace('-', '_')}"


def main(arguments: Sequence[str]) -> int:
    """0 when nothing failed, 1 when something did, 2 when there is no such runner or no file."""
    name, *rest = arguments or [""]
    if name not in RUNNERS or find_spec(module_of(name)) is None or not rest:
        known = ", ".join(each for each in RUNNERS if find_spec(module_of(each)))
        print(f"usage: python -m tests.cases RUNNER FILE; the runners are {known}", file=sys.stderr)
        return 2
    file, *options = rest
    return tell(importlib.import_module(module_of(name)).run(Path(file), *options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
