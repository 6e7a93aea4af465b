"""Running cases from a file: python -m tests.cases sla FILE. One line per case, exit 1 when one fails."""

import sys
from pathlib import Path

from tests.cases import sla

RUNNERS = {"sla": sla.run}


def main(arguments: list[str]) -> int:
    """The exit code."""
    if len(arguments) != 2 or arguments[0] not in RUNNERS:
        print(f"usage: python -m tests.cases {'|'.join(RUNNERS)} FILE", file=sys.stderr)
        return 2
    results = list(RUNNERS[arguments[0]](Path(arguments[1])))
    for name, outcome, wanted, got in results:
        print(name, outcome, wanted, got)
    count = {word: sum(outcome == word for _, outcome, _, _ in results) for word in ("ok", "failed", "out-of-scope")}
    print(f"{count['ok']} passed, {count['failed']} failed, {count['out-of-scope']} out of scope")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
