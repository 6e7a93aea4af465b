"""Open windows of a local day, in whole seconds: written "08:00" to "12:00", or up to "24:00"."""

import re
from collections.abc import Iterable
from itertools import pairwise

Window = tuple[int, int]
"""Opening and closing in seconds of the local day, 0 <= opening < closing <= 86400; the closing second is not in it."""

DAY = 86_400
"""Seconds that a clock on the wall counts from midnight to midnight."""

_WRITTEN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def second_of_day(text: str) -> int:
    """Seconds since local midnight of a time written HH:MM; "24:00" is the end of the day.

    ValueError for anything else, seconds among it: 23:59:59 is not the end of a day. Source: sla, traps.
    """
    written = _WRITTEN.fullmatch(text)
    if written is None or (second := int(written[1]) * 3600 + int(written[2]) * 60) > DAY:
        raise ValueError(f"{text!r} is not a time of day written HH:MM, up to 24:00")
    return second


def window(opening: str, closing: str) -> Window:
    """The window from `opening` up to `closing`: window("22:00", "24:00").

    ValueError when it does not close after it opens; a night shift is two windows, split at midnight, and a window
    up to the end of the day closes at 24:00, not at 00:00. Source: sla, definitions and traps.
    """
    found = second_of_day(opening), second_of_day(closing)
    if found[1] <= found[0]:
        midnight = "; the end of the day is 24:00" if found[1] == 0 else "; split what passes midnight"
        raise ValueError(f"a window opens before it closes, not {opening} to {closing}{midnight}")
    return found


def windows(pairs: Iterable[tuple[str, str]]) -> tuple[Window, ...]:
    """The windows of one day in the order of the day; ValueError for a bad one and for two that overlap."""
    day = sorted(window(opening, closing) for opening, closing in pairs)
    for (_, closing), (opening, _) in pairwise(day):
        if opening < closing:
            raise ValueError("two windows of a day overlap")
    return tuple(day)
