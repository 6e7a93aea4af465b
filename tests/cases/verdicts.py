"""What came of a case, as one line, and of all of them, as the last one."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Verdict(NamedTuple):
    """One case: `said` is ok, failed or out-of-scope; what was wanted of it, and what it got; out of scope, why."""

    id: str
    said: str
    wanted: str
    got: str


def tell(verdicts: Iterable[tuple[str, str, str, str]]) -> int:
    """Prints a line per case and the sums; 1 when a case failed, else 0."""
    sums = Counter[str]()
    for name, said, wanted, got in verdicts:
        sums[said] += 1
        print(f"{name} {said} | wanted: {wanted} | got: {got}", flush=True)
    print(f"{sums['ok']} passed, {sums['failed']} failed, {sums['out-of-scope']} out of scope")
    return 1 if sums["failed"] else 0
