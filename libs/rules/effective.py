"""Which of several versions counts on a day: what is said for a day on holds until something later is."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Effective(Protocol):
    """Something that counts from a local day on, that day included."""

    @property
    def effective_on(self) -> date:
        """The first day."""


Version = TypeVar("Version", bound=Effective)


def in_force(versions: Iterable[Version], on: date) -> Version | None:
    """The version that counts on a day: of those with the latest `effective_on` on or before it the last one given, so
    that a later word for the same day replaces the earlier. None before the first. `versions` come as recorded.

    Source: AGR-08, SLA-01, sla (definitions): versions of SLA policies and terms of agreements alike.
    """
    found: Version | None = None
    for version in versions:
        if version.effective_on <= on and (found is None or version.effective_on >= found.effective_on):
            found = version
    return found
