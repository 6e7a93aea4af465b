"""What people may say of SLA policies, groups, agreements and lines over HTTP."""

from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from libs.events.agreement import CalendarAppliesTo
from libs.events.calendars import LocalTime
from libs.events.durations import AtRiskPoint, OpenTime, WorkingDays
from libs.events.order import Priority
from libs.events.reference import LineType
from libs.events.types import Day, Flag, Key, Name, Note, PositiveNumber, refuse
from libs.runtime.http.bodies import Body, CommandBody
from services.agreement.domain.service_agreement.guards import LONGEST_YEARS

MOST_CLOCKS, MOST_POINTS = 10, 10


def _line_number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= len(value) <= 9):
        raise refuse("invalid_number", "a line's number")
    return int(value)


LineNumber = Annotated[int, PlainValidator(_line_number), WithJsonSchema({"type": "integer", "minimum": 1})]
"""A line's number in a path."""


class WorkingDaysBody(WorkingDays):
    """A number of working days."""

    model_config = ConfigDict(extra="forbid")


class AtRiskPointBody(AtRiskPoint):
    """A percentage of the budget, or some open time before the clock is due."""

    model_config = ConfigDict(extra="forbid")


class ClockBody(Body):
    """What one clock may take by priority, normal at least, and when it counts as at risk."""

    targets: dict[Priority, OpenTime | WorkingDaysBody]
    at_risk: Annotated[list[AtRiskPointBody], Field(max_length=MOST_POINTS, default_factory=list)]


class PutSlaPolicyBody(CommandBody):
    """A version of a policy, whole; what is not said has the value that the fact gives it."""

    name: Name
    effective_on: Day
    calendar: Key | None = None
    calendar_applies_to: CalendarAppliesTo = "open_hours"
    clocks: Annotated[dict[Key, ClockBody], Field(max_length=MOST_CLOCKS)]
    never_pauses: Annotated[list[Key], Field(max_length=MOST_CLOCKS, default_factory=list)]
    reopens: Flag = True
    end_of_day: Flag = False
    cut_off: LocalTime | None = None
    applies_to_generated: Flag = False
    active: Flag = True


class PutAgreementGroupBody(CommandBody):
    """A group, whole."""

    description: Name
    sla_policy: Key | None = None


class CreateAgreementBody(CommandBody):
    """An agreement on a project, in a group. Without `ends_on` it is open-ended, without `sla_policy` it has the group's."""

    project: Key
    group: Key
    starts_on: Day
    ends_on: Day | None = None
    sla_policy: Key | None = None
    description: Note | None = None
    responsible: Key | None = None
    preferred_technician: Key | None = None
    contact: Note | None = None

    @model_validator(mode="before")
    @classmethod
    def _not_for_centuries(cls, said: Any) -> Any:
        """A period that is far too long is called that, also where its days are none of ours. Source: data PER-004."""
        first, last = (_day(said.get(name)) if isinstance(said, dict) else None for name in ("starts_on", "ends_on"))
        if first is not None and last is not None and last.year - first.year > LONGEST_YEARS:
            raise refuse("period_too_long", f"an agreement is valid for at most {LONGEST_YEARS} years")
        return said


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


class ReviseAgreementBody(CommandBody):
    """The header where it changes; null takes a value away."""

    description: Note | None = None
    responsible: Key | None = None
    preferred_technician: Key | None = None
    contact: Note | None = None


class AddLineBody(CommandBody):
    """A line; which fields it needs depends on its type (AGL-06). Prices are no part of it (AGL-07)."""

    type: LineType
    quantity: PositiveNumber
    category: Key | None = None
    worker: Key | None = None
    item: Key | None = None
    line_property: Key | None = None
    description: Note | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class ReviseLineBody(CommandBody):
    """The line where it changes; null takes a value away, or sets it back to its default."""

    quantity: PositiveNumber = None  # type: ignore[assignment]
    category: Key | None = None
    worker: Key | None = None
    item: Key | None = None
    line_property: Key | None = None
    description: Note | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class NothingBody(CommandBody):
    """A command that needs nothing."""


class ReasonBody(CommandBody):
    """A command that needs nothing; a reason may be given."""

    reason: Note | None = None


class TerminateBody(CommandBody):
    """The last day, and why."""

    on: Day
    reason: Note


class RenewBody(CommandBody):
    """The new last day."""

    to: Day


class AmendBody(CommandBody):
    """What changes of the terms from a day on, and why. An SLA policy of null is the group's."""

    effective_on: Day
    group: Key = None  # type: ignore[assignment]
    sla_policy: Key | None = None
    reason: Note


def said(body: CommandBody) -> dict[str, Any]:
    """The fields that the body names, but `at`."""
    return {name: getattr(body, name) for name in body.model_fields_set if name != "at"}
