"""The facts in which agreements are specified, with their values spelt out."""

from datetime import date
from decimal import Decimal
from typing import Any

from libs.events import agreement as says

JANUARY, MARCH, JULY, OCTOBER = date(2026, 1, 1), date(2026, 3, 2), date(2026, 7, 1), date(2026, 10, 1)
LAST = date(2026, 12, 31)


def created(**values: Any) -> says.AgreementCreated:
    """An agreement for 2026, in a group without an SLA policy."""
    header: dict[str, Any] = {
        "number": "AG-000001",
        "project": "P-1",
        "customer": "C-1001",
        "group": "BRONZE",
        "starts_on": JANUARY,
        "ends_on": LAST,
    }
    return says.AgreementCreated(**header | values)


def amended(amendment: int, on: date, group: str = "BRONZE", **values: Any) -> says.AgreementAmended:
    return says.AgreementAmended(amendment=amendment, effective_on=on, group=group, **{"reason": "Agreed"} | values)


HOURS: dict[str, Any] = {"type": "hour", "quantity": Decimal("2.5"), "category": "LABOUR", "starts_on": JANUARY}
FILTERS: dict[str, Any] = {"type": "item", "quantity": Decimal(2), "item": "I-1", "starts_on": JANUARY}
TRIP: dict[str, Any] = {"type": "expense", "quantity": Decimal(1), "category": "TRAVEL", "starts_on": JANUARY}
CALL: dict[str, Any] = {"type": "fee", "quantity": Decimal(1), "category": "CALL-OUT", "starts_on": JANUARY}


def added(line: int, values: dict[str, Any] = HOURS, **others: Any) -> says.AgreementLineAdded:
    return says.AgreementLineAdded(line=line, **values | others)


def revised(line: int, values: dict[str, Any] = HOURS, **others: Any) -> says.AgreementLineRevised:
    return says.AgreementLineRevised(line=line, **values | others)


def removed(line: int) -> says.AgreementLineRemoved:
    return says.AgreementLineRemoved(line=line)


def stopped(line: int, reason: str | None = None) -> says.AgreementLineStopped:
    return says.AgreementLineStopped(line=line, reason=reason)


def restarted(line: int) -> says.AgreementLineRestarted:
    return says.AgreementLineRestarted(line=line)


ACTIVATED, RESUMED = says.AgreementActivated(), says.AgreementResumed()


def suspended(reason: str | None = None) -> says.AgreementSuspended:
    return says.AgreementSuspended(reason=reason)


def terminated(on: date) -> says.AgreementTerminated:
    return says.AgreementTerminated(on=on, reason="Plant closed")


def renewed(before: date, to: date) -> says.AgreementRenewed:
    return says.AgreementRenewed(before=before, to=to)
