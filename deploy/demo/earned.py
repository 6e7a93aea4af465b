"""What became of subscriptions: what each was charged, the fees of a quarter, documents, deferred revenue, the margin."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.demo.company import Person
from deploy.demo.table import Cells, table

SUMMER = {"from": "2026-07-01", "to": "2026-09-30"}
"""The quarter whose fees are printed to control its runs by."""
AGREEMENT = "AG-000001"

_TRANSACTION = (
    *("subscription", "from", "to", "days", "type", "base", "index", "amount", "currency", "status", "invoice"),
    "credit note",
)
_TOTAL = ("subscription", "currency", "chargeable", "on proposal", "invoiced", "credited")
_FEE = (
    *("subscription", "from", "to", "type", "price", "amount", "currency", "status", "to earn", "earned", "left"),
    *("last earned", "accrual"),
)
_DOCUMENT = ("number", "issued", "customer", "net", "tax", "total", "currency", "rate", "EUR")
_MONTH = ("month", "opening", "billed", "recognised", "credited", "closing")
_MARGIN = ("agreement", "revenue", "subscriptions", "order sales", "order cost", "margin", "%")

Row = Mapping[str, Any]


def earned(manager: Person) -> Sequence[str]:
    """Transactions by subscription with their totals, fees of the summer, documents, the waterfall, the margin."""
    totals = _report(manager, "subscription-totals", by="subscription")
    every = [_total({**each, "number": "all of them"}) for each in totals["totals"]]
    charged = [_transaction(row) for row in _report(manager, "subscription-transactions")["items"]]
    fees = [_fee(row) for row in _report(manager, "subscription-fees", **SUMMER)["items"]]
    documents = [_document(row) for row in _report(manager, "invoice-journal")["items"]]
    return (
        table("Transactions by subscription", _TRANSACTION, charged),
        table("Totals by subscription", _TOTAL, [*map(_total, totals["items"]), *every]),
        table("Subscription fees of July to September 2026; what is earned is in EUR", _FEE, fees),
        table("Invoices and credit notes of subscriptions", _DOCUMENT, documents),
        *(_waterfall(manager, group) for group in ("QUARTER", "YEAR")),
        table("Margin of an agreement with its subscription, EUR", _MARGIN, _margins(manager)),
    )


def _report(manager: Person, name: str, **asked: str) -> Any:
    return manager.asks("reporting", f"/v1/reports/{name}", limit=1000, **asked)


def _transaction(row: Row) -> Cells:
    days = [row["first_day"], row["last_day"], str(row["days"])]
    price = [_amount(row["base_price"]), row["price_index"], _amount(row["amount"]), row["currency"]]
    became = [_words(row["status"]), row["invoice"] or "-", row["credit_note"] or "-"]
    return [row["subscription_number"], *days, _words(row["kind"]), *price, *became]


def _total(row: Row) -> Cells:
    sums = [_amount(row[status]["amount"]) for status in ("chargeable", "on_proposal", "invoiced", "credited")]
    return [row["number"], row["currency"], *sums]


def _fee(row: Row) -> Cells:
    days = [row["subscription_number"], row["first_day"], row["last_day"], _words(row["kind"])]
    charged = [_words(row["price_source"]), _amount(row["amount"]), row["currency"], _words(row["status"])]
    amounts = [_amount(row[name]) for name in ("to_accrue", "accrued", "remaining")]
    return [*days, *charged, *amounts, row["last_accrual_on"] or "-", row["accrual_state"]]


def _document(row: Row) -> Cells:
    amounts = [_amount(row[name]) for name in ("net", "tax", "total")]
    worth = [row["rate"], _amount(row["accounting_net"])]
    return [row["number"], row["issued_on"], row["customer"] or "-", *amounts, row["currency"], *worth]


def _waterfall(manager: Person, group: str) -> str:
    """What is still to be earned, month by month: closing is opening and billed less recognised and credited."""
    months = [_month(row) for row in _report(manager, "deferred-revenue", group=group)["items"]]
    return table(f"Deferred revenue of group {group}, EUR", _MONTH, months)


def _month(row: Row) -> Cells:
    return [row["month"][:7], *(_amount(row[name]) for name in _MONTH[1:])]


def _margins(manager: Person) -> Sequence[Cells]:
    """As earned, and as invoiced: never both in one."""
    return [
        _margin(basis, row)
        for basis in ("earned", "invoiced")
        for row in _report(manager, "subscription-margins", basis=basis)["items"]
        if row["name"] == AGREEMENT
    ]


def _margin(basis: str, row: Row) -> Cells:
    amounts = [_amount(row[name]) for name in ("subscription_revenue", "order_sales", "order_cost", "margin")]
    return [row["name"], basis, *amounts, row["margin_percent"] or "-"]


def _amount(money: Mapping[str, str] | None) -> str:
    return "-" if money is None else money["amount"]


def _words(code: str) -> str:
    return code.replace("_", " ")
