"""What can have happened to SLA policies, agreement groups and service agreements."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from libs.events.calendars import LocalTime
from libs.events.durations import AtRiskPoint, Budget
from libs.events.fact import Fact
from libs.events.order import Priority
from libs.events.reference import LineType
from libs.events.types import Count, Day, Flag, Key, Name, PersonalNote, PositiveNumber

CalendarAppliesTo = Literal["open_hours", "start_only"]
"""`open_hours`: a clock runs while its calendar is open; `start_only`: the calendar moves the start alone, and after
that every second counts. Source: sla 1."""


class AgreementFact(Fact, publisher="agreement"):
    """A fact of the agreement service; its stream is the policy, the group or the agreement."""


class ClockTargets(BaseModel):
    """What one clock may take, by the order's priority, and when it counts as at risk.

    There is always a target for normal: it holds for orders without a priority and for priorities that have none of
    their own.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    targets: Mapping[Priority, Budget]
    at_risk: tuple[AtRiskPoint, ...] = ()

    def target(self, priority: Priority | None) -> Budget:
        """What an order of this priority, or of none, may take."""
        return self.targets.get(priority or "normal", self.targets["normal"])


class SlaPolicyVersion(AgreementFact):
    """A version of an SLA policy, in force from a day. Versions are never changed; on a day counts the one with the
    latest `effective_on` on or before it, and of those the last recorded. Source: SLA-01, sla, definitions.

    `clocks` by name: response, resolution. `calendar` is a calendar of the reference service; without one every second
    counts. `never_pauses` names clocks that no stage and no hand pauses. `reopens`: whether withdrawing the sign-off
    lets the resolution clock go on (sla 7). `end_of_day`: budgets in working days end with the last day, not at the
    time of day of the start (sla 11). `cut_off`: local time; what begins after it counts from the next working day (sla
    12). `applies_to_generated`: whether planned orders are measured (SLA-05). `active`: whether it may be chosen
    (SLA-03): the last recorded version decides; what uses the policy keeps it.
    """

    policy: Key
    version: Count
    name: Name
    effective_on: Day
    calendar: Key | None = None
    calendar_applies_to: CalendarAppliesTo = "open_hours"
    clocks: Mapping[Key, ClockTargets]
    never_pauses: tuple[Key, ...] = ()
    reopens: Flag = True
    end_of_day: Flag = False
    cut_off: LocalTime | None = None
    applies_to_generated: Flag = False
    active: Flag = True


class SlaPolicyDefined(SlaPolicyVersion):
    """The first version of a policy."""


class SlaPolicyRevised(SlaPolicyVersion):
    """A further version of a policy."""


class AgreementGroupRecorded(AgreementFact):
    """A group of agreements; its SLA policy is the default of agreements that are put into it. Source: SAG-01, SAG-03."""

    group: Key
    description: Name
    sla_policy: Key | None = None


class AgreementHeader(AgreementFact):
    """The header as people may change it at any time."""

    description: PersonalNote | None = None
    responsible: Key | None = None
    preferred_technician: Key | None = None
    contact: PersonalNote | None = None


class AgreementCreated(AgreementHeader):
    """A standing contract on a project, as a draft. Source: AGR-01, AGR-02.

    `customer` is the project's. Valid from `starts_on` to `ends_on`, both included; open-ended without the second
    (AGR-04). `sla_from` says whose word the SLA policy is.
    """

    number: Name
    project: Key
    customer: Key | None = None
    group: Key
    starts_on: Day
    ends_on: Day | None = None
    sla_policy: Key | None = None
    sla_from: Literal["agreement", "agreement_group"] | None = None


class AgreementRevised(AgreementHeader):
    """The header after the revision, whole."""


class AgreementAmended(AgreementFact):
    """Terms that hold from a day on, whole: an amendment. On a day count those of the latest `effective_on` on or before
    it, and of those the last recorded. Source: AGR-08."""

    amendment: Count
    effective_on: Day
    group: Key
    sla_policy: Key | None = None
    sla_from: Literal["agreement", "agreement_group"] | None = None
    reason: PersonalNote | None = None


class AgreementLine(AgreementFact):
    """One resource of a typical visit. Source: AGL-02, AGL-04. Valid from `starts_on` to `ends_on`, both included."""

    line: Count
    type: LineType
    quantity: PositiveNumber
    category: Key | None = None
    worker: Key | None = None
    item: Key | None = None
    line_property: Key | None = None
    description: PersonalNote | None = None
    starts_on: Day
    ends_on: Day | None = None


class AgreementLineAdded(AgreementLine):
    """A line was added. Numbers begin at 1 and are never used again. Source: AGL-01."""


class AgreementLineRevised(AgreementLine):
    """A line after its revision, whole."""


class AgreementLineRemoved(AgreementFact):
    """A line is no longer part of the agreement. Source: AGL-01."""

    line: Count


class AgreementLineStopped(AgreementFact):
    """The line yields no orders until it is restarted. Source: AGL-05."""

    line: Count
    reason: PersonalNote | None = None


class AgreementLineRestarted(AgreementFact):
    """The line yields orders again. Source: AGL-05."""

    line: Count


class AgreementActivated(AgreementFact):
    """The draft became a contract: only now it takes orders. Source: contracts 7."""


class AgreementSuspended(AgreementFact):
    """No order is created until it is resumed; lines keep their own flags. Source: AGR-05."""

    reason: PersonalNote | None = None


class AgreementResumed(AgreementFact):
    """Orders are created again. Source: AGR-05."""


class AgreementTerminated(AgreementFact):
    """`on` is the last day: no planning, and no new order after it."""

    on: Day
    reason: PersonalNote


class AgreementRenewed(AgreementFact):
    """The agreement is valid to `to`, included, instead of to `before`."""

    before: Day
    to: Day


FACTS: tuple[type[Fact], ...] = (
    SlaPolicyDefined,
    SlaPolicyRevised,
    AgreementGroupRecorded,
    AgreementCreated,
    AgreementRevised,
    AgreementAmended,
    AgreementLineAdded,
    AgreementLineRevised,
    AgreementLineRemoved,
    AgreementLineStopped,
    AgreementLineRestarted,
    AgreementActivated,
    AgreementSuspended,
    AgreementResumed,
    AgreementTerminated,
    AgreementRenewed,
)
