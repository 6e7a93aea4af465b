"""How often one caller may ask: a bucket of requests for each, which fills again at the rate that is allowed."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic

from libs.runtime.http.problems import Refused

MOST_CALLERS = 10_000
"""So many buckets are kept; the one that was not used for longest goes first, and its caller begins with a full one."""


@dataclass
class _Bucket:
    """What is left of a minute's requests, and when that was counted."""

    left: float
    counted_at: float


class Rates:
    """Requests a minute and caller, writes and reads apart; 0 sets no limit. They are counted in this process, so that
    a service of several processes allows as many times more. Source: security 6.12."""

    def __init__(self, writes: int = 0, reads: int = 0, seconds: Callable[[], float] = monotonic) -> None:
        self._a_minute = {False: writes, True: reads}
        self._seconds = seconds
        self._buckets: OrderedDict[tuple[str, bool], _Bucket] = OrderedDict()

    def take(self, caller: str, *, reads: bool) -> None:
        """Counts one request. Refused with rate_limited (429) when the caller's bucket is empty."""
        most = self._a_minute[reads]
        if not most:
            return
        bucket = self._bucket(caller, reads, most)
        if bucket.left < 1:
            wait = ceil((1 - bucket.left) * 60 / most)
            raise Refused(429, "rate_limited", f"At most {most} such requests a minute.", retry_after=str(wait))
        bucket.left -= 1

    def _bucket(self, caller: str, reads: bool, most: int) -> _Bucket:
        """The caller's bucket, filled up to now."""
        now = self._seconds()
        bucket = self._buckets.setdefault((caller, reads), _Bucket(most, now))
        self._buckets.move_to_end((caller, reads))
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        bucket.left = min(most, bucket.left + (now - bucket.counted_at) * most / 60)
        bucket.counted_at = now
        return bucket
