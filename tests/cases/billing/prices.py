"""Cases of prices and indexes, and of how revenue is earned and booked."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from libs.rules.billing import (
    BaseVersion,
    PeriodCalendar,
    PeriodCode,
    PriceWanted,
    Pricing,
    Residual,
    Span,
    Split,
    SubscriptionPrice,
    TaxedLine,
    Voucher,
    accrual_voucher,
    base_by,
    base_on,
    base_price,
    base_to,
    fee_schedule,
    index_by,
    index_to,
    invoice_voucher,
    mirrored,
)
from libs.rules.pricing import COST_SEARCH, SALES_SEARCH, sales_unit_price
from tests.cases.billing.reading import Case, Values, closed, day, money

ANY_DAY = date(2026, 1, 1)
KEYS = ("subscription", "project", "category")


def indexed(case: Case) -> Values:
    asked = case.inputs
    return {"sales_price": Pricing(money(asked["base_price"]), Decimal(asked["index"])).amount(1).amount}


MODES: Mapping[str, Callable[[Any], Values]] = {
    "index_by_percent": lambda asked: {"index": str(index_by(Decimal(asked["index"]), Decimal(asked["percent"])))},
    "index_to": lambda asked: {"index": str(index_to(Decimal(asked["value"])))},
    "base_price_by_percent": lambda asked: {
        "base_price": base_by(money(asked["base_price"]), Decimal(asked["percent"])).amount
    },
    "base_price_to": lambda asked: {"base_price": base_to(money(asked["value"])).amount},
}


def updated(case: Case) -> Values:
    return MODES[case.inputs["mode"]](case.inputs)


def revised(case: Case) -> Values:
    """A revision holds for the fees that begin on its day or later."""
    asked = case.inputs
    old = money(asked["price"])
    new = BaseVersion(day(asked["effective"]), base_by(old, Decimal(asked["revision_percent"])))
    versions = [BaseVersion(date.min, old), new]
    found = [base_on(versions, day(f"{month}-01")) for month in asked["invoice_periods"]]
    return {"unit_prices": [price and price.amount for price in found]}


def looked_up(case: Case) -> Values:
    """A query without code and currency is of those that the rows have."""
    rows = [_row(str(at), row) for at, row in enumerate(case.inputs["prices"])]
    first = rows[0]
    found = []
    for query in case.inputs["queries"]:
        code, currency = query.get("period", first.period_code), query.get("currency", first.price.currency)
        hit = base_price(rows, PriceWanted(code, currency, ANY_DAY, **{key: query.get(key) for key in KEYS}))
        found.append(hit.price.amount if hit else "0")
    return {"prices": found}


def _row(key: str, row: Any) -> SubscriptionPrice:
    named = {name: row[name] for name in KEYS}
    return SubscriptionPrice(key, row["period"], ANY_DAY, money(row["price"], row["currency"]), **named)


def order(case: Case) -> Values:
    """The keys that rows name, in the order in which they win; of cost prices and sales prices of lines, the search."""
    keys = case.inputs["keys"]
    if set(keys) == set(KEYS):
        sets = [set(names) for count in range(4) for names in combinations(keys, count)]
        rows = [SubscriptionPrice("", "", ANY_DAY, money("0"), **dict.fromkeys(names, "X")) for names in sets]
        ranked = [names for _, names in sorted(zip([row.rank for row in rows], sets, strict=True), reverse=True)]
    else:
        ranked = [set(names) for names in (COST_SEARCH if "cost price" in case.description else SALES_SEARCH)]
    return {"order": [[key for key in keys if key in names] for names in ranked]}


def sales_price(case: Case) -> Values:
    asked = case.inputs
    return {"sales_price": str(sales_unit_price(asked["model"], Decimal(asked["pricing"]), Decimal(asked["cost"]), 2))}


def schedule(case: Case) -> Values:
    asked = case.inputs

    def amounts(residual: Residual) -> list[str]:
        spans = _spans(asked)
        fee = Span(spans[0].first, spans[-1].until)
        split: Split = "by_days" if asked["by_days"] else "equal"
        amount = money(asked["amount"], asked["currency"])
        lines = fee_schedule(amount, fee, PeriodCalendar(spans), split, residual)
        return [line.amount.amount for line in lines]

    return {
        "amounts": amounts(asked.get("rounding_period", "last")),
        "first": amounts("first"),
        "last": amounts("last"),
    }


def _spans(asked: Any) -> tuple[Span, ...]:
    if "periods" in asked:
        return tuple(closed(each) for each in asked["periods"])
    return tuple(PeriodCode("month").period(k) for k in range(asked["period_count"]))


def voucher(case: Case) -> Values:
    """The entries of an invoice with accrual, of the first line of an equal schedule, or of its reversal."""
    asked = case.inputs
    if "accrued" in asked:
        return _booked(mirrored(accrual_voucher(money(asked["accrued"]))))
    fee = money(asked["fee"])
    if "accrual_periods" in asked:
        spans = tuple(PeriodCode("month").period(k) for k in range(asked["accrual_periods"]))
        lines = fee_schedule(fee, Span(spans[0].first, spans[-1].until), PeriodCalendar(spans))
        return _booked(accrual_voucher(lines[0].amount))
    return _booked(invoice_voucher(TaxedLine(fee), accrue=asked["accrue_revenue"]))


def _booked(entries: Voucher) -> Values:
    earned = [
        entry.amount for entry in entries if entry.account in ("invoiced_revenue", "accrued_revenue_subscription")
    ]
    return {
        "lines": [[entry.account, entry.amount.amount] for entry in entries],
        "profit_and_loss_effect": str(-sum((Fraction(each.decimal) for each in earned), Fraction(0))),
    }


ANSWERS = {
    "indexed_price": indexed,
    "index_update": updated,
    "price_revision": revised,
    "price_lookup": looked_up,
    "price_lookup_order": order,
    "sales_price_model": sales_price,
    "accrual_schedule": schedule,
    "accrual_voucher": voucher,
}
