"""A service order as it stands: its header and its lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, TypeVar

from libs.events import order as says
from libs.events.reference import LineType, ProjectType
from libs.kernel.money import Money
from services.order.domain.service_order.sla.clocks import Sla


class Unset(Enum):
    """Says that a command leaves a value as it is; None takes the value away."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True, kw_only=True)
class Header:
    """What holds for the whole order. `service_date` is the local day of the visit. Source: ORD-02."""

    number: str
    project: str
    project_type: ProjectType | None
    customer: str | None
    currency: str
    service_date: date
    agreement: str | None = None
    description: str | None = None
    priority: says.Priority | None = None
    responsible: str | None = None
    preferred_technician: str | None = None

    @property
    def earns(self) -> bool:
        """Whether chargeable lines earn sales. Source: PRJ-02, PRJ-07."""
        return self.project_type == "time_and_material"


@dataclass(frozen=True, kw_only=True)
class LineEntry:
    """What people say of a line; the rest of it is found or computed. Source: LIN-02."""

    type: LineType
    quantity: Decimal
    category: str | None = None
    worker: str | None = None
    item: str | None = None
    line_property: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class LineValues(LineEntry):
    """A line with its prices frozen. `sales` is zero when it is not chargeable or the project earns nothing."""

    unit: str | None = None
    unit_cost: Decimal
    cost: Money
    unit_price: Decimal
    sales: Money
    chargeable: bool
    tax_groups: tuple[str, ...] = ()


def told(entry: LineEntry) -> dict[str, Any]:
    """The values by name, as a fact tells them."""
    return {each.name: getattr(entry, each.name) for each in fields(entry)}


def heard(fact: says.LineValues) -> LineValues:
    """The values that a fact tells."""
    return LineValues(**{each.name: getattr(fact, each.name) for each in fields(LineValues)})


def entry_of(values: LineValues) -> LineEntry:
    """What people would say to get this line: what a partial change is merged into."""
    return LineEntry(**{each.name: getattr(values, each.name) for each in fields(LineEntry)})


@dataclass(frozen=True)
class Failure:
    """Why the line did not post when it was last tried. Source: PST-06."""

    reason: str
    sentence: str


@dataclass(frozen=True)
class CreatedLine:
    """A line that may still change, post or be canceled."""

    values: LineValues
    price_source: says.PriceSource
    signed_off: bool = False
    failure: Failure | None = None


@dataclass(frozen=True)
class PostedLine:
    """A line whose project transaction lives: `posting` is the number of the posting that made it."""

    values: LineValues
    posting: int
    transaction: str


@dataclass(frozen=True)
class CanceledLine:
    """A line that will not be done."""

    values: LineValues


Line = CreatedLine | PostedLine | CanceledLine


VisitStep = Literal["travel", "arrival", "started", "interrupted", "continued", "ended"]


@dataclass(frozen=True)
class ReasonGiven:
    """An entry of the reason log. Source: STG-08."""

    kind: Literal["stage", "close", "cancel", "manual"]
    code: str
    stage: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Absent:
    """Nothing was created yet."""


@dataclass(frozen=True)
class Visit:
    """A worker's visit: the step it has come to, and when. Source: contracts 7."""

    worker: str
    step: VisitStep
    at: datetime


@dataclass(frozen=True)
class Existing:
    """An order with its lines, by number from 1 and never used again, and the count of its postings.

    `stage` is None while no stages are set up; `entered_at` is when it was entered. `reasons` are the entries of the log
    that stand, `visits` those reported; both count from 1, `last_reason` is the highest number given.
    """

    header: Header
    lines: Mapping[int, Line] = field(default_factory=dict)
    postings: int = 0
    stage: str | None = None
    entered_at: datetime | None = None
    visits: Mapping[int, Visit] = field(default_factory=dict)
    reasons: Mapping[int, ReasonGiven] = field(default_factory=dict)
    last_reason: int = 0
    sla: Sla = field(default_factory=Sla)

    @property
    def arrived(self) -> bool:
        """Whether somebody has arrived."""
        return any(visit.step != "travel" for visit in self.visits.values())


@dataclass(frozen=True)
class Open(Existing):
    """The order takes lines, sign-off and postings."""


@dataclass(frozen=True)
class Posted(Existing):
    """No Created line is left and at least one is Posted: only adjustments follow."""


@dataclass(frozen=True)
class Canceled(Existing):
    """The order was canceled by command."""


State = Absent | Open | Posted | Canceled
Standing = TypeVar("Standing", bound=Existing)


def in_state(kind: type[Standing], order: Existing) -> Standing:
    """The same order in another state."""
    return kind(**{each.name: getattr(order, each.name) for each in fields(Existing)})


def with_lines(order: Standing, changed: Mapping[int, Line]) -> Standing:
    """The order with these lines as given and every other as it was."""
    return replace(order, lines={**order.lines, **changed})


def created_lines(order: Existing) -> dict[int, CreatedLine]:
    """The lines that are Created, in line order."""
    return {number: line for number, line in sorted(order.lines.items()) if isinstance(line, CreatedLine)}
