"""Plays a file of cases: `python -m tests.cases bad-inputs|sla|billing FILE ...`; the module of that name knows how."""

import importlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec

RUNNERS = ("bad-inputs", "sla", "billing")


def main(arguments: Sequence[str]) -> int:
    """Lets the runner's `main(arguments)` tell its verdicts; 0 when nothing failed, 1 when something did, 2 when there
    is no such runner."""
    name, *rest = arguments or [""]
    module = f"{__package__}.{name.replace('-', '_')}"
    if name not in RUNNERS or find_spec(module) is None:
        known = ", ".join(each for each in RUNNERS if find_spec(f"{__package__}.{each.replace('-', '_')}"))
        print(f"usage: python -m tests.cases RUNNER FILE; the runners are {known}", file=sys.stderr)
        return 2
    code: int = importlib.import_module(module).main(rest)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
