"""What people may say of fees, runs, proposals and accruals over HTTP."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from libs.events.periods import Days
from libs.events.subscription_billing_fees import FeeKind, PriceSource, RunKind
from libs.events.subscription_billing_invoices import GroupedBy, InvoicingMethod
from libs.events.types import Amount, Day, Flag, Id, Key, Note, Number, refuse
from libs.runtime.http.bodies import CommandBody
from services.subscription_billing.domain.fees.fee_run import MOST_SUBSCRIPTIONS
from services.subscription_billing.domain.invoicing.proposal import MOST_LINES


def _line_number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= len(value) <= 9):
        raise refuse("invalid_number", "a line's number")
    return int(value)


LineNumber = Annotated[int, PlainValidator(_line_number), WithJsonSchema({"type": "integer", "minimum": 1})]
"""A line's number in a path."""


class FeeRunBody(CommandBody):
    """Which fees are wanted, for whom. Of the filters every one that is named must fit. Source: FEE-01 to FEE-09."""

    kind: RunKind
    code: Key
    days: Days
    catch_up: Flag = False
    continuous: Flag = False
    price_source: PriceSource = "indexed_base_price"
    percentage: Number = Decimal(0)
    project_date: Day | None = None
    group: Key | None = None
    project: Key | None = None
    subscriptions: Annotated[list[Id], Field(max_length=MOST_SUBSCRIPTIONS, default_factory=list)]
    force_zero: Flag = False
    description: Note | None = None


class ReduceDaysBody(CommandBody):
    """The days to take off; those that a fee does not have are ignored. Source: RED-03."""

    days: Days
    project_date: Day | None = None
    reason: Note | None = None


def _discount(value: Decimal) -> Decimal:
    if not 0 < value <= 100:
        raise refuse("percent_range", "above 0 and at most 100 percent")
    return value


Discount = Annotated[Number, AfterValidator(_discount)]
"""A percentage that is taken off: above 0, at most 100."""


class ChangeFeePriceBody(CommandBody):
    """A percentage of what the fee was created with, or a discount on it: exactly one of the two. A `percentage` of -20 and
    a `discount_percentage` of 20 both take a fifth off. Source: PCH-01, PCH-03, data MNY-020."""

    percentage: Number | None = None
    discount_percentage: Discount | None = None
    project_date: Day | None = None
    reason: Note | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "ChangeFeePriceBody":
        if (self.percentage is None) == (self.discount_percentage is None):
            raise refuse("one_of_two", "a percentage or a discount, and not both")
        return self

    @property
    def change(self) -> Decimal:
        """By how many percent the price changes: a discount lowers it."""
        return self.percentage if self.percentage is not None else -(self.discount_percentage or Decimal(0))


class ProposalRunBody(CommandBody):
    """Of which fees proposals are wanted. Source: INV-02, INV-04."""

    method: InvoicingMethod
    invoice_date: Day
    grouped_by: GroupedBy = "contract"
    project_dates: Days | None = None
    project: Key | None = None
    contract: Key | None = None
    customer: Key | None = None
    group: Key | None = None
    subscription: Id | None = None
    kinds: Annotated[list[FeeKind], Field(max_length=4, default_factory=list)]


class ProposalBody(CommandBody):
    """A proposal of these fees. Where several customers pay them, `customer` says whose shares. Source: INV-03, INV-05."""

    method: InvoicingMethod
    invoice_date: Day
    fees: Annotated[list[Id], Field(min_length=1, max_length=MOST_LINES)]
    customer: Key | None = None


class ProposedFeeBody(CommandBody):
    """One more fee for a proposal."""

    fee: Id


class RepriceBody(CommandBody):
    """What a line is to be invoiced at. Source: INV-06."""

    amount: Amount
    reason: Note | None = None


class ApproveBody(CommandBody):
    """What the proposal comes to, as the person saw it: the `total` that it shows, which is the sum of the amounts of its
    lines, before tax unless the prices contain it. Where it comes to something else by now, it is refused. Without
    `total` nothing is compared. Source: INV-07, data MNY-017."""

    total: Amount | None = None


class PostBody(ApproveBody):
    """The day of the document; the proposal's own invoice date, when it is not named. And the `total`, as in an approval:
    tax is known only with the document."""

    issued_on: Day | None = None


class AccrualRunBody(CommandBody):
    """Which revenue is to be earned, and on which day. Source: ACC-08."""

    code: Key
    posting_date: Day
    group: Key | None = None
    subscription: Id | None = None


class AccrueBody(CommandBody):
    """The day on which a line is earned. Source: ACC-09."""

    on: Day


class ReverseBody(CommandBody):
    """The day on which a line is taken back. Source: ACC-09."""

    on: Day
    reason: Note | None = None
