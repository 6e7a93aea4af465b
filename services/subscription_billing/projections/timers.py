"""When subscriptions are over: the durable timers of cancellation and expiry. Source: LIF-04, LIF-07."""

from datetime import date, datetime

from sqlalchemy import Date, DateTime, Select, Text, cast, func, literal, select

from libs.runtime.versions import OPEN
from services.subscription_billing.projections import copies
from services.subscription_billing.projections.subscription_list import subscription_list

OPEN_STATES = ("draft", "active", "inactive")


def over(now: datetime, most: int) -> Select[str, date]:
    """The subscriptions whose last day is over where their project is, the earliest first, each with the day there.

    A fact that was told takes the row out, so a timer asks until it has been heard, and then no more. Source: PER-07.
    """
    table, project, company = subscription_list.c, copies.project.table.c, copies.company.table.c
    of_company = select(company.time_zone).where(company.known_to == OPEN).limit(1).scalar_subquery()
    zone = func.coalesce(project.time_zone, of_company, "UTC")
    today = cast(func.timezone(zone, literal(now, DateTime(timezone=True))), Date)
    last_day = func.least(table.last_day, table.ends_on)
    return (
        select(cast(table.stream_id, Text).label("stream_id"), today.label("today"))
        .outerjoin(copies.project.table, (project.key == table.project) & (project.known_to == OPEN))
        .where(table.known_to == OPEN, table.state.in_(OPEN_STATES), last_day < today)
        .order_by(last_day, table.stream_id)
        .limit(most)
    )
