"""What can have happened to a service order."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from libs.events.fact import Fact
from libs.events.reference import LineType, ProjectType
from libs.events.types import (
    Amount,
    Count,
    CurrencyCode,
    Day,
    Flag,
    Id,
    Key,
    Name,
    Number,
    PersonalNote,
)

Priority = Literal["low", "normal", "high"]
PriceSource = Literal["search", "override", "missing"]
"""Where a line's unit prices come from; a line whose price is missing is added at zero and cannot post."""


class OrderFact(Fact, publisher="order"):
    """A fact of the order service; its stream is the order, or what orders are set up with."""


class OrderHeader(OrderFact):
    """The header as people may change it. `service_date` is the local day of the visit."""

    description: PersonalNote | None = None
    service_date: Day
    priority: Priority | None = None
    responsible: Key | None = None
    preferred_technician: Key | None = None


class OrderCreated(OrderHeader):
    """An order stands: one visit to a customer on one day, charged to a project. Source: ORD-01, ORD-02.

    `project_type` is the project's at that time: whether lines earn sales does not change later. Source: PRJ-07.
    `origin` names how it came about (ORD-01): manual.
    """

    number: Name
    origin: Key
    agreement: Id | None = None
    project: Key
    project_type: ProjectType | None = None
    customer: Key | None = None
    currency: CurrencyCode


class OrderRevised(OrderHeader):
    """The header after the revision, whole."""


class LineValues(OrderFact):
    """One resource of the visit with its prices frozen. Source: LIN-01 to LIN-07, PRJ-01, PRJ-05.

    `unit_cost` and `unit_price` are decimal strings in the order's currency; `cost` and `sales` are rounded once per
    line. `sales` is zero when the line is not chargeable or the project is not time and material. `agreement_line` is
    the line of the agreement that this one was made from.
    """

    line: Count
    type: LineType
    category: Key | None = None
    description: PersonalNote | None = None
    worker: Key | None = None
    item: Key | None = None
    line_property: Key | None = None
    quantity: Number
    unit: Key | None = None
    unit_cost: Number
    cost: Amount
    unit_price: Number
    sales: Amount
    chargeable: Flag
    tax_groups: tuple[Key, ...] = ()
    agreement_line: Count | None = None


class OrderLineAdded(LineValues):
    """A line was added, Created, with prices from the price search, or none found."""

    price_source: PriceSource


class OrderLineRevised(LineValues):
    """A Created line after its revision, whole."""

    price_source: PriceSource


class OrderLinePriceOverridden(OrderFact):
    """A Created line's unit prices were set by hand, with the reason."""

    line: Count
    unit_cost: Number
    cost: Amount
    unit_price: Number
    sales: Amount
    reason: PersonalNote


class OrderLineCanceled(OrderFact):
    """A Created line will not be done. Source: LIF-03."""

    line: Count
    reason: PersonalNote | None = None


class OrderCanceled(OrderFact):
    """The order will not be done: the lines named were Created and are Canceled with it. Source: LIF-02, [?22]."""

    reason: PersonalNote | None = None
    lines: tuple[Count, ...]


class OrderSignedOff(OrderFact):
    """The lines named are confirmed as done. Source: PST-01."""

    lines: tuple[Count, ...]


class OrderSignOffWithdrawn(OrderFact):
    """The lines named are open again, before posting. Source: PST-10."""

    lines: tuple[Count, ...]
    reason: PersonalNote | None = None


class PostedBefore(BaseModel):
    """The posting and line whose amounts are taken back."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    posting: Count
    line: Count


class OrderLinePosted(LineValues):
    """A line's project transaction. A reversal negates quantity and amounts and names what it takes back.

    `transaction` is the id of (order, line, posting); a reversal has one of its own. Source: PST-05, POS-11.
    """

    posting_id: Id
    posting_number: Count
    transaction: Id
    reverses: PostedBefore | None = None


class OrderLinePostingFailed(OrderFact):
    """A line could not post and stays Created. `reason` is the rule's code. Source: PST-06, PST-07."""

    line: Count
    reason: Name
    sentence: Name


class PostedLine(BaseModel):
    """A line of a posting, complete in itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    line: Count
    type: LineType
    category: Key | None = None
    description: PersonalNote | None = None
    quantity: Number
    unit_cost: Number
    cost: Amount
    unit_price: Number
    sales: Amount
    chargeable: Flag
    tax_groups: tuple[Key, ...] = ()
    reverses: PostedBefore | None = None


class OrderPosted(OrderFact):
    """A posting that posted at least one line: what downstream invoicing reacts to. Source: contracts 1.

    `posting_number` counts 1, 2, ... in the order; `final` says that no Created line is left.
    """

    posting_id: Id
    posting_number: Count
    order_id: Id
    order_number: Name
    customer: Key | None = None
    project: Key
    agreement: Id | None = None
    currency: CurrencyCode
    service_date: Day
    final: Flag
    reason: PersonalNote | None = None
    lines: tuple[PostedLine, ...]


FACTS: tuple[type[Fact], ...] = (
    OrderCreated,
    OrderRevised,
    OrderLineAdded,
    OrderLineRevised,
    OrderLinePriceOverridden,
    OrderLineCanceled,
    OrderCanceled,
    OrderSignedOff,
    OrderSignOffWithdrawn,
    OrderLinePosted,
    OrderLinePostingFailed,
    OrderPosted,
)
