"""Which SLA clocks a report looks at: the one definition of their rows, at an instant, and what is asked of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ARRAY, BigInteger, Date, DateTime, Numeric, Text, Uuid, column, or_, select
from sqlalchemy.sql.elements import ColumnClause, ColumnElement
from sqlalchemy.sql.selectable import FromClause, TableValuedAlias

from libs.runtime.versions import OPEN
from services.reporting.projections import tables
from services.reporting.projections.selection import NOW, Moment

Verdict = Literal["running", "met", "missed", "canceled"]
VERDICTS: tuple[Verdict, ...] = ("met", "missed", "running", "canceled")

_TEXTS = (
    *("number", "project", "customer", "stage", "agreement_number", "agreement_group", "clock", "policy", "level"),
    *("priority", "calendar", "time_zone", "state", "verdict", "due_at"),
)
_INSTANTS = ("verdict_at", "started_at", "stopped_at", "at_risk_at", "measured_at")
_COUNTS = ("policy_version", "budget_seconds", "budget_days", "elapsed_seconds")
_EQUAL = ("number", "agreement", "agreement_group", "customer", "policy", "clock", "verdict")
"""What a selection names as the rows name it."""


@dataclass(frozen=True)
class Owned:
    """What a caller is held to: orders of his as customer, or as a worker of them; None holds to nothing."""

    customer: str | None = None
    worker: str | None = None


EVERYONES = Owned()
"""Held to nothing."""


@dataclass(frozen=True)
class SlaSelection:
    """Which clocks count; None stands for all.

    `period_from` and `period_to` are days, both included: a clock belongs to the local day of its verdict, while it
    runs to that of its start. Source: contracts 7, sla 14.
    """

    moment: Moment = NOW
    owned: Owned = EVERYONES
    period_from: date | None = None
    period_to: date | None = None
    order: str | None = None
    number: str | None = None
    agreement: str | None = None
    agreement_group: str | None = None
    customer: str | None = None
    policy: str | None = None
    clock: str | None = None
    verdict: Verdict | None = None


def clocks_at(moment: Moment) -> TableValuedAlias:
    """The one definition of a clock's row, in analytics_sla.sql, at an instant."""
    columns: list[ColumnClause[Any]] = [
        *(column(name, Text) for name in _TEXTS),
        *(column(name, DateTime(timezone=True)) for name in _INSTANTS),
        *(column(name, BigInteger) for name in _COUNTS),
        *(column(name, Uuid(as_uuid=False)) for name in ("order_id", "agreement")),
        *(column(name, Date) for name in ("service_date", "period_on")),
        column("consumption_percent", Numeric),
        column("reasons", ARRAY(Text)),
    ]
    return moment.rows("sla_rows", *columns)


def conditions(selection: SlaSelection, rows: FromClause) -> list[ColumnElement[bool]]:
    """What a clock must be like."""
    named = {name: getattr(selection, name) for name in _EQUAL} | {"order_id": selection.order}
    wanted = [rows.c[name] == value for name, value in named.items() if value is not None]
    wanted += [rows.c.period_on >= selection.period_from] if selection.period_from else []
    wanted += [rows.c.period_on <= selection.period_to] if selection.period_to else []
    mine = _mine(selection.owned, rows)
    return [*wanted, or_(*mine)] if mine else wanted


def _mine(owned: Owned, rows: FromClause) -> list[ColumnElement[bool]]:
    """Whose an order is stands as it stands now, whatever the instant asked about: as for orders themselves."""
    found: list[ColumnElement[bool]] = [rows.c.customer == owned.customer] if owned.customer else []
    if owned.worker is not None:
        order, line = tables.service_order.c, tables.order_line.c
        answers = or_(order.responsible == owned.worker, order.preferred_technician == owned.worker)
        found += [
            rows.c.order_id.in_(select(order.stream_id).where(order.known_to == OPEN, answers)),
            rows.c.order_id.in_(select(line.stream_id).where(line.known_to == OPEN, line.worker == owned.worker)),
        ]
    return found
