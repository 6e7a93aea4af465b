"""What came of a case, as one line, and of all of them, as the last one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Said = Literal["ok", "failed", "out-of-scope"]


@dataclass(frozen=True)
class Verdict:
    """One case: what was wanted of it, and what it got; for a case out of scope, why."""

    id: str
    said: Said
    wanted: str
    got: str

    def __str__(self) -> str:
        return f"{self.id} {self.said} | wanted: {self.wanted} | got: {self.got}"


def tell(verdicts: Iterable[Verdict]) -> int:
    """Prints a line per case and the sums; 1 when a case failed, else 0."""
    sums = Counter[Said]()
    for verdict in verdicts:
        sums[verdict.said] += 1
        print(verdict, flush=True)
    print(f"{sums['ok']} passed, {sums['failed']} failed, {sums['out-of-scope']} out of scope")
    return 1 if sums["failed"] else 0
