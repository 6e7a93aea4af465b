"""What may be asked of the reports."""

from dataclasses import fields
from typing import Annotated, Any, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from libs.events.reference import LineType
from libs.events.types import CurrencyCode, Day, Id, Instant, Key, Name, refuse
from libs.runtime.http.bodies import PageQuery, Query
from services.reporting.projections.margin import By
from services.reporting.projections.selection import Basis, Moment, Selection, Sense


def _yes_or_no(value: Any) -> bool:
    answers = {"true": True, "false": False}
    if value not in answers:
        raise refuse("invalid_value", "true or false")
    return answers[value]


YesOrNo = Annotated[bool, PlainValidator(_yes_or_no), WithJsonSchema({"type": "boolean"})]


class AsOfQuery(Query):
    """An answer as it stands at an instant. Source: contracts 5, sla 18."""

    as_of: Instant | None = Field(default=None, description="As it was at this instant; now when absent.")
    sense: Sense = Field(
        default="recorded",
        description="What as_of means: as it was known then, or as it is known now to have been then.",
    )

    @property
    def moment(self) -> Moment:
        """The instant at which every side of the answer stands."""
        return Moment(self.as_of, self.sense)


class ReportQuery(AsOfQuery, PageQuery):
    """A page of a report."""


def in_order(first: Any, last: Any, name: str) -> None:
    """Refused with period_reversed when an interval ends before it begins."""
    if first and last and last < first:
        raise refuse("period_reversed", f"{name}to is before {name}from")


class MarginQuery(ReportQuery):
    """Which order lines count. Intervals hold both their ends; what is not named selects nothing away.

    Source: MAR-04.
    """

    basis: Basis = Field(default="all", description="Lines of one state, or of all.")
    order_date_from: Day | None = Field(default=None, description="First service date.")
    order_date_to: Day | None = Field(default=None, description="Last service date.")
    posting_date_from: Day | None = Field(default=None, description="First day of the live posting, in UTC.")
    posting_date_to: Day | None = Field(default=None, description="Last day of the live posting, in UTC.")
    invoice_date_from: Day | None = Field(default=None, description="First date of the line's last document.")
    invoice_date_to: Day | None = Field(default=None, description="Last date of the line's last document.")
    order: Id | None = None
    number: Name | None = Field(default=None, description="The order's number.")
    agreement: Id | None = None
    project: Key | None = None
    customer: Key | None = None
    type: LineType | None = None
    worker: Key | None = None
    category: Key | None = None
    currency: CurrencyCode | None = None
    include_non_chargeable: YesOrNo = Field(default=True, description="Their cost reduces the margin.")
    skip_zero: YesOrNo = Field(default=False, description="Leave out lines without cost and without sales.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("order", "posting", "invoice"):
            in_order(getattr(self, f"{name}_date_from"), getattr(self, f"{name}_date_to"), f"{name}_date_")
        return self

    @property
    def selection(self) -> Selection:
        """The lines that are meant."""
        return Selection(**{each.name: getattr(self, each.name) for each in fields(Selection)})


class TotalsQuery(MarginQuery):
    """Which order lines count, and by what they are added up."""

    by: By = Field(default="none", description="What the lines are grouped by; month is that of the service date.")
