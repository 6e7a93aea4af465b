"""Planted bugs of billing: numbers drawn apart, days that nobody guards, revenue that is earned again."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, Text, cast, select

from libs.runtime.database import borrowed
from libs.runtime.relay import woken
from libs.runtime.versions import OPEN
from services.subscription_billing.domain.accruals import schedule as schedules
from services.subscription_billing.domain.fees.account import Account
from services.subscription_billing.projections.schedule_lines import schedule_line
from tests.chaos.bugs_hearing import BETWEEN_SECONDS, drawn_apart
from tests.chaos.points import wrap

Original = Callable[..., Any]


def bill_number_apart() -> None:
    """The counter is moved and committed when a number is drawn, before the document is."""

    def apart(_: Original) -> Original:
        async def draw(self: Any, counter: str) -> int:
            async with borrowed(self.store.recorder.pool) as connection:
                value = await drawn_apart(connection, counter)
            await woken(asyncio.Event(), BETWEEN_SECONDS)
            return value

        return draw

    wrap("libs.runtime.jointly:Joint.draw", apart)


def coverage_forgotten() -> None:
    """A subscription does not know which of its days are billed: every run bills them again, as the next cycle."""
    Account.covered = property(lambda _: ())  # type: ignore[method-assign, assignment]


def earned_again() -> None:
    """An accrual run earns whatever is due, earned before or not."""

    def careless(_: Original) -> Original:
        def to_earn(_: str, on: date, only: dict[str, str], after: str | None, limit: int) -> Select[Any]:
            table = schedule_line.c
            wanted = [table[name] == value for name, value in only.items()] + (
                [table.stream_id > after] if after else []
            )
            found = select(cast(table.stream_id, Text).label("stream_id")).where(table.known_to == OPEN, *wanted)
            return found.where(table.last <= on).group_by(table.stream_id).order_by(table.stream_id).limit(limit)

        return to_earn

    wrap("services.subscription_billing.application.accruals:to_earn", careless)
    decisions: Any = schedules._DECISIONS
    decisions[schedules.AccrueDue] = _due_again


def _due_again(schedule: schedules.Schedule, command: schedules.AccrueDue) -> Sequence[Any]:
    due = [line for line in schedule.lines.values() if line.content.days.last <= command.posting_date]
    return [
        schedules._accrued(schedule, line, command.posting_date, command.run)
        for line in due
        if line.state in ("open", "posted")
    ]
