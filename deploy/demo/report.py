"""What the story comes to: margins, the documents issued, what became of the promises and of subscriptions, as tables."""

from collections.abc import Mapping
from typing import Any

from deploy.demo.company import Person
from deploy.demo.earned import earned
from deploy.demo.promises import promises
from deploy.demo.table import Cells, table


def report(manager: Person) -> str:
    """The margin report by order, its grand total, the invoices and credit notes, the SLA report and a ledger, and the
    reports on subscriptions."""
    lines = manager.asks("reporting", "/v1/reports/margin-lines", limit=1000)["items"]
    totals = manager.asks("reporting", "/v1/reports/margin-totals", by="order", limit=1000)
    documents = manager.asks("invoicing", "/v1/invoices", limit=1000)["items"]
    numbers = {line["order"]: line for line in lines}
    orders = [_order(group, numbers[group["key"]]) for group in totals["items"]]
    every = [_sums("all orders", "", "", total) for total in totals["totals"]]
    return "\n\n".join(
        (
            table("Service order margin, EUR", _ORDER, [*orders, *every]),
            table("Lines of SO-000001", _LINE, [_line(line) for line in lines if line["number"] == "SO-000001"]),
            table("Invoices and credit notes, EUR", _DOCUMENT, [_document(document) for document in documents]),
            *promises(manager),
            *earned(manager),
        )
    )


_ORDER = ("order", "date", "project", "cost", "sales", "margin", "%", "expected", "posted", "invoiced")
_LINE = ("line", "type", "quantity", "unit cost", "unit price", "cost", "sales", "margin", "%", "state")
_DOCUMENT = ("number", "issued", "customer", "order", "posting", "total")


def _order(group: Mapping[str, Any], line: Mapping[str, Any]) -> Cells:
    return _sums(line["number"], line["service_date"], line["project"], group)


def _sums(number: str, on: str, project: str, group: Mapping[str, Any]) -> Cells:
    whole = group["total"]
    by_state = [group[state]["sales"]["amount"] for state in ("expected", "posted", "invoiced")]
    return [number, on, project, *_amounts(whole), *by_state]


def _line(line: Mapping[str, Any]) -> Cells:
    units = [str(line["line"]), line["type"], line["quantity"], line["unit_cost"], line["unit_price"]]
    return [*units, *_amounts(line), line["state"]]


def _amounts(row: Mapping[str, Any]) -> Cells:
    return [row["cost"]["amount"], row["sales"]["amount"], row["margin"]["amount"], row["margin_percent"] or "-"]


def _document(document: Mapping[str, Any]) -> Cells:
    order = [document["order_number"], str(document["posting_number"])]
    return [document["number"], document["issued_on"], document["customer"] or "", *order, document["total"]["amount"]]
