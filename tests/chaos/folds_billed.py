"""The checker's own folds of what reporting keeps of subscription billing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.chaos.billed import amount, days_of
from tests.chaos.evidence import Fact
from tests.chaos.folding import ONE, Change, Fold, Row, Rows, instant, of, text, with_twin

Says = Mapping[str, Any]
BILLING = "subscription_billing"


def named(says: Says, *names: str) -> Row:
    """These fields of a fact, or of a part of one."""
    return {name: text(says.get(name)) for name in names}


def changed(**columns: str) -> Change:
    """Every row of the stream, with columns as the fact's fields say; amounts without their currency."""

    def change(rows: Rows, says: Says, _: Fact) -> Rows:
        return {
            key: {**row, **{column: plain(says.get(name)) for column, name in columns.items()}}
            for key, row in rows.items()
        }

    return change


def become(**columns: str | None) -> Change:
    """Every row of the stream, with columns as given."""
    return lambda rows, _, __: {key: {**row, **columns} for key, row in rows.items()}


def plain(value: Any) -> str | None:
    """A value as a table shows it: an amount without its currency."""
    return str(value["amount"]) if isinstance(value, dict) else text(value)


_OPENED = ("number", "project", "customer", "category", "currency", "agreement")


def _opened(_: Rows, says: Says, __: Fact) -> Rows:
    prices = {"base_price": plain(says["base_price"]), "price_index": says["index"]}
    return {ONE: {**named(says, *_OPENED), **prices, "subscription_group": says["group"], "active": "false"}}


_FEE = (
    *("subscription", "subscription_number", "run", "kind", "project", "contract", "category", "agreement", "currency"),
    *("cycle", "price_source", "line_property", "chargeable", "project_date", "adjusts", "percentage"),
)
_LATER = ("document", "invoice", "invoiced_on", "invoiced_net", "schedule", "credit_note", "credited_on")


def _fee(_: Rows, says: Says, fact: Fact) -> Rows:
    days = says.get("removed") or [says["days"]]
    fee = {
        **named(says, *_FEE),
        **dict.fromkeys(_LATER),
        "subscription_group": says["group"],
        "period_code": says["code"],
        "first_day": says["days"]["from"],
        "last_day": says["days"]["to"],
        "days": str(sum(len(days_of(span)) for span in days)),
        "base_price": plain(says["base_price"]),
        "price_index": says["index"],
        "created_at": instant(fact.meta["occurred_at"]),
        "state": "chargeable" if says["chargeable"] else "non_chargeable",
    }
    shares = says["shares"]
    return {
        (str(one["share"]),): {**fee, "customer": one.get("customer"), "amount": plain(one["amount"])} for one in shares
    }


def _from_to(**states: str) -> Change:
    def change(rows: Rows, _: Says, __: Fact) -> Rows:
        return {key: {**row, "state": states[row["state"]]} for key, row in rows.items() if row["state"] in states}

    return change


def share(column: str, state: str, credit: str = "", **columns: str) -> Change:
    """The share that the fact names comes to a state, or to another when it is for credit; further columns as the fact's
    fields say, or nothing where no field is named."""

    def change(rows: Rows, says: Says, _: Fact) -> Rows:
        key = (str(says["share"]),)
        told = {name: plain(says.get(field)) for name, field in columns.items()}
        return {key: {**rows[key], **told, column: credit if says.get("credit") else state}} if key in rows else {}

    return change


def _schedule(_: Rows, says: Says, fact: Fact) -> Rows:
    same = (
        *("fee", "share", "document", "kind", "subscription", "subscription_number", "project", "category"),
        *("agreement", "customer", "basis"),
    )
    other = {
        "subscription_group": says["group"],
        "invoice": says["number"],
        "invoiced_on": says["issued_on"],
        "accrual_code": says["code"],
        "amount": plain(says["amount"]),
        "currency": says["amount"]["currency"],
        "occurred_at": instant(fact.meta["occurred_at"]),
    }
    return {ONE: {**named(says, *same), **other}}


_DAYS = ("accrued_on", "reversed_on", "dropped_on", "voucher")


def _planned(_: Rows, says: Says, __: Fact) -> Rows:
    begun = {**dict.fromkeys(_DAYS), "state": "open", "times_posted": "0", "deleted": "false"}
    return {
        (str(line["line"]),): {
            **begun,
            "first_day": line["days"]["from"],
            "last_day": line["days"]["to"],
            "amount": plain(line["amount"]),
        }
        for line in says["lines"]
    }


def _line(state: str, on: str, other: str) -> Change:
    def change(rows: Rows, says: Says, _: Fact) -> Rows:
        key = (str(says["line"]),)
        times = {"times_posted": str(says["count"])} if state == "posted" else {}
        told = {"state": state, on: says["on"], other: None, "voucher": says["voucher"], **times}
        return {key: {**rows[key], **told}} if key in rows else {}

    return change


def _lines(**columns: str) -> Change:
    def change(rows: Rows, says: Says, _: Fact) -> Rows:
        keys = [(str(line),) for line in says["lines"] if (str(line),) in rows]
        told = {column: says.get(value, value) for column, value in columns.items()}
        return {key: {**rows[key], **told} for key in keys}

    return change


def _movement(kind: str, on: str, sign: int) -> Change:
    def change(_: Rows, says: Says, fact: Fact) -> Rows:
        moved = f"{sign * amount(says['amount']):f}"
        happened = instant(fact.meta["occurred_at"])
        return {(str(fact.version),): {"kind": kind, "posted_on": says[on], "amount": moved, "occurred_at": happened}}

    return change


