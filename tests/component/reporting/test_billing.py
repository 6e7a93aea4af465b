"""The reports on subscription billing over HTTP: the quarter of the worked example, from its fee to its credit note."""

from decimal import Decimal
from typing import Any

import httpx

from libs.events.agreement import AgreementCreated
from libs.events.subscription_billing_fees import FeeDeleted, FeeSelectedForCredit, FeeShare
from libs.events.subscription_billing_subscriptions import CurrencyChanged
from libs.events.types import FIRST_DAY
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from services.reporting.projections.billing import SUBTOTALS
from tests.component.reporting.billed import REPORTS, amounts, items, quarter
from tests.component.reporting.conftest import Asked
from tests.domain.reporting import a_subscription as a
from tests.domain.reporting.an_order import AGREEMENT, LINES, ORDER, THE_HOURS, THE_WARRANTY, created, posted
from tests.integration.reporting.told import Told

MONTH = ("opening", "billed", "recognised", "credited", "closing")


async def waterfall(client: httpx.AsyncClient, **asked: Any) -> dict[str, list[str]]:
    return {item["month"]: amounts(item, *MONTH) for item in await items(client, "deferred-revenue", **asked)}


async def balances(client: httpx.AsyncClient, **asked: Any) -> dict[tuple[str, str], list[str]]:
    rows = await items(client, "trial-balance", **asked)
    return {(item["month"], item["account"]): amounts(item, "opening", "debit", "credit", "closing") for item in rows}


async def test_what_a_subscription_was_charged(reports_after: Asked) -> None:
    """SRP-01."""
    async with reports_after(quarter()) as client:
        (row,) = await items(client, "subscription-transactions")
    assert row == {
        "subscription_number": "SUB-1",
        "subscription": a.SUBSCRIPTION,
        "subscription_group": "SUPPORT",
        "project": "P-77",
        "customer": "C-1001",
        "currency": "EUR",
        "subscription_currency": "EUR",
        "subscription_base_price": {"amount": "9000.00", "currency": "EUR"},
        "subscription_index": "100",
        "subscription_active": False,
        "category": "SUB",
        "agreement": AGREEMENT,
        "contract": None,
        "fee": a.QUARTER,
        "share": 1,
        "project_date": "2026-10-01",
        "first_day": "2026-10-01",
        "last_day": "2026-12-31",
        "days": 92,
        "period_code": "QUARTERS",
        "kind": "regular",
        "adjusts": None,
        "base_price": {"amount": "9000.00", "currency": "EUR"},
        "price_index": "100",
        "amount": {"amount": "9000.00", "currency": "EUR"},
        "status": "invoiced",
        "inquiry_status": "invoiced",
        "invoice": "INV-1",
        "invoiced_on": "2026-09-08",
        "credit_note": None,
        "credited_on": None,
    }


async def test_a_fee_keeps_its_currency_when_its_subscription_changes(reports_after: Asked) -> None:
    """SRP-01, SUB-09: the price of the subscription is told in its own currency."""
    yens = CurrencyChanged(before="EUR", currency="JPY", base_price=Money(900_000, "JPY"))
    async with reports_after(quarter((a.SUBSCRIPTION, yens))) as client:
        (row,) = await items(client, "subscription-transactions", currency="EUR")
    assert row["subscription_base_price"] == {"amount": "900000", "currency": "JPY"}
    assert row["base_price"] == {"amount": "9000.00", "currency": "EUR"}


async def test_what_of_a_fee_is_earned(reports_after: Asked) -> None:
    """SRP-02: accrual columns, and where there is no schedule none."""
    async with reports_after(quarter((natural_id("fee", "2"), a.fee("10.00")))) as client:
        found = {row["fee"]: row for row in await items(client, "subscription-fees")}
    row = found.pop(a.QUARTER)
    assert amounts(row, "to_accrue", "accrued", "remaining") == ["9000.00", "3000.00", "6000.00"]
    assert (row["last_accrual_on"], row["accrual_state"], row["accounting_currency"]) == ("2026-10-31", "open", "EUR")
    (other,) = found.values()
    assert (other["to_accrue"], other["accrued"], other["accrual_state"]) == (None, None, "none")


async def test_accrual_lines(reports_after: Asked) -> None:
    """SRP-03: posted, then reversed with the credit note and dropped."""
    async with reports_after(quarter()) as client:
        lines = await items(client, "accrual-lines")
    shown = [(each["first_day"], each["last_day"], each["state"], each["accrued_on"]) for each in lines]
    assert shown == [
        ("2026-10-01", "2026-10-31", "posted", "2026-10-31"),
        ("2026-11-01", "2026-11-30", "open", None),
        ("2026-12-01", "2026-12-31", "open", None),
    ]
    assert [each["voucher"] for each in lines] == [a.accrued().voucher, None, None]
    async with reports_after(quarter((a.SCHEDULE, a.reversed_line()))) as client:
        assert [each["state"] for each in await items(client, "accrual-lines")] == ["reversed", "open", "open"]
        (november,) = await items(client, "accrual-lines", **{"from": "2026-11-30", "to": "2026-11-30"})
    assert november["first_day"] == "2026-11-01"


