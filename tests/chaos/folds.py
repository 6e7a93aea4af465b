"""The checker's own folds, a table of them: what every view must show. They share no code with the product's views."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.chaos.evidence import Fact

Row = dict[str, Any]
Rows = dict[tuple[str, ...], Row]
Change = Callable[[Rows, Mapping[str, Any], Fact], Rows]
"""What a fact changes of its stream's rows. Keys and values are the text that PostgreSQL shows; None is null."""

ONE: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fold:
    """One view: whom it hears, and what each fact changes."""

    publisher: str
    heard: Mapping[str, Change]


def _copied(kind: str, *columns: str) -> Fold:
    """A copy of a kind of reference record."""
    name = "".join(word.capitalize() for word in kind.split("_"))
    fact = {"cost_price": "CostPriceSet", "sales_price": "SalesPriceSet", "item": "ItemPriced"}.get(kind)

    def change(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
        return {ONE: {"key": says[kind], **{column: _text(says.get(column)) for column in columns}}}

    return Fold("reference", {f"reference.{fact or f'{name}Recorded'}.v1": change})


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _recorded(kind: str) -> Change:
    def change(_: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
        return {ONE: {"kind": kind, "key": says[kind], "body": fact.value.decode()}}

    return change


RECORDS = {
    "CustomerRecorded": "customer",
    "WorkerRecorded": "worker",
    "ProjectRecorded": "project",
    "CategoryRecorded": "category",
    "LinePropertyRecorded": "line_property",
    "CostPriceSet": "cost_price",
    "SalesPriceSet": "sales_price",
    "ItemPriced": "item",
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
    taxed = {"chargeable": _text(says["chargeable"]), "tax_groups": " ".join(says.get("tax_groups", ()))}
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
    live = {name: _text(says.get(name)) for name in ("posting_id", "posting_number", "transaction")}
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
        row = {name: _text(says.get(name)) for name in names}
        amounts = {"total": says["total"]["amount"], "lines": canonical(json.dumps(says["lines"]))}
        return {(says["number"],): {"kind": kind, **row, **amounts}}

    return change


def canonical(lines: str) -> str:
    """JSON in one spelling, without what is null or empty."""
    entries = [{name: value for name, value in entry.items() if value not in (None, [])} for entry in json.loads(lines)]
    return json.dumps(entries, sort_keys=True)


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


def _of(publisher: str, changes: Mapping[str, Change]) -> Fold:
    return Fold(publisher, {f"{publisher}.{name}.v1": change for name, change in changes.items()})


_ITEM = ("name", "unit", "effective_on", "currency", "cost_price", "sales_price", "tax_group", "active")
_PROJECT = ("type", "customer", "currency", "tax_group", "line_property", "active")
FOLDS: Mapping[tuple[str, str], Fold] = {
    ("reference", "record"): _of("reference", {name: _recorded(kind) for name, kind in RECORDS.items()}),
    ("order", "customer"): _copied("customer", "active"),
    ("order", "worker"): _copied("worker", "active"),
    ("order", "project"): _copied("project", *_PROJECT),
    ("order", "category"): _copied("category", "type", "tax_group", "active"),
    ("order", "line_property"): _copied("line_property", "chargeable", "cost_percentage", "sales_percentage"),
    ("order", "cost_price"): _copied("cost_price", *_PRICED, "price"),
    ("order", "sales_price"): _copied("sales_price", *_PRICED, "model", "value"),
    ("order", "item"): _copied("item", *_ITEM),
    ("order", "calendar"): _of("reference", {"CalendarRecorded": _calendar}),
    ("order", "order_list"): _of("order", _LIST),
    ("reporting", "service_order"): _of("order", _HEADS),
    ("reporting", "order_line"): _of("order", _LINES),
    ("reporting", "invoiced_line"): _of(
        "invoicing", {"InvoiceIssued": _documented(1), "CreditNoteIssued": _documented(-1)}
    ),
    **{("reporting", kind): _copied(kind, "name") for kind in ("customer", "worker", "project", "category")},
    ("invoicing", "document"): _of(
        "invoicing", {"InvoiceIssued": _document("invoice"), "CreditNoteIssued": _document("credit_note")}
    ),
}
"""By service and table."""
