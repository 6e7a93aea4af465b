"""What may be asked of the reports about SLA clocks."""

from typing import Self

from pydantic import Field, model_validator

from libs.events.types import Day, Id, Key, Name
from libs.runtime.auth.caller import Caller
from services.reporting.api.questions import AsOfQuery, ReportQuery, in_order
from services.reporting.projections.compliance import By
from services.reporting.projections.sla_selection import Owned, SlaSelection, Verdict


class SlaQuery(ReportQuery):
    """Which clocks count; what is not named selects nothing away.

    A clock belongs to the day of its verdict in the zone of its calendar, while it runs to the day of its start.
    """

    period_from: Day | None = Field(default=None, alias="from", description="First day of the verdict.")
    period_to: Day | None = Field(default=None, alias="to", description="Last day of the verdict.")
    order: Id | None = None
    number: Name | None = Field(default=None, description="The order's number.")
    agreement: Id | None = None
    group: Key | None = Field(default=None, description="The agreement's group on the day the clock started.")
    customer: Key | None = None
    policy: Key | None = None
    clock: Key | None = None
    verdict: Verdict | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.period_from, self.period_to, "")
        return self

    def selection(self, caller: Caller) -> SlaSelection:
        """The clocks that are meant, held to those that the caller may see."""
        same = ("period_from", "period_to", "order", "number", "agreement", "customer", "policy", "clock", "verdict")
        return SlaSelection(
            moment=self.moment,
            owned=Owned(caller.own_customer, caller.own_worker),
            agreement_group=self.group,
            **{name: getattr(self, name) for name in same},
        )


class PeriodsQuery(SlaQuery):
    """Which clocks count, and by what they are counted."""

    by: By = Field(default="month", description="What the clocks are grouped by; weeks are those of ISO 8601.")


class LedgerQuery(AsOfQuery):
    """The clock whose ledger is wanted."""

    clock: Key