async def test_the_waterfall_of_deferred_revenue(reports_after: Asked) -> None:
    """SRP-04, ACC-10: every month from the first, closing = opening + billed - recognised - credited = open lines."""
    async with reports_after(quarter()) as client:
        months = await waterfall(client)
        open_lines = await items(client, "accrual-lines", state="open")
    assert months == {
        "2026-09-01": ["0.00", "9000.00", "0.00", "0.00", "9000.00"],
        "2026-10-01": ["9000.00", "0.00", "3000.00", "0.00", "6000.00"],
    }
    assert sum(Decimal(each["amount"]["amount"]) for each in open_lines) == 6000


async def test_a_credit_empties_the_waterfall(reports_after: Asked) -> None:
    """SRP-04, CRN-04: what was earned is reversed on the date of the credit note, and all is credited."""
    async with reports_after(quarter(*a.REVERSAL)) as client:
        assert (await waterfall(client))["2026-11-01"] == ["6000.00", "0.00", "-3000.00", "9000.00", "0.00"]
        assert list(await waterfall(client, **{"from": "2026-11-20", "group": "SUPPORT"})) == ["2026-11-01"]
        assert await waterfall(client, group="OTHER") == {}


async def test_the_ledger_of_the_worked_example(reports_after: Asked) -> None:
    """ACC-05, ACC-06, INV-10: the balances of 5.5, and everything at zero after the credit note."""
    async with reports_after(quarter()) as client:
        found = await balances(client, **{"from": "2026-10-01"})
    assert {account: row[-1] for (_, account), row in found.items()} == {
        "1300": "9000.00",
        "2000": "-6000.00",
        "4000": "-9000.00",
        "4100": "6000.00",
    }
    assert found["2026-10-01", "4100"] == ["9000.00", "0.00", "3000.00", "6000.00"]
    assert found["2026-10-01", "1300"] == ["9000.00", "0.00", "0.00", "9000.00"]
    async with reports_after(quarter(*a.REVERSAL)) as client:
        after = await balances(client, **{"from": "2026-11-01"})
    assert {row[-1] for row in after.values()} == {"0.00"}


async def test_the_journal_of_invoices_and_credit_notes(reports_after: Asked) -> None:
    """INV-12, CRN-02."""
    async with reports_after(quarter(*a.REVERSAL)) as client:
        found = await items(client, "invoice-journal")
        (credit,) = await items(client, "invoice-journal", kind="credit_note")
    names = ("net", "tax", "total", "accounting_net")
    assert [(row["number"], row["issued_on"], amounts(row, *names)) for row in found] == [
        ("INV-1", "2026-09-08", ["9000.00", "1890.00", "10890.00", "9000.00"]),
        ("CN-1", "2026-11-15", ["-9000.00", "-1890.00", "-10890.00", "-9000.00"]),
    ]
    assert credit == found[1]


async def test_fees_are_added_up_by_what_became_of_them(reports_after: Asked) -> None:
    """SRP-01, SRP-05, FTR-02: what is to be credited is invoiced still, what was deleted is nothing; currencies never meet."""
    yen = Money(700, "JPY")
    in_yen = {"amount": yen, "currency": "JPY", "base_price": yen}
    share = FeeShare(share=1, percentage=Decimal(100), amount=yen)
    fees = [
        (natural_id("fee", "2"), a.fee("10.00", "5.00")),
        (natural_id("fee", "3"), a.fee("7.00", chargeable=False)),
        (natural_id("fee", "4"), a.fee(**in_yen, shares=(share,))),
        (natural_id("fee", "5"), a.fee("3.00")),
        (natural_id("fee", "5"), FeeDeleted()),
        (a.QUARTER, FeeSelectedForCredit()),
    ]
    async with reports_after(quarter(*fees)) as client:
        answer = (await client.get(f"{REPORTS}/subscription-totals")).json()
        payers = await items(client, "subscription-totals", by="customer")
        listed = await items(client, "subscription-transactions")
    assert [(row["key"], row["number"], row["currency"]) for row in answer["items"]] == [
        (a.SUBSCRIPTION, "SUB-1", "EUR"),
        (a.SUBSCRIPTION, "SUB-1", "JPY"),
    ]
    euros, yens = (
        {name: tuple(part.values()) for name, part in row.items() if name in SUBTOTALS} for row in answer["items"]
    )
    assert {name: (count, amount["amount"]) for name, (count, amount) in euros.items()} == {
        "chargeable": (2, "15.00"),
        "on_proposal": (0, "0.00"),
        "invoiced": (1, "9000.00"),
        "credited": (0, "0.00"),
        "non_chargeable": (1, "7.00"),
    }
    assert natural_id("fee", "5") not in {each["fee"] for each in listed}
    assert yens["chargeable"] == (1, {"amount": "700", "currency": "JPY"})
    assert [each["chargeable"]["amount"]["amount"] for each in payers] == ["700", "10.00", "5.00"]
    assert [each["key"] for each in payers] == [None, "C-1001", "C-1002"]
    left_out = ("key", "number")
    assert answer["totals"] == [
        {name: value for name, value in row.items() if name not in left_out} for row in answer["items"]
    ]


