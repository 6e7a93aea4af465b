"""What invoicing and the ledger go by is put whole; what cannot be true is refused by field."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from libs.events import reference_money as money
from libs.events.fact import Fact
from libs.events.reference import CategoryRecorded, CustomerRecorded, ProjectRecorded
from services.reference.domain.kinds import KINDS
from services.reference.domain.records import Put, record
from tests.support.spec import specification

a_record = specification(record)


def company(**other: Any) -> money.CompanyRecorded:
    said = {"company": "main", "name": "A", "accounting_currency": "EUR", "time_zone": "Europe/Brussels"}
    return money.CompanyRecorded.model_validate(said | other)


def contract(funding: Mapping[str, str], **other: Any) -> money.ProjectContractRecorded:
    said = {"contract": "PC", "name": "C", "currency": "EUR", "funding": funding}
    return money.ProjectContractRecorded.model_validate(said | other)


def profile(**scope: Any) -> money.PostingProfileSet:
    said = {"posting_profile": "R", "posting_type": "tax", "account": "4512"}
    return money.PostingProfileSet.model_validate(said | scope)


def rule(**scope: Any) -> money.LinePropertyRuleSet:
    return money.LinePropertyRuleSet.model_validate({"line_property_rule": "R", "line_property": "L"} | scope)


def period(first: str, last: str) -> money.LedgerPeriodRecorded:
    return money.LedgerPeriodRecorded.model_validate({"ledger_period": "P", "starts_on": first, "ends_on": last})


def tax_code(rates: Any) -> money.TaxCodeRecorded:
    return money.TaxCodeRecorded.model_validate({"tax_code": "T", "name": "T", "rates": rates})


@pytest.mark.parametrize(
    "fact",
    [
        company(),
        contract({"C-1": "100"}),
        contract({"C-1": "33.33333333", "C-2": "66.66666667"}),
        profile(),
        profile(project="P-1", category_group="G"),
        rule(project_group="G", category="SUB"),
        period("2026-03-01", "2026-03-01"),
        tax_code({"2026-01-01": "0", "2027-01-01": "100"}),
    ],
)
def test_a_good_record_is_recorded(fact: Fact) -> None:
    """INV-05, INV-09, LED-01, LNP-02: also the shares that make exactly one whole."""
    a_record.given().when(Put(fact)).then(fact)


@pytest.mark.parametrize("kind", get_args(money.PostingType))
def test_an_account_is_said_for_every_posting_type_of_a_fee(kind: str) -> None:
    """LED-02, INV-10: the receivable, revenue, tax, and the pair that defers."""
    fact = profile(posting_type=kind)
    a_record.given().when(Put(fact)).then(fact)


@pytest.mark.parametrize(
    ("fact", "reason", "field"),
    [
        (company(company="other"), "one_company", "/company"),
        (contract({"C-1": "60", "C-2": "39.99999999"}), "funding_not_whole", "/funding"),
        (contract({"C-1": "100", "C-2": "0.00000001"}), "funding_not_whole", "/funding"),
        (profile(project="P-1", project_group="G"), "scope_twice", "/project_group"),
        (rule(category="SUB", category_group="G"), "scope_twice", "/category_group"),
        (period("2026-03-02", "2026-03-01"), "period_reversed", "/ends_on"),
    ],
)
def test_what_cannot_be_true_is_refused(fact: Fact, reason: str, field: str) -> None:
    """INV-05: shares sum to 100. LED-01, LNP-02: one place on each axis."""
    a_record.given().when(Put(fact)).then_refused("value", reason, field)


def test_the_currency_of_the_books_stays() -> None:
    """ACC-12: what was booked is not revalued."""
    moved = company(time_zone="Europe/Paris")
    a_record.given(company()).when(Put(moved)).then(moved)
    a_record.given(company()).when(Put(company(accounting_currency="USD"))).then_refused(
        "state", "accounting_currency_fixed"
    )


@pytest.mark.parametrize(
    ("fact", "field", "value", "code"),
    [
        (money.ProjectContractRecorded, "funding", {}, "too_short"),
        (money.ProjectContractRecorded, "funding", {"C-1": "0", "C-2": "100"}, "invalid_number"),
        (money.ProjectContractRecorded, "funding", {"C-1": "-1", "C-2": "101"}, "invalid_number"),
        (money.TaxCodeRecorded, "rates", {}, "too_short"),
        (money.TaxCodeRecorded, "rates", {"2026-01-01": "100.01"}, "percent_range"),
        (money.TaxCodeRecorded, "rates", {"2026-02-30": "21"}, "invalid_date"),
        (money.TaxGroupRecorded, "codes", "A", "invalid_value"),
        (money.ItemTaxGroupRecorded, "codes", ["A", "B", "A"], "duplicate_entry"),
        (money.ExchangeRateSet, "rate", "0", "invalid_number"),
        (money.CompanyRecorded, "time_zone", "Belgium", "unknown_time_zone"),
    ],
)
def test_a_field_refuses_what_it_cannot_hold(fact: type[Fact], field: str, value: Any, code: str) -> None:
    """INV-05, INV-09."""
    with pytest.raises(ValidationError) as refused:
        fact.model_validate({field: value})
    assert code in [error["type"] for error in refused.value.errors() if error["loc"][0] == field]


def test_a_record_names_the_streams_of_all_that_it_refers_to() -> None:
    shared = contract({"C-1": "50", "C-2": "50"}, tax_group="BE")
    assert KINDS["contract"].named(shared) == {
        "funding": [KINDS["customer"].stream_id("C-1"), KINDS["customer"].stream_id("C-2")],
        "tax_group": [KINDS["tax_group"].stream_id("BE")],
        "price_group": [],
    }
    group = money.TaxGroupRecorded(tax_group="BE", name="BE", codes=("HIGH",))
    assert KINDS["tax_group"].named(group) == {"codes": [KINDS["tax_code"].stream_id("HIGH")]}


@pytest.mark.parametrize(
    "fact",
    [
        CustomerRecorded(customer="C-1", name="Brewery", price_group="KEY"),
        CategoryRecorded(category="SUB", name="Subscription", type="fee", tax_group="FULL", category_group="FEES"),
        ProjectRecorded(
            project="P",
            name="P",
            type="internal",
            currency="EUR",
            contract="PC",
            project_group="SERVICE",
            search_first="category",
            time_zone="Europe/Brussels",
        ),
    ],
)
def test_groups_and_contracts_of_what_was_there_before(fact: Fact) -> None:
    """SPR-04, LNP-02, LNP-04."""
    a_record.given().when(Put(fact)).then(fact)
