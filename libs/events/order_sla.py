"""What can have happened to the SLA clocks of a service order. Source: sla, contracts 7."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from libs.events.agreement import CalendarAppliesTo
from libs.events.calendars import LocalTime, TimeZone, ZonedInstant
from libs.events.durations import AtRiskPoint, Budget
from libs.events.fact import Fact
from libs.events.order import OrderFact, Priority
from libs.events.types import Count, Flag, Instant, Key, PersonalNote

SlaLevel = Literal["order", "agreement", "agreement_group", "default"]
"""Whose policy it is, from the most specific to the least. Source: sla 16."""
SlaVerdict = Literal["running", "met", "missed", "canceled"]


class SlaClock(BaseModel):
    """What one clock may take. `pauses` is false for a clock that nothing pauses."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    clock: Key
    budget: Budget
    at_risk: tuple[AtRiskPoint, ...] = ()
    pauses: Flag = True


class SlaTerms(OrderFact):
    """A policy as it applies to an order, complete in itself but for the calendar's windows.

    `calendar_versions` are those by which open clocks are measured; a version that comes later is told by
    OrderSlaCalendarChanged. `time_zone` is the calendar's when the terms began to apply.
    """

    policy: Key
    policy_version: Count
    level: SlaLevel
    priority: Priority
    calendar: Key | None = None
    calendar_versions: tuple[Count, ...] = ()
    calendar_applies_to: CalendarAppliesTo = "open_hours"
    time_zone: TimeZone
    end_of_day: Flag = False
    cut_off: LocalTime | None = None
    reopens: Flag = True
    clocks: tuple[SlaClock, ...]


class OrderSlaAttached(SlaTerms):
    """The order is measured. Source: STR-01, sla 16, SLA-05."""


class SlaMark(OrderFact):
    """Something happened to one clock at an instant, cut to whole seconds.

    `elapsed_seconds` is open time until then; `due_at`, with offset and zone, stands while the clock runs: the instant
    at which the budget is used up if nothing pauses it. `next_at` is when the clock becomes at risk, or missed, next.
    """

    clock: Key
    at: Instant
    elapsed_seconds: Count
    due_at: ZonedInstant | None = None
    time_zone: TimeZone
    next_at: Instant | None = None


class OrderSlaPolicyChanged(SlaMark, SlaTerms):
    """Other terms apply to an open clock: another priority, or another policy.

    `retroactive`: measured as if they had applied from the beginning; otherwise the clock begins anew at `at`. Source:
    sla 8.
    """

    retroactive: Flag
    reason: PersonalNote | None = None


class OrderSlaStarted(SlaMark):
    """The clock runs from now on whenever its calendar is open. Source: STR-01."""


class OrderSlaPaused(SlaMark):
    """The clock stands: the order entered a stage that stops it, or recording was stopped by hand. Source: STR-02, STR-05."""

    cause: Literal["stage", "hand"]
    stage: Key | None = None
    reason: Key | None = None


class OrderSlaResumed(SlaMark):
    """The clock goes on. Source: STR-02, STR-05, [?39]."""

    cause: Literal["stage", "hand"]
    stage: Key | None = None


class OrderSlaStopped(SlaMark):
    """The clock came to its end. Source: STR-06, contracts 7."""

    cause: Literal["arrival", "stage", "sign_off"]
    reason: Key | None = None


class OrderSlaReopened(SlaMark):
    """The clock goes on with what was left: the sign-off was withdrawn; the time between is a gap. Source: sla 7."""


class OrderSlaCalendarChanged(SlaMark):
    """An open clock is measured with a further version of its calendar, from that version's day on. Source: sla 9."""

    calendar: Key
    calendar_versions: tuple[Count, ...]


class OrderSlaAtRisk(SlaMark):
    """The clock has come to an at-risk point; `at` is when it did, whoever noticed. Source: sla 13."""

    point: AtRiskPoint


class OrderSlaMissed(SlaMark):
    """The budget is exceeded: `at` is the first open instant at or after it was due. Source: sla 13."""


class OrderSlaMet(SlaMark):
    """The clock was stopped within its budget. Source: sla 5."""


class OrderSlaCorrected(SlaMark):
    """A verdict that was told changes, because something was reported late. Source: contracts 7."""

    was: SlaVerdict
    now: SlaVerdict
    cause: PersonalNote


class OrderSlaCanceled(SlaMark):
    """The clock is measured no longer; a recorded miss stays one. Source: STR-07, [?41], contracts 7.

    `cause`: the order was canceled, its SLA was, or another policy has no such clock.
    """

    cause: Literal["order", "hand", "policy"]
    reason: Key | None = None


FACTS: tuple[type[Fact], ...] = (
    OrderSlaAttached,
    OrderSlaPolicyChanged,
    OrderSlaStarted,
    OrderSlaPaused,
    OrderSlaResumed,
    OrderSlaStopped,
    OrderSlaReopened,
    OrderSlaCalendarChanged,
    OrderSlaAtRisk,
    OrderSlaMissed,
    OrderSlaMet,
    OrderSlaCorrected,
    OrderSlaCanceled,
)
