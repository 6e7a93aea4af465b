"""When subscriptions are over: the durable timers of cancellation and expiry. Source: LIF-04, LIF-07."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, DateTime, ScalarSelect, Select, Text, cast, func, literal, select

from libs.runtime.versions import OPEN
from services.subscription_billing.projections import copies
from services.subscription_billing.projections.subscription_list import subscription_list

OPEN_STATES = ("draft", "active", "inactive")


def over(now: datetime, most: int) -> Select[str, date]:
    """The subscriptions whose last day is over where their project is, the earliest first, each with the day there.

    A fact that was told takes the row out, so a timer asks until it has been heard, and then no more. Source: PER-07.
    """
    table, project = subscription_list.c, copies.project.table.c
    today = _today(now, project.time_zone, _zone_of_company())
    last_day = func.least(table.last_day, table.ends_on)
    return (
        select(cast(table.stream_id, Text).label("stream_id"), today.label("today"))
        .outerjoin(copies.project.table, (project.key == table.project) & (project.known_to == OPEN))
        .where(table.known_to == OPEN, table.state.in_(OPEN_STATES), last_day < today)
        .order_by(last_day, table.stream_id)
        .limit(most)
    )


def today_of_company(now: datetime) -> ColumnElement[date]:
    """The day where the company is; of UTC while nobody has said where that is. Source: PER-07."""
    return _today(now, _zone_of_company())


def _zone_of_company() -> ScalarSelect[str]:
    company = copies.company.table.c
    return select(company.time_zone).where(company.known_to == OPEN).limit(1).scalar_subquery()


def _today(now: datetime, *zones: ColumnElement[str]) -> ColumnElement[date]:
    """The day in the first zone that is known, else in UTC."""
    return cast(func.timezone(func.coalesce(*zones, "UTC"), literal(now, DateTime(timezone=True))), Date)
