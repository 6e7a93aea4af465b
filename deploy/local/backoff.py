"""How long a program that keeps dying waits before it starts again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Doubles from the first to the longest wait; a program that stayed up long enough is forgiven."""

    first_seconds: float = 1.0
    longest_seconds: float = 30.0
    stable_seconds: float = 60.0

    def deaths(self, before: int, lived_seconds: float) -> int:
        """The deaths in a row, this one counted."""
        return 1 if lived_seconds >= self.stable_seconds else before + 1

    def wait(self, deaths: int) -> float:
        # the exponent is bounded: a program may die for weeks, and a float ends at 2**1024
        return float(min(self.longest_seconds, self.first_seconds * 2.0 ** min(deaths - 1, 60)))