_HEAD = ("number", "issuer", "customer", "contract", "currency", "accounting_currency", "issued_on", "rate")


def _document(kind: str) -> Change:
    def change(_: Rows, says: Says, fact: Fact) -> Rows:
        worth = sum((amount(line["accounting_net"]) for line in says["lines"]), Decimal("0.00"))
        amounts = {name: plain(says[name]) for name in ("net", "tax", "total")}
        happened = instant(fact.meta["occurred_at"])
        return {
            ONE: {
                **named(says, *_HEAD),
                **amounts,
                "kind": kind,
                "accounting_net": f"{worth:f}",
                "occurred_at": happened,
            }
        }

    return change


def _document_lines(_: Rows, says: Says, fact: Fact) -> Rows:
    same = (
        *("fee", "share", "kind", "subscription", "subscription_number", "project", "contract", "category"),
        *("agreement", "schedule"),
    )
    head = named(says, "customer", "currency", "accounting_currency", "issued_on")
    rows = {}
    for line in says["lines"]:
        back = line.get("reverses", {})
        rows[(str(line["line"]),)] = {
            **head,
            **named(line, *same),
            "subscription_group": line["group"],
            "first_day": line["days"]["from"],
            "last_day": line["days"]["to"],
            **{name: plain(line[name]) for name in ("net", "gross", "accounting_net")},
            "reversed_document": back.get("document"),
            "reversed_line": text(back.get("line")),
            "occurred_at": instant(fact.meta["occurred_at"]),
        }
    return rows


def _entries(_: Rows, says: Says, fact: Fact) -> Rows:
    same = ("posting_type", "account", "project", "category", "customer", "subscription", "amount")
    whole = {
        **named(says, "source", "belongs_to", "currency"),
        "posted_on": says["on"],
        "occurred_at": instant(fact.meta["occurred_at"]),
    }
    return {
        (str(number),): {**whole, **{name: plain(entry.get(name)) for name in same}}
        for number, entry in enumerate(says["entries"], 1)
    }


_OVER = become(active="false")
_SUBSCRIPTION = of(
    BILLING,
    {
        "SubscriptionOpened": _opened,
        "SubscriptionActivated": become(active="true"),
        **dict.fromkeys(("SubscriptionDeactivated", "SubscriptionCancelled", "SubscriptionExpired"), _OVER),
        "CategoryChanged": changed(category="category"),
        "CurrencyChanged": changed(currency="currency", base_price="base_price"),
        "BasePriceUpdated": changed(base_price="base_price"),
        "IndexUpdated": changed(price_index="index"),
    },
)
_CHARGED = {
    "document": "document",
    "invoice": "number",
    "invoiced_on": "issued_on",
    "invoiced_net": "net",
    "amount": "amount",
    "project_date": "project_date",
    "schedule": "schedule",
}
_FEES = of(
    BILLING,
    {
        "FeeCreated": _fee,
        "FeeDeleted": _from_to(chargeable="deleted", non_chargeable="deleted"),
        "FeePutOnProposal": share("state", "on_proposal", "on_credit_proposal"),
        "FeeTakenOffProposal": share("state", "chargeable", "selected_for_credit"),
        "FeeInvoiced": share("state", "invoiced", **_CHARGED),
        "FeeSelectedForCredit": _from_to(invoiced="selected_for_credit"),
        "FeeUnselected": _from_to(selected_for_credit="invoiced"),
        "FeeCredited": share("state", "credited", credit_note="number", credited_on="issued_on"),
    },
)
_EARNED = of(
    BILLING,
    {
        "ScheduleBuilt": _planned,
        "RevenueAccrued": _line("posted", "accrued_on", "reversed_on"),
        "AccrualReversed": _line("open", "reversed_on", "accrued_on"),
        "ScheduleLinesDropped": _lines(state="dropped", dropped_on="credited_on"),
        "ScheduleLinesDeleted": _lines(deleted="true"),
    },
)
_MOVED = {
    "ScheduleBuilt": _movement("billed", "issued_on", 1),
    "RevenueAccrued": _movement("recognised", "on", -1),
    "AccrualReversed": _movement("reversed", "on", 1),
    "ScheduleLinesDropped": _movement("credited", "credited_on", -1),
}
_DOCUMENTS = ("InvoicePosted", "CreditNotePosted")
BILLED: Mapping[tuple[str, str], Fold] = {
    ("reporting", "subscription"): _SUBSCRIPTION,
    ("reporting", "subscription_then"): with_twin(_SUBSCRIPTION),
    ("reporting", "subscription_fee"): _FEES,
    ("reporting", "subscription_fee_then"): with_twin(_FEES),
    ("reporting", "accrual_line"): _EARNED,
    ("reporting", "accrual_line_then"): with_twin(_EARNED),
    ("reporting", "accrual_schedule"): of(BILLING, {"ScheduleBuilt": _schedule}),
    ("reporting", "deferral"): of(BILLING, _MOVED),
    ("reporting", "billing_document"): of(
        BILLING, {"InvoicePosted": _document("invoice"), "CreditNotePosted": _document("credit_note")}
    ),
    ("reporting", "billing_line"): of(BILLING, dict.fromkeys(_DOCUMENTS, _document_lines)),
    ("reporting", "ledger_entry"): of(BILLING, {"VoucherPosted": _entries}),
}
"""By service and table."""
