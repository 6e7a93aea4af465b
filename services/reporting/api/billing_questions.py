"""What may be asked of the reports on subscription billing."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from libs.events.subscription_billing_fees import FeeKind
from libs.events.types import CurrencyCode, Day, Id, Key
from services.reporting.api.questions import ReportQuery, YesOrNo, in_order
from services.reporting.projections.billing import FeesBy, MarginBy, RevenueBasis, Wanted

Status = Literal[
    "chargeable",
    "non_chargeable",
    "on_proposal",
    "invoiced",
    "selected_for_credit",
    "on_credit_proposal",
    "credited",
]
Inquiry = Literal["chargeable", "non_chargeable", "on_proposal", "invoiced", "credited"]


class BillingQuery(ReportQuery):
    """Which rows count; what is not named selects nothing away. Days hold both ends."""

    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    currency: CurrencyCode | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.first, self.last, "")
        return self

    def equal(self, *names: str, **others: object) -> tuple[tuple[str, object], ...]:
        """What is named: fields that are called as their column is, and others by column."""
        asked = {name: getattr(self, name) for name in (*names, "currency")} | others
        return tuple((name, value) for name, value in asked.items() if value is not None)

    def between(self, first: str, last: str) -> Wanted:
        """Rows whose day, or whose days from one column to the other, lie within what is asked, or meet it."""
        return Wanted(self.moment, (), _if_said(last, self.first), _if_said(first, self.last))


def _if_said(column: str, day: date | None) -> tuple[tuple[str, date], ...]:
    return ((column, day),) if day else ()


class FeesQuery(BillingQuery):
    """Which fees count: `from` and `to` ask for fees that bill a day between them. Source: SRP-01, SRP-02."""

    subscription: Id | None = None
    number: Key | None = Field(default=None, description="The subscription's number.")
    group: Key | None = None
    project: Key | None = None
    customer: Key | None = None
    category: Key | None = None
    agreement: Id | None = None
    period_code: Key | None = None
    run: Id | None = None
    kind: FeeKind | None = None
    status: Status | None = None
    inquiry: Inquiry | None = Field(default=None, description="Status, where all that was invoiced is invoiced.")
    chargeable: YesOrNo | None = None
    accrual_state: Literal["none", "open", "done"] | None = None
    project_date_from: Day | None = None
    project_date_to: Day | None = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        in_order(self.project_date_from, self.project_date_to, "project_date_")
        return self

    @property
    def wanted(self) -> Wanted:
        """The fees that are meant."""
        same = ("subscription", "project", "customer", "category", "agreement", "period_code", "run", "kind", "status")
        others = {
            "subscription_number": self.number,
            "subscription_group": self.group,
            "inquiry_status": self.inquiry,
        }
        overlap = self.between("first_day", "last_day")
        return Wanted(
            self.moment,
            self.equal(*same, "chargeable", "accrual_state", **others),
            (*overlap.at_least, *_if_said("project_date", self.project_date_from)),
            (*overlap.at_most, *_if_said("project_date", self.project_date_to)),
        )


class FeeTotalsQuery(FeesQuery):
    """Which fees count, and by what they are added up."""

    by: FeesBy = Field(default="subscription", description="Month is that of the project date.")


class AccrualLinesQuery(BillingQuery):
    """Which accrual lines count: `from` and `to` ask for lines that earn a day between them. Source: SRP-03."""

    fee: Id | None = None
    schedule: Id | None = None
    subscription: Id | None = None
    number: Key | None = Field(default=None, description="The subscription's number.")
    group: Key | None = None
    project: Key | None = None
    customer: Key | None = None
    agreement: Id | None = None
    accrual_code: Key | None = None
    state: Literal["open", "posted", "reversed", "dropped"] | None = None

    @property
    def wanted(self) -> Wanted:
        """The lines that are meant."""
        same = ("fee", "schedule", "subscription", "project", "customer", "agreement", "accrual_code", "state")
        others = {"subscription_number": self.number, "subscription_group": self.group}
        days = self.between("first_day", "last_day")
        return Wanted(self.moment, self.equal(*same, **others), days.at_least, days.at_most)


class DeferredQuery(BillingQuery):
    """Which months and groups count; a month counts when one of its days is asked for. Source: SRP-04."""

    group: Key | None = None

    @property
    def wanted(self) -> Wanted:
        """The months that are meant."""
        return _months(self, self.equal(subscription_group=self.group))


class BalanceQuery(BillingQuery):
    """Which months and accounts count; a month counts when one of its days is asked for."""

    account: Key | None = None

    @property
    def wanted(self) -> Wanted:
        """The months that are meant."""
        return _months(self, self.equal("account"))


class JournalQuery(BillingQuery):
    """Which documents count, by their date."""

    customer: Key | None = None
    contract: Key | None = None
    number: Key | None = None
    kind: Literal["invoice", "credit_note"] | None = None

    @property
    def wanted(self) -> Wanted:
        """The documents that are meant."""
        days = self.between("issued_on", "issued_on")
        same = self.equal("customer", "contract", "number", document_kind=self.kind)
        return Wanted(self.moment, same, days.at_least, days.at_most)


class SubscriptionMarginQuery(BillingQuery):
    """What counts for the margin, by the day of posting, document or accrual. Source: MAR-09."""

    by: MarginBy = "agreement"
    basis: RevenueBasis = Field(
        default="earned", description="Subscription revenue as it was recognised, or as it was invoiced."
    )
    agreement: Id | None = None
    project: Key | None = None

    @property
    def wanted(self) -> Wanted:
        """The entries that are meant."""
        days = self.between("counted_on", "counted_on")
        return Wanted(self.moment, self.equal("basis", "agreement", "project"), days.at_least, days.at_most)


def _months(query: BillingQuery, equal: tuple[tuple[str, object], ...]) -> Wanted:
    first = query.first and query.first.replace(day=1)
    return Wanted(query.moment, equal, _if_said("month", first), _if_said("month", query.last))
