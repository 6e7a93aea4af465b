"""The checker's own folds, a table of them: what every view must show. They share no code with the product's views."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.chaos.evidence import Fact
from tests.chaos.folding import (
    ONE,
    Change,
    Fold,
    Row,
    Rows,
    canonical,
    copied,
    of,
    recorded,
    text,
    with_twin,
)
from tests.chaos.folds_agreed import AGREED

RECORDS = {
    "CustomerRecorded": "customer",
    "WorkerRecorded": "worker",
    "ProjectRecorded": "project",
    "CategoryRecorded": "category",
    "LinePropertyRecorded": "line_property",
    "CostPriceSet": "cost_price",
    "SalesPriceSet": "sales_price",
    "ItemPriced": "item",
    "CalendarRecorded": "calendar",
    "CompanyRecorded": "company",
    "ExchangeRateSet": "exchange_rate",
    "ProjectContractRecorded": "contract",
    "ProjectGroupRecorded": "project_group",
    "CategoryGroupRecorded": "category_group",
    "PriceGroupRecorded": "price_group",
    "TaxCodeRecorded": "tax_code",
    "TaxGroupRecorded": "tax_group",
    "ItemTaxGroupRecorded": "item_tax_group",
    "PostingProfileSet": "posting_profile",
    "LinePropertyRuleSet": "line_property_rule",
    "LedgerPeriodRecorded": "ledger_period",
}
_PRICED = ("type", "project", "worker", "category", "effective_on", "currency")
_LISTED = ("service_date", "priority", "responsible", "preferred_technician")


def _listed(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
    header = {name: says.get(name) for name in ("number", "project", "customer", "currency", "agreement", *_LISTED)}
    empty = dict.fromkeys(("created", "posted", "canceled", "workers"), " ")
    return {ONE: {**header, **empty, "progress": "in_process", "stage": None}}


def _staged(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    return {ONE: {**rows[ONE], "stage": says["stage"]}}


def _calendar(_: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    return {(str(fact.version),): {"key": says["calendar"], "content": fact.value.decode()}}


def _relisted(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    return {ONE: {**rows[ONE], **{name: says.get(name) for name in _LISTED}}}


def _moved(state: str) -> Change:
    """Lines come to stand in a state, each behind those that were there before it."""

    def change(rows: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
        row = dict(rows[ONE])
        standing = {name: row[name].split() for name in ("created", "posted", "canceled")}
        for line in [says["line"]] if "line" in says else says["lines"]:
            standing = {name: [one for one in lines if one != str(line)] for name, lines in standing.items()}
            standing[state].append(str(line))
        row |= {name: "".join(f" {line}" for line in lines) + " " for name, lines in standing.items()}
        if state == "created" and says.get("worker") and says["worker"] not in row["workers"].split():
            row["workers"] += f"{says['worker']} "
        if fact.name == "order.OrderCanceled.v1":
            row["progress"] = "canceled"
        elif standing["created"] or not (standing["posted"] or standing["canceled"]):
            row["progress"] = "in_process"
        else:
            row["progress"] = "posted" if standing["posted"] else "canceled"
        return {ONE: row}

    return change


_HEADER = ("description", *_LISTED)


def _begun(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
    names = ("number", "agreement", "project", "customer", "currency", *_HEADER)
    return {ONE: {**{name: says.get(name) for name in names}, "stage": None, "canceled": "false"}}


def _headed(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    changed = {name: says.get(name) for name in _HEADER}
    return {ONE: {**rows[ONE], **changed}} if ONE in rows else {}


def _called_off(rows: Rows, _: Mapping[str, Any], __: Fact) -> Rows:
    return {ONE: {**rows[ONE], "canceled": "true"}} if ONE in rows else {}


_DESCRIBED = ("type", "category", "worker", "item", "description", "line_property")
_LIVE = ("posting_id", "posting_number", "transaction", "posted_on")
_FIGURES = ("quantity", "unit_cost", "cost", "unit_price", "sales")


def _line(says: Mapping[str, Any], measure: str) -> Row:
    described = {name: says.get(name) for name in _DESCRIBED}
    taxed = {"chargeable": text(says["chargeable"]), "tax_groups": " ".join(says.get("tax_groups", ()))}
    figures = {f"{measure}_{name}": _figure(says[name]) for name in _FIGURES}
    return {**described, **taxed, **figures, "posting_failure": None}


def _figure(value: Any) -> str:
    return str(value["amount"] if isinstance(value, dict) else value)


def _planned(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
    unposted = dict.fromkeys((*_LIVE, *(f"posted_{name}" for name in _FIGURES)))
    return {(str(says["line"]),): {"state": "created", **_line(says, "expected"), **unposted}}


def _repriced(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    figures = {f"expected_{name}": _figure(says[name]) for name in ("unit_cost", "cost", "unit_price", "sales")}
    return _with(rows, says["line"], figures)


def _with(rows: Rows, line: int, change: Row) -> Rows:
    key = (str(line),)
    return {key: {**rows[key], **change}} if key in rows else {}


def _dropped(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    lines = [says["line"]] if "line" in says else says["lines"]
    return {key: row for line in lines for key, row in _with(rows, line, {"state": "canceled"}).items()}


def _posted(rows: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    if "reverses" in says:
        named = says["reverses"]
        row = rows.get((str(named["line"]),))
        if row is None or row["posting_number"] != str(named["posting"]):
            return {}
        nothing = {f"posted_{name}": f"{abs(Decimal(row[f'posted_{name}'])) * 0:f}" for name in ("cost", "sales")}
        return _with(rows, named["line"], {"posted_quantity": "0", **nothing})
    happened = datetime.fromisoformat(fact.meta["occurred_at"]).astimezone(UTC)
    live = {name: text(says.get(name)) for name in ("posting_id", "posting_number", "transaction")}
    before = rows.get((str(says["line"]),), dict.fromkeys(f"expected_{name}" for name in _FIGURES))
    row = {**before, "state": "posted", **_line(says, "posted"), **live, "posted_on": happened.date().isoformat()}
    return {(str(says["line"]),): row}


def _unposted(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    return _with(rows, says["line"], {"posting_failure": says["reason"]})


def _documented(sign: int) -> Change:
    def change(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
        changed: Rows = {}
        for line in {entry["line"]: None for entry in says["lines"]}:
            parts = [Decimal(entry["amount"]["amount"]) for entry in says["lines"] if entry["line"] == line]
            before = rows.get((str(line),), {"documents": "", "issued_on": "", "amount": "0"})
            changed[(str(line),)] = {
                "documents": "\n".join([*before["documents"].split(), says["number"]]),
                "issued_on": max(before["issued_on"], says["issued_on"]),
                "currency": says["currency"],
                "amount": f"{Decimal(before['amount']) + sign * sum(parts):f}",
            }
        return changed

    return change


def _document(kind: str) -> Change:
    def change(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
        names = ("order_number", "posting_number", "customer", "project", "issued_on", "currency")
        row = {name: text(says.get(name)) for name in names}
        amounts = {"total": says["total"]["amount"], "lines": canonical(json.dumps(says["lines"]))}
        return {(says["number"],): {"kind": kind, **row, **amounts}}

    return change


_LINES: Mapping[str, Change] = {
    "OrderLineAdded": _planned,
    "OrderLineRevised": _planned,
    "OrderLinePriceOverridden": _repriced,
    "OrderLineCanceled": _dropped,
    "OrderCanceled": _dropped,
    "OrderLinePosted": _posted,
    "OrderLinePostingFailed": _unposted,
}
_LIST: Mapping[str, Change] = {
    "OrderCreated": _listed,
    "OrderRevised": _relisted,
    "OrderLineAdded": _moved("created"),
    "OrderLineRevised": _moved("created"),
    "OrderLinePosted": _moved("posted"),
    "OrderLineCanceled": _moved("canceled"),
    "OrderCanceled": _moved("canceled"),
    "OrderStageChanged": _staged,
}
_HEADS: Mapping[str, Change] = {
    "OrderCreated": _begun,
    "OrderRevised": _headed,
    "OrderCanceled": _called_off,
    "OrderStageChanged": _staged,
}


_ITEM = ("name", "unit", "effective_on", "currency", "cost_price", "sales_price", "tax_group", "active")
_PROJECT = ("type", "customer", "currency", "tax_group", "line_property", "active")
_ORDER, _LINE, _INVOICED = (
    of("order", _HEADS),
    of("order", _LINES),
    of("invoicing", {"InvoiceIssued": _documented(1), "CreditNoteIssued": _documented(-1)}),
)
FOLDS: Mapping[tuple[str, str], Fold] = {
    ("reference", "record"): of("reference", {name: recorded(kind) for name, kind in RECORDS.items()}),
    ("order", "customer"): copied("customer", "active"),
    ("order", "worker"): copied("worker", "active"),
    ("order", "project"): copied("project", *_PROJECT),
    ("order", "category"): copied("category", "type", "tax_group", "active"),
    ("order", "line_property"): copied("line_property", "chargeable", "cost_percentage", "sales_percentage"),
    ("order", "cost_price"): copied("cost_price", *_PRICED, "price"),
    ("order", "sales_price"): copied("sales_price", *_PRICED, "model", "value"),
    ("order", "item"): copied("item", *_ITEM),
    ("order", "calendar"): of("reference", {"CalendarRecorded": _calendar}),
    ("order", "order_list"): of("order", _LIST),
    ("reporting", "service_order"): _ORDER,
    ("reporting", "service_order_then"): with_twin(_ORDER),
    ("reporting", "order_line"): _LINE,
    ("reporting", "order_line_then"): with_twin(_LINE),
    ("reporting", "invoiced_line"): _INVOICED,
    ("reporting", "invoiced_line_then"): with_twin(_INVOICED),
    **{("reporting", kind): copied(kind, "name") for kind in ("customer", "worker", "project", "category")},
    ("invoicing", "document"): of(
        "invoicing", {"InvoiceIssued": _document("invoice"), "CreditNoteIssued": _document("credit_note")}
    ),
    **AGREED,
}
"""By service and table."""
