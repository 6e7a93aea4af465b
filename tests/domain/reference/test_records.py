"""A record is put whole; what cannot be true is refused by field."""

from datetime import date
from decimal import Decimal

import pytest

from libs.events.fact import Fact
from libs.events.reference import (
    CalendarRecorded,
    CostPriceSet,
    CustomerRecorded,
    LinePropertyRecorded,
    ProjectRecorded,
    SalesPriceSet,
)
from libs.kernel.ids import natural_id
from services.reference.domain.kinds import KINDS
from services.reference.domain.records import Put, record
from tests.support.spec import specification

CUSTOMER = CustomerRecorded(customer="C-1", name="Brewery")
MARCH = date(2026, 3, 1)
a_record = specification(record)


def price(value: str) -> CostPriceSet:
    return CostPriceSet(cost_price="K", type="hour", effective_on=MARCH, currency="EUR", price=Decimal(value))


def ratio(value: str) -> SalesPriceSet:
    return SalesPriceSet(
        sales_price="K",
        type="hour",
        effective_on=MARCH,
        currency="EUR",
        model="contribution_ratio",
        value=Decimal(value),
    )


def project(**other: object) -> ProjectRecorded:
    return ProjectRecorded.model_validate(
        {"project": "P", "name": "P", "type": "fixed_price", "currency": "EUR"} | other
    )


@pytest.mark.parametrize("fact", [CUSTOMER, price("41.123456"), ratio("99.99"), project(customer="C-1")])
def test_a_good_record_is_recorded(fact: Fact) -> None:
    a_record.given().when(Put(fact)).then(fact)


def test_a_record_put_again_is_recorded_again() -> None:
    a_record.given(CUSTOMER).when(Put(CUSTOMER)).then(CUSTOMER)


@pytest.mark.parametrize(
    ("command", "reason", "field"),
    [
        (Put(CUSTOMER, unknown=("line_property",)), "unknown_reference", "/line_property"),
        (Put(price("41.1234567")), "too_many_decimals", "/price"),
        (Put(ratio("100")), "percent_range", "/value"),
        (Put(project()), "customer_required", "/customer"),
        (
            Put(
                LinePropertyRecorded(line_property="L", name="L", chargeable=True, sales_percentage=Decimal("-100.01"))
            ),
            "percent_range",
            "/sales_percentage",
        ),
    ],
)
def test_what_cannot_be_true_is_refused(command: Put, reason: str, field: str) -> None:
    a_record.given().when(command).then_refused("value", reason, field)


def test_an_internal_project_needs_no_customer() -> None:
    internal = project(type="internal")
    a_record.given().when(Put(internal)).then(internal)


def test_every_kind_has_a_key_that_its_fact_holds_and_refers_to_kinds() -> None:
    for kind in KINDS.values():
        assert kind.key in kind.fact.model_fields
        assert set(kind.refers.values()) <= set(KINDS)
        assert kind.stream_id("A") == natural_id(kind.key, "A")


def calendar(**other: object) -> CalendarRecorded:
    return CalendarRecorded.model_validate(
        {"calendar": "BE", "time_zone": "Europe/Brussels", "weekly": {}, "valid_from": "2026-01-01"} | other
    )


@pytest.mark.parametrize(
    "fact",
    [
        calendar(weekly={"mon": [["08:00", "12:00"], ["13:00", "24:00"]]}),
        calendar(exceptions={"2026-12-24": [["09:00", "12:00"]]}),
    ],
)
def test_every_put_of_a_calendar_is_a_version(fact: CalendarRecorded) -> None:
    a_record.given(fact).when(Put(fact)).then(fact)


@pytest.mark.parametrize(
    "fact",
    [calendar(), calendar(weekly={"mon": [], "tue": []}, exceptions={"2026-12-25": []})],
    ids=["blank", "closed"],
)
def test_a_calendar_that_never_opens_is_refused(fact: CalendarRecorded) -> None:
    """PER-008."""
    a_record.given().when(Put(fact)).then_refused("value", "calendar_empty", "/weekly")