def with_an_order(*more: tuple[str, Any]) -> Told:
    """The quarter, and an order on the same agreement with two hours posted, of which one is not charged."""
    told = quarter(*more)
    made = AgreementCreated(number="AG-000008", project="P-77", group="TOP", starts_on=FIRST_DAY)
    told.append(AGREEMENT, made)
    told.append(ORDER, created(), *LINES)
    told.append(ORDER, posted(THE_HOURS), posted(THE_WARRANTY))
    return told


async def test_the_margin_of_an_agreement_has_one_basis(reports_after: Asked) -> None:
    """MAR-09: earned 3000 or invoiced 9000, never both; posted order lines under either, expected ones under none."""
    async with reports_after(with_an_order()) as client:
        (earned,) = await items(client, "subscription-margins")
        (invoiced,) = await items(client, "subscription-margins", basis="invoiced")
        (project,) = await items(client, "subscription-margins", by="project")
    figures = ("subscription_revenue", "order_sales", "order_cost", "margin")
    assert (earned["key"], earned["name"], earned["basis"]) == (AGREEMENT, "AG-000008", "earned")
    assert (amounts(earned, *figures), earned["margin_percent"]) == (
        ["3000.00", "225.00", "160.00", "3065.00"],
        "95.04",
    )
    assert amounts(invoiced, *figures) == ["9000.00", "225.00", "160.00", "9065.00"]
    assert (project["key"], amounts(project, *figures)) == ("P-77", amounts(earned, *figures))


async def test_what_is_credited_is_neither_earned_nor_invoiced(reports_after: Asked) -> None:
    """MAR-09: the credit line of an accrued fee counts through its schedule alone."""
    async with reports_after(quarter(*a.REVERSAL)) as client:
        found = [await items(client, "subscription-margins", basis=basis) for basis in ("earned", "invoiced")]
        october = await items(client, "subscription-margins", to="2026-10-31")
    assert [amounts(rows[0], "subscription_revenue") for rows in found] == [["0.00"], ["0.00"]]
    assert amounts(october[0], "subscription_revenue") == ["3000.00"]


async def test_what_is_not_earned_over_time_is_earned_on_its_invoice(reports_after: Asked) -> None:
    """MAR-09, INV-10."""
    told = Told()
    told.append(a.INVOICE, a.invoice(a.line("50.00", None)))
    async with reports_after(told) as client:
        (row,) = await items(client, "subscription-margins", by="project")
    assert amounts(row, "subscription_revenue") == ["50.00"]


async def test_as_it_was_known_and_as_it_is_known_to_have_been(reports_after: Asked) -> None:
    """SRP-02, SRP-04: an accrual that is told late counts late in one sense, and at its instant in the other."""
    told = Told()
    for stream, fact in a.CHAIN[:7]:
        told.append(stream, fact)
    before = told.at
    told.append(a.SCHEDULE, a.accrued(), minutes=60, occurred_at=before)
    asked = {"as_of": before.isoformat()}
    async with reports_after(told) as client:
        senses = [{**asked, "sense": sense} for sense in ("recorded", "occurred")]
        fees = [(await items(client, "subscription-fees", **each))[0]["accrued"]["amount"] for each in senses]
        closing = [list((await waterfall(client, **each)).values())[-1][-1] for each in senses]
        margins = [(await items(client, "subscription-margins", **each)) for each in senses]
        nothing = await items(client, "subscription-fees", as_of="2020-01-01T00:00:00Z", sense="occurred")
    assert (fees, closing, nothing) == (["0.00", "3000.00"], ["9000.00", "6000.00"], [])
    assert [amounts(rows[0], "subscription_revenue")[0] if rows else None for rows in margins] == [None, "3000.00"]
