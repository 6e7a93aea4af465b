"""What stands around an order when it decides: stages, parameters, reason codes, its agreement, policies, calendars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from libs.events.agreement import SlaPolicyVersion
from libs.events.order_sla import SlaLevel
from libs.kernel.period import Period
from libs.kernel.worktime import ALWAYS_OPEN, WorkCalendar
from services.order.domain.parameters import Parameters
from services.order.domain.service_order.state import LineEntry
from services.order.domain.stage_graph import StageGraph


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The agreement of an order, as this service has heard it. `terminated_on` is its last day. Source: AGR-02."""

    id: str
    state: str
    project: str
    customer: str | None
    validity: Period
    terminated_on: date | None = None
    description: str | None = None
    responsible: str | None = None
    preferred_technician: str | None = None


@dataclass(frozen=True)
class AgreementLine:
    """A line of an agreement: what a typical visit needs. Source: AGL-02, AGL-04, AGL-05."""

    number: int
    entry: LineEntry
    validity: Period
    stopped: bool = False


@dataclass(frozen=True)
class Policy:
    """The SLA policy that fits, at the version in force, and whose it is. Source: sla 16."""

    version: SlaPolicyVersion
    level: SlaLevel


@dataclass(frozen=True)
class Surroundings:
    """Read before the decision. `at` is when the command happened, None where no clock can run; `reasons` are the codes
    that may be given; `policy` is for an order that is to be measured anew; `calendars` hold every version known."""

    at: datetime | None = None
    stages: StageGraph = field(default_factory=StageGraph)
    parameters: Parameters = field(default_factory=Parameters)
    reasons: frozenset[str] = frozenset()
    agreement: Agreement | None = None
    policy: Policy | None = None
    calendars: Mapping[str, WorkCalendar] = field(default_factory=dict)

    @property
    def happened_at(self) -> datetime:
        """When the command happened, to the second. Source: sla 5."""
        if self.at is None:
            raise ValueError("a clock is asked without an instant")
        return self.at.replace(microsecond=0)

    @property
    def today(self) -> date:
        """The local day on which the command happened: in the zone of the policy's calendar, in UTC without one.

        Source: contracts 7: a calendar is the only one of an order's surroundings that has a zone.
        """
        named = self.policy.version.calendar if self.policy else None
        return (self.calendars[named] if named else ALWAYS_OPEN).local(self.happened_at).date()


NOTHING_AROUND = Surroundings()


@dataclass(frozen=True)
class Asked:
    """A command with what stands around the order."""

    command: Any
    around: Surroundings
