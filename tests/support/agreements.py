"""A calendar and an SLA policy that tests put."""

from collections.abc import Mapping
from typing import Any

_OFFICE = [["08:00", "12:00"], ["13:00", "17:00"]]
CALENDAR: tuple[str, Mapping[str, Any]] = (
    "calendars/OFFICE",
    {
        "time_zone": "Europe/Brussels",
        "weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _OFFICE),
        "exceptions": {"2026-12-25": []},
        "valid_from": "2026-01-01",
    },
)
A_POLICY: dict[str, Any] = {
    "name": "Gold",
    "effective_on": "2026-01-01",
    "calendar": "OFFICE",
    "clocks": {
        "response": {"targets": {"normal": "PT4H", "high": "PT1H"}, "at_risk": [{"percent": "80"}]},
        "resolution": {"targets": {"normal": {"working_days": 2}}},
    },
}
