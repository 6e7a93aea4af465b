"""When invoiced fees are earned: schedules, their lines, and how they move what is still to be earned."""

from libs.events import subscription_billing_accruals as told
from libs.kernel.money import Money
from libs.kernel.view import Heard, Key, Row, Rows, View

SCHEDULE: Key = ()
"""The one row of a schedule's stream in the view of schedules."""

_SAME = (
    *("fee", "share", "document", "kind", "subscription", "subscription_number", "project", "category", "agreement"),
    *("customer", "basis"),
)


def _built(_: Rows, fact: told.ScheduleBuilt, heard: Heard) -> Rows:
    return {
        SCHEDULE: {name: getattr(fact, name) for name in _SAME}
        | {
            "subscription_group": fact.group,
            "invoice": fact.number,
            "invoiced_on": fact.issued_on,
            "accrual_code": fact.code,
            "amount": fact.amount.amount,
            "currency": fact.amount.currency,
            "occurred_at": heard.occurred_at,
        }
    }


accrual_schedule = View("accrual_schedule", "subscription_billing", {told.ScheduleBuilt: _built})

_OPEN: Row = {
    "state": "open",
    "accrued_on": None,
    "reversed_on": None,
    "dropped_on": None,
    "voucher": None,
    "times_posted": 0,
    "deleted": False,
}


def _planned(_: Rows, fact: told.ScheduleBuilt, __: Heard) -> Rows:
    """Source: ACC-02."""
    return {
        (line.line,): {
            **_OPEN,
            "first_day": line.days.first,
            "last_day": line.days.last,
            "amount": line.amount.amount,
        }
        for line in fact.lines
    }


def _change(rows: Rows, lines: tuple[int, ...], change: Row) -> Rows:
    return {(line,): {**rows[line,], **change} for line in lines if (line,) in rows}


def _accrued(rows: Rows, fact: told.RevenueAccrued, _: Heard) -> Rows:
    """Source: ACC-06."""
    told_of = {"accrued_on": fact.on, "reversed_on": None, "voucher": fact.voucher, "times_posted": fact.count}
    return _change(rows, (fact.line,), {"state": "posted", **told_of})


def _reversed(rows: Rows, fact: told.AccrualReversed, _: Heard) -> Rows:
    """Source: ACC-07."""
    told_of = {"accrued_on": None, "reversed_on": fact.on, "voucher": fact.voucher}
    return _change(rows, (fact.line,), {"state": "open", **told_of})


def _dropped(rows: Rows, fact: told.ScheduleLinesDropped, _: Heard) -> Rows:
    """Source: CRN-05."""
    return _change(rows, fact.lines, {"state": "dropped", "dropped_on": fact.credited_on})


def _deleted(rows: Rows, fact: told.ScheduleLinesDeleted, _: Heard) -> Rows:
    """Source: ACC-09."""
    return _change(rows, fact.lines, {"deleted": True})


accrual_line = View(
    "accrual_line",
    "subscription_billing",
    {
        told.ScheduleBuilt: _planned,
        told.RevenueAccrued: _accrued,
        told.AccrualReversed: _reversed,
        told.ScheduleLinesDropped: _dropped,
        told.ScheduleLinesDeleted: _deleted,
    },
)
"""Source: SRP-03."""


def _billed(_: Rows, fact: told.ScheduleBuilt, heard: Heard) -> Rows:
    return _moved(heard, "billed", fact.issued_on, fact.amount)


def _recognised(_: Rows, fact: told.RevenueAccrued, heard: Heard) -> Rows:
    return _moved(heard, "recognised", fact.on, -fact.amount)


def _given_back(_: Rows, fact: told.AccrualReversed, heard: Heard) -> Rows:
    return _moved(heard, "reversed", fact.on, fact.amount)


def _credited(_: Rows, fact: told.ScheduleLinesDropped, heard: Heard) -> Rows:
    return _moved(heard, "credited", fact.credited_on, -fact.amount)


def _moved(heard: Heard, kind: str, on: object, amount: Money) -> Rows:
    row = {"kind": kind, "posted_on": on, "amount": amount.amount, "occurred_at": heard.occurred_at}
    return {(heard.sequence,): row}


deferral = View(
    "deferral",
    "subscription_billing",
    {
        told.ScheduleBuilt: _billed,
        told.RevenueAccrued: _recognised,
        told.AccrualReversed: _given_back,
        told.ScheduleLinesDropped: _credited,
    },
)
"""Source: SRP-04."""
