"""What invoicing and the ledger go by: who pays, what is chargeable, which account, which tax, which rate, which day."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.events import reference
from libs.events import reference_money as money
from libs.events.fact import Fact
from libs.kernel.decider import Rejected
from services.subscription_billing.domain.books import Books
from services.subscription_billing.domain.fees.planning import Surroundings

MARCH = date(2026, 3, 5)
COMPANY = money.CompanyRecorded(company="main", name="Fieldfact", accounting_currency="EUR", time_zone="UTC")
PROJECT = reference.ProjectRecorded(
    project="P-77",
    name="Care",
    type="time_and_material",
    customer="C-1001",
    currency="EUR",
    contract="CT-9",
    project_group="SERVICE",
)
CATEGORY = reference.CategoryRecorded(
    category="SUBFEE", name="Subscription", type="fee", tax_group="ITEM", category_group="FEES"
)
CONTRACT = money.ProjectContractRecorded(
    contract="CT-9", name="Care", currency="EUR", funding={"C-1": Decimal(60), "C-2": Decimal(40)}, tax_group="HOME"
)
CHARGE = reference.LinePropertyRecorded(line_property="CHARGE", name="Charged", chargeable=True)
WARRANTY = reference.LinePropertyRecorded(line_property="WARRANTY", name="Warranty", chargeable=False)


def group(**values: Any) -> money.ProjectGroupRecorded:
    return money.ProjectGroupRecorded(project_group="SERVICE", name="Service", **values)


def rule(key: str, line_property: str, **scope: Any) -> money.LinePropertyRuleSet:
    return money.LinePropertyRuleSet(line_property_rule=key, line_property=line_property, **scope)


def profile(key: str, account: str, kind: Any = "invoiced_revenue", **scope: Any) -> money.PostingProfileSet:
    return money.PostingProfileSet(posting_profile=key, posting_type=kind, account=account, **scope)


def around(*records: Fact) -> Surroundings:
    return Books.of([PROJECT, CATEGORY, CONTRACT, CHARGE, WARRANTY, *records]).around("P-77", "SUBFEE")


def revenue(*profiles: Fact, records: Iterable[Fact] = ()) -> str | None:
    books = Books.of([PROJECT, CATEGORY, *records, *profiles])
    return books.accounts("P-77", "SUBFEE").get("invoiced_revenue")


def test_a_fee_goes_by_its_project_its_contract_and_its_category() -> None:
    """FEE-11, INV-05, INV-09: the contract's tax group where the project has none."""
    found = around(group(line_property="CHARGE"))
    assert found == Surroundings(
        project_type="time_and_material",
        project_active=True,
        contract="CT-9",
        funding={"C-1": Decimal(60), "C-2": Decimal(40)},
        tax_group="HOME",
        item_tax_group="ITEM",
        line_property="CHARGE",
        chargeable=True,
    )
    own = Books.of([PROJECT.model_copy(update={"tax_group": "OWN"}), CATEGORY, CONTRACT])
    assert own.around("P-77", "SUBFEE").tax_group == "OWN"


def test_the_line_property_is_searched_then_the_projects_then_its_groups() -> None:
    """FEE-13, LNP-02, LNP-03, LNP-04; a rule that is not active is not searched."""
    assert around().line_property is None
    assert around(group(line_property="WARRANTY")).chargeable is False
    owned = PROJECT.model_copy(update={"line_property": "CHARGE"})
    assert around(owned, group(line_property="WARRANTY")).line_property == "CHARGE"
    by_rule = (rule("1", "WARRANTY", category="SUBFEE"), rule("2", "CHARGE", project="P-77"))
    assert around(owned, group(), *by_rule).line_property == "CHARGE"
    assert around(owned, group(search_first="category"), *by_rule).line_property == "WARRANTY"
    assert around(owned, rule("1", "WARRANTY", active=False)).line_property == "CHARGE"
    assert around(rule("1", "UNKNOWN")).line_property is None


def test_the_account_is_that_of_the_most_specific_profile() -> None:
    """LED-01, LED-02: nine combinations, in the order that the project group says."""
    every, of_group = profile("1", "ALL"), profile("2", "GROUP", project_group="SERVICE")
    of_category, of_both = (
        profile("3", "CATEGORY", category="SUBFEE"),
        profile("4", "BOTH", project="P-77", category="SUBFEE"),
    )
    assert revenue() is None
    assert revenue(every) == "ALL"
    assert revenue(every, of_category, of_group, records=[group()]) == "GROUP"
    assert revenue(every, of_category, of_group, records=[group(search_first="category")]) == "CATEGORY"
    assert revenue(every, of_category, of_group, of_both) == "BOTH"
    assert revenue(profile("5", "OFF", active=False)) is None
    assert revenue(profile("6", "TAX", "tax")) is None


def test_a_line_bears_the_taxes_of_both_groups_at_the_percentage_of_the_day() -> None:
    """INV-09."""
    rates = {date(2021, 1, 1): Decimal(21), date(2026, 4, 1): Decimal(22)}
    books = Books.of(
        [
            money.TaxGroupRecorded(tax_group="HOME", name="Home", codes=("VAT", "ECO", "OLD"), inclusive=True),
            money.ItemTaxGroupRecorded(item_tax_group="ITEM", name="Item", codes=("ECO", "VAT", "OLD")),
            money.TaxCodeRecorded(tax_code="VAT", name="VAT", rates=rates),
            money.TaxCodeRecorded(tax_code="ECO", name="Eco", rates={date(2021, 1, 1): Decimal("1.5")}),
        ]
    )
    assert books.taxes("HOME", "ITEM", MARCH) == (("VAT", Decimal(21)), ("ECO", Decimal("1.5")))
    assert books.taxes("HOME", "ITEM", date(2026, 4, 1))[0] == ("VAT", Decimal(22))
    assert books.taxes("HOME", None, MARCH) == books.taxes(None, "ITEM", MARCH) == ()
    assert books.inclusive("HOME")
    assert not books.inclusive(None)


def test_a_rate_counts_from_its_day_and_without_one_nothing_is_posted() -> None:
    """ACC-12."""
    rate = money.ExchangeRateSet(exchange_rate="1", currency="USD", rate=Decimal("0.9"), effective_on=date(2026, 3, 1))
    books = Books.of([COMPANY, rate])
    assert (books.rate("EUR", MARCH), books.rate("USD", MARCH)) == (Decimal(1), Decimal("0.9"))
    for refused, reason in (
        (lambda: books.rate("USD", date(2026, 2, 28)), "rate_missing"),
        (lambda: Books().company, "company_missing"),
    ):
        with pytest.raises(Rejected) as refusal:
            refused()
        assert refusal.value.reason == reason


def test_a_day_of_a_closed_period_takes_nothing() -> None:
    """ACC-11: a day that no period holds is open."""
    period = money.LedgerPeriodRecorded(
        ledger_period="2026-03", starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=True
    )
    books = Books.of([period])
    assert [
        books.closed(day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_what_is_not_recorded_is_no_project() -> None:
    assert Books.of([CATEGORY]).around("P-77", "SUBFEE") == Surroundings()
    assert Books.of([CATEGORY]).accounts("P-77", "SUBFEE") == {}
