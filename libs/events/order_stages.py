"""What can have been set up for orders: the stage graph, reason codes, parameters; and how an order moves through it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from libs.events.fact import Fact
from libs.events.order import OrderFact
from libs.events.types import Count, Flag, Instant, Key, Name, PersonalNote


class Stage(BaseModel):
    """A stage of orders. What is not allowed is forbidden while an order stands in it. Source: STG-01, STG-03.

    `parent` is the stage before it, None for the first; `requires_reason` asks for a reason when it is entered;
    `stops_clock` pauses the SLA clocks, `responds` stops the response clock.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: Key
    description: Name
    parent: Key | None = None
    allows_modify: Flag = True
    allows_cancel: Flag = True
    allows_delete: Flag = True
    allows_post: Flag = True
    requires_reason: Flag = False
    stops_clock: Flag = False
    responds: Flag = False


class StageGraphDefined(OrderFact):
    """The stages, whole; without any every action is allowed. Source: STG-02, STG-11."""

    stages: tuple[Stage, ...]


class StageReasonRecorded(OrderFact):
    """A reason code. Source: STG-07."""

    code: Key
    description: Name
    active: Flag = True


class OrderParametersSet(OrderFact):
    """The parameters of orders, whole.

    `allow_without_agreement` (CFG-03), `reason_on_cancel` (CFG-04): canceling an SLA demands a reason code;
    `reason_on_exceeding` (CFG-05): so does ending a recording that is over its limit; `default_sla_policy` measures
    orders that no other policy measures (sla 16).
    """

    allow_without_agreement: Flag = True
    reason_on_cancel: Flag = False
    reason_on_exceeding: Flag = False
    default_sla_policy: Key | None = None


class OrderStageChanged(OrderFact):
    """The order entered a stage: a child of the one before, or back to its parent. Source: STG-04, STG-05."""

    stage: Key
    before: Key | None = None
    direction: Literal["first", "next", "previous"]
    at: Instant | None = None


class OrderReasonGiven(OrderFact):
    """A reason on the order's log. Entries count from 1 in the order. Source: STG-06, STG-08, STR-06, STR-07."""

    entry: Count
    kind: Literal["stage", "close", "cancel", "manual"]
    code: Key
    stage: Key | None = None
    note: PersonalNote | None = None


class OrderReasonRemoved(OrderFact):
    """An entry of the log was wrong. Source: STG-08."""

    entry: Count


class OrderTravelReported(OrderFact):
    """A worker set out to a visit. Visits count from 1 in the order. Source: contracts 7."""

    visit: Count
    worker: Key
    at: Instant


class OrderArrivalReported(OrderFact):
    """A worker arrived for a visit. Source: contracts 7."""

    visit: Count
    worker: Key
    at: Instant


class OrderWorkReported(OrderFact):
    """A worker's work at a visit began, was interrupted, went on or ended. Source: contracts 7."""

    visit: Count
    worker: Key
    step: Literal["started", "interrupted", "continued", "ended"]
    at: Instant


FACTS: tuple[type[Fact], ...] = (
    StageGraphDefined,
    StageReasonRecorded,
    OrderParametersSet,
    OrderStageChanged,
    OrderReasonGiven,
    OrderReasonRemoved,
    OrderTravelReported,
    OrderArrivalReported,
    OrderWorkReported,
)
