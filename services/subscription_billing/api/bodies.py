"""What people may say of period codes, groups, prices, parameters and subscriptions over HTTP."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from libs.events.periods import Days
from libs.events.subscription_billing import Alignment, PeriodUnit
from libs.events.subscription_billing_subscriptions import CancellationMode
from libs.events.types import Amount, Count, CurrencyCode, Day, Flag, Id, Key, Name, Note, Number, refuse
from libs.runtime.http.bodies import CommandBody
from services.subscription_billing.api.prices import Price


class PeriodCodeBody(CommandBody):
    """A code, whole. An anchored one names its `anchor`."""

    name: Name
    unit: PeriodUnit
    every: Count = 1
    alignment: Alignment = "calendar"
    anchor: Day | None = None
    anchor_day: Count | None = None


class GeneratePeriodsBody(CommandBody):
    """The days for which periods are wanted."""

    days: Days


class SplitPeriodBody(CommandBody):
    """The day on which the second half begins."""

    on: Day


class SubscriptionGroupBody(CommandBody):
    """A group, whole."""

    name: Name
    invoicing_code: Key
    accrue_revenue: Flag = False
    accrual_code: Key | None = None
    number_sequence: Key | None = None


class SubscriptionPriceBody(CommandBody):
    """A price row, whole: for a project, a price group or all, and for the category and subscription named, if any."""

    code: Key
    effective_on: Day
    price: Price
    project: Key | None = None
    price_group: Key | None = None
    category: Key | None = None
    subscription: Id | None = None


class SubscriptionParametersBody(CommandBody):
    """The parameters, whole; what is not said has its default. Source: subscription-billing 1.13."""

    rounding_period: Literal["first", "last"] = "last"
    accrue_per_day: Flag = False
    reverse_accruals_on_credit: Literal["manual", "invoice_date", "original_posting_date"] = "invoice_date"
    delete_accrued_periods: Flag = False
    project_date_is_invoice_date: Flag = False
    ledger_detail: Literal["total", "line"] = "line"
    frequency_locked_after_invoice: Flag = True
    week_accrues_by_week: Flag = False
    proposal_workflow: Flag = False
    max_periods_per_run: Count = 36


class OpenSubscriptionBody(CommandBody):
    """A subscription in a group, on a project. The number is typed where the group has no sequence; without a currency it
    has the project's, without a base price the one that the price search finds."""

    number: Key | None = None
    name: Name
    group: Key
    project: Key
    category: Key
    currency: CurrencyCode | None = None
    base_price: Price | None = None
    agreement: Id | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class NothingBody(CommandBody):
    """A command that needs nothing."""


class ReasonBody(CommandBody):
    """A command that needs nothing; a reason may be given."""

    reason: Note | None = None


class MustReasonBody(CommandBody):
    """A command that asks for a reason."""

    reason: Note


class RenameBody(CommandBody):
    """The new name."""

    name: Name


class ChangeCategoryBody(CommandBody):
    """The new category."""

    category: Key


class ChangeCurrencyBody(CommandBody):
    """The new currency; without a base price the one that the price search finds in it counts."""

    currency: CurrencyCode
    base_price: Price | None = None


class SetTermBody(CommandBody):
    """The first and the last day, both included; null is open."""

    starts_on: Day | None
    ends_on: Day | None


class CancelBody(CommandBody):
    """The day that is used last, or a day of the period that is."""

    on: Day
    mode: CancellationMode
    reason: Note | None = None


class PriceChangeBody(CommandBody):
    """By a percentage, or to a value: exactly one of the two. Source: IDX-01."""

    percent: Number | None = None
    effective_on: Day | None = None
    reason: Note | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_of_two(cls, said: Any) -> Any:
        if isinstance(said, dict) and ("percent" in said) == ("to" in said):
            raise refuse("one_of_two", "a percentage or a new value, and not both")
        return said


class UpdateBasePriceBody(PriceChangeBody):
    """The base price, by a percentage or to a price."""

    to: Amount | None = None


class UpdateIndexBody(PriceChangeBody):
    """The index, by a percentage of itself or to a value."""

    to: Number | None = None


class UpdateManyBody(CommandBody):
    """Whose prices change: those of a group, or of the subscriptions named. Source: IDX-03."""

    group: Key | None = None
    subscriptions: Annotated[list[Id] | None, Field(max_length=1000)] = None

    @model_validator(mode="before")
    @classmethod
    def _whose(cls, said: Any) -> Any:
        if isinstance(said, dict) and ("group" in said) == ("subscriptions" in said):
            raise refuse("one_of_two", "a group or subscriptions, and not both")
        return said


class UpdateBasePricesBody(UpdateManyBody, UpdateBasePriceBody):
    """The base prices of many subscriptions."""


class UpdateIndexesBody(UpdateManyBody, UpdateIndexBody):
    """The indexes of many subscriptions."""


def said(body: CommandBody) -> dict[str, Any]:
    """The fields that the body names, but `at`."""
    return {name: getattr(body, name) for name in body.model_fields_set if name != "at"}
