"""The checker's own folds of what the billing service keeps beside its streams: copies, lists, and what runs go through."""

from collections.abc import Mapping

from tests.chaos.billed import COVERING, days_of
from tests.chaos.evidence import Fact
from tests.chaos.folding import ONE, Change, Fold, Rows, copied, of
from tests.chaos.folds_billed import BILLING, Says, become, changed, named, plain, share

BOOKS: Mapping[str, str] = {
    "ProjectRecorded": "project",
    "CategoryRecorded": "category",
    "LinePropertyRecorded": "line_property",
    "CompanyRecorded": "company",
    "ProjectContractRecorded": "contract",
    "ProjectGroupRecorded": "project_group",
    "TaxCodeRecorded": "tax_code",
    "TaxGroupRecorded": "tax_group",
    "ItemTaxGroupRecorded": "item_tax_group",
    "PostingProfileSet": "posting_profile",
    "LinePropertyRuleSet": "line_property_rule",
    "ExchangeRateSet": "exchange_rate",
    "LedgerPeriodRecorded": "ledger_period",
}
_PROJECT = (
    *("type", "customer", "currency", "contract", "project_group", "price_group", "tax_group", "line_property"),
    *("search_first", "time_zone", "active"),
)
_OPENED = ("number", "name", "group", "project", "customer", "category", "currency", "agreement")
_FEE = (
    *("subscription", "subscription_number", "group", "project", "customer", "category", "kind", "code", "cycle"),
    *("project_date", "currency", "chargeable", "run", "adjusts", "index"),
)
_SCOPE = ("code", "effective_on", "project", "price_group", "category", "subscription")


def _book(key: str) -> Change:
    return lambda _, says, fact: {ONE: {"kind": fact.name, "key": says[key], "body": fact.value.decode()}}


def _record(kind: str, key: str) -> Change:
    def change(_: Rows, says: Says, fact: Fact) -> Rows:
        return {ONE: {"kind": kind, "key": says[key], "state": "standing", "body": fact.value.decode()}}

    return change


def _priced(_: Rows, says: Says, __: Fact) -> Rows:
    price = {"currency": says["price"]["currency"], "amount": plain(says["price"])}
    return {ONE: {"key": says["row"], **named(says, *_SCOPE), **price, "withdrawn": None}}


def _opened(_: Rows, says: Says, __: Fact) -> Rows:
    later = dict.fromkeys(("starts_on", "ends_on", "last_day", "parked"))
    prices = {"base_price": plain(says["base_price"]), "index": says["index"], "state": "draft"}
    return {ONE: {**named(says, *_OPENED), **later, **prices, "billed_from": says.get("billed_before", {}).get("from")}}


def _days(span: Says) -> dict[str, str | None]:
    return {"first": span["from"], "last": span["to"]}


def _billed_before(_: Rows, says: Says, __: Fact) -> Rows:
    before = says.get("billed_before")
    return {("",): {**_days(before), "freed": None}} if before else {}


def _billed(_: Rows, says: Says, __: Fact) -> Rows:
    return {(fee["fee"],): {**_days(fee["days"]), "freed": None} for fee in says["fees"] if fee["kind"] in COVERING}


def _freed(rows: Rows, says: Says, _: Fact) -> Rows:
    key = (says["fee"],)
    return {key: {**rows[key], "freed": says["because"]}} if key in rows else {}


def _fee(_: Rows, says: Says, __: Fact) -> Rows:
    amounts = {name: plain(says[name]) for name in ("base_price", "amount")}
    begun = {"deleted": "false", "selected": "false", "removed_days": "0"}
    return {ONE: {**named(says, *_FEE), **amounts, **_days(says["days"]), **begun}}


def _reduced(rows: Rows, says: Says, _: Fact) -> Rows:
    days = sum(len(days_of(span)) for span in says["days"])
    return {ONE: {**rows[ONE], "removed_days": str(int(rows[ONE]["removed_days"]) + days)}}


def _shares(_: Rows, says: Says, __: Fact) -> Rows:
    nothing = dict.fromkeys(("proposal", "document", "number", "schedule", "credit_note"))
    whose = says.get("contract") or f"project {says['project']}"
    return {
        (str(one["share"]),): {
            **nothing,
            "payer": one.get("customer"),
            "place": f"{whose}|{one.get('customer') or ''}|{says['currency']}",
            "amount": plain(one["amount"]),
            "standing": "open" if says["chargeable"] else "non_chargeable",
        }
        for one in says["shares"]
    }


def _stands(standing: str, credit: str = "", **columns: str) -> Change:
    return share("standing", standing, credit, **columns)


def _use(_: Rows, says: Says, __: Fact) -> Rows:
    return {ONE: {**named(says, "code", "group"), **_days(says["days"]), "deleted": "false", "invoiced": "false"}}


_PROPOSAL = ("number", "method", "customer", "contract", "project", "currency", "invoice_date", "run")
_DOCUMENT = ("number", "customer", "contract", "currency", "issued_on", "proposal")


def _proposal(_: Rows, says: Says, __: Fact) -> Rows:
    return {ONE: {**named(says, *_PROPOSAL), "state": "open", "lines": "0", "document": None}}


def _lines(by: int) -> Change:
    return lambda rows, _, __: {ONE: {**rows[ONE], "lines": str(int(rows[ONE]["lines"]) + by)}}


def _invoiced(rows: Rows, says: Says, _: Fact) -> Rows:
    return {ONE: {**rows[ONE], "state": "invoiced", "document": says["document"]}}


def _document(kind: str) -> Change:
    def change(_: Rows, says: Says, __: Fact) -> Rows:
        amounts = {name: plain(says[name]) for name in ("net", "tax", "total")}
        return {ONE: {**named(says, *_DOCUMENT), **amounts, "kind": kind}}

    return change


def _run(kind: str) -> Change:
    def change(_: Rows, says: Says, __: Fact) -> Rows:
        return {ONE: {"kind": kind, "number": says["number"], "state": "running", "looked_at": "0", "made": "0"}}

    return change


def _ran(looked: str, made: str) -> Change:
    def change(rows: Rows, says: Says, _: Fact) -> Rows:
        at = says.get(looked, 0)
        counts = {"looked_at": at if isinstance(at, int) else 1, "made": says[made]}
        return {ONE: {**rows[ONE], **{name: str(int(rows[ONE][name]) + count) for name, count in counts.items()}}}

    return change


def _schedule(_: Rows, says: Says, __: Fact) -> Rows:
    whole = named(says, "fee", "document", "subscription", "group", "code", "issued_on")
    return {
        (str(line["line"]),): {
            **whole,
            **_days(line["days"]),
            "currency": line["amount"]["currency"],
            "amount": plain(line["amount"]),
            "state": "open",
            "on": None,
        }
        for line in says["lines"]
    }


def _earned(state: str) -> Change:
    def change(rows: Rows, says: Says, _: Fact) -> Rows:
        key = (str(says["line"]),)
        return {key: {**rows[key], "state": state, "on": says["on"] if state == "posted" else None}}

    return change


def _all(state: str) -> Change:
    return lambda rows, says, _: {(str(line),): {**rows[(str(line),)], "state": state} for line in says["lines"]}


def _cancelled(_: Rows, says: Says, __: Fact) -> Rows:
    return {ONE: {"last_day": says["last_day"], "credited": "false"}} if says["mode"] == "immediate" else {}


def _agreement(_: Rows, says: Says, __: Fact) -> Rows:
    return {ONE: {"project": says["project"], "state": "draft"}}


_COMPLETED = become(state="completed")
_CODE, _GROUP = _record("period_code", "code"), _record("subscription_group", "group")
_LISTS: Mapping[str, Mapping[str, Change]] = {
    "record": {
        "PeriodCodeDefined": _CODE,
        **dict.fromkeys(("SubscriptionGroupDefined", "SubscriptionGroupRevised"), _GROUP),
        "SubscriptionSalesPriceSet": _record("subscription_price", "row"),
        "SubscriptionGroupRetired": become(state="retired"),
        "SubscriptionSalesPriceWithdrawn": become(state="withdrawn"),
    },
    "price_row": {
        "SubscriptionSalesPriceSet": _priced,
        "SubscriptionSalesPriceWithdrawn": become(withdrawn="withdrawn"),
    },
    "subscription_list": {
        "SubscriptionOpened": _opened,
        "SubscriptionRenamed": changed(name="name"),
        "CategoryChanged": changed(category="category"),
        "CurrencyChanged": changed(currency="currency", base_price="base_price"),
        "TermSet": changed(starts_on="starts_on", ends_on="ends_on"),
        "SubscriptionActivated": become(state="active"),
        "SubscriptionDeactivated": become(state="inactive"),
        "SubscriptionExpired": become(state="expired"),
        "CancellationScheduled": changed(last_day="last_day"),
        "CancellationUndone": become(last_day=None),
        "SubscriptionCancelled": lambda rows, says, _: {
            ONE: {**rows[ONE], "state": "cancelled", "last_day": says["last_day"]}
        },
        "BasePriceUpdated": changed(base_price="base_price"),
        "IndexUpdated": changed(index="index"),
        "SubscriptionParked": changed(parked="reason"),
        "ParkReleased": become(parked=None),
    },
    "billed_days": {"SubscriptionOpened": _billed_before, "SubscriptionBilled": _billed, "FeeDaysFreed": _freed},
    "cancellation": {"SubscriptionCancelled": _cancelled, "UnusedDaysCredited": become(credited="true")},
    "fee_list": {
        "FeeCreated": _fee,
        "FeeDaysReduced": _reduced,
        "FeeDeleted": become(deleted="true"),
        "FeeSelectedForCredit": become(selected="true"),
        "FeeUnselected": become(selected="false"),
    },
    "fee_share": {
        "FeeCreated": _shares,
        "FeePutOnProposal": _stands("on_proposal", "on_credit_proposal", proposal="proposal"),
        "FeeTakenOffProposal": _stands("open", "selected_for_credit", proposal=""),
        "FeeInvoiced": _stands(
            "invoiced", proposal="", amount="amount", document="document", number="number", schedule="schedule"
        ),
        "FeeCredited": _stands("credited", proposal="", credit_note="document"),
        "FeeSelectedForCredit": become(standing="selected_for_credit"),
        "FeeUnselected": become(standing="invoiced"),
        "FeeDeleted": become(standing="deleted"),
    },
    "fee_use": {"FeeCreated": _use, "FeeDeleted": become(deleted="true"), "FeeInvoiced": become(invoiced="true")},
    "proposal_list": {
        "ProposalCreated": _proposal,
        "ProposalLineAdded": _lines(1),
        "ProposalLineRemoved": _lines(-1),
        **{f"Proposal{word}": become(state=word.lower()) for word in ("Submitted", "Approved", "Rejected", "Canceled")},
        "ProposalInvoiced": _invoiced,
    },
    "document_list": {"InvoicePosted": _document("invoice"), "CreditNotePosted": _document("credit_note")},
    "run_list": {
        "FeeRunAdvanced": _ran("subscriptions", "created"),
        "ProposalRunAdvanced": _ran("proposal", "lines"),
        "AccrualRunAdvanced": _ran("schedules", "posted"),
        **{f"{kind}RunCompleted": _COMPLETED for kind in ("Fee", "Proposal", "Accrual")},
        **{f"{kind}RunRequested": _run(f"{kind.lower()}_run") for kind in ("Fee", "Proposal", "Accrual")},
    },
    "schedule_line": {
        "ScheduleBuilt": _schedule,
        "RevenueAccrued": _earned("posted"),
        "AccrualReversed": _earned("open"),
        "ScheduleLinesDropped": _all("dropped"),
        "ScheduleLinesDeleted": _all("deleted"),
    },
}
_AGREEMENTS = {
    "AgreementCreated": _agreement,
    "AgreementActivated": become(state="active"),
    "AgreementSuspended": become(state="suspended"),
    "AgreementResumed": become(state="active"),
    "AgreementTerminated": become(state="terminated"),
}
KEPT: Mapping[tuple[str, str], Fold] = {
    **{(BILLING, name): of(BILLING, changes) for name, changes in _LISTS.items()},
    (BILLING, "agreement"): of("agreement", _AGREEMENTS),
    (BILLING, "book_record"): of("reference", {name: _book(key) for name, key in BOOKS.items()}),
    (BILLING, "customer"): copied("customer", "price_group", "active"),
    (BILLING, "project"): copied("project", *_PROJECT),
    (BILLING, "category"): copied("category", "type", "category_group", "tax_group", "active"),
    (BILLING, "line_property"): copied("line_property", "chargeable"),
    (BILLING, "price_group"): copied("price_group"),
    (BILLING, "company"): copied("company", "time_zone", "accounting_currency"),
    (BILLING, "contract"): copied("contract", "price_group", "active"),
}
"""By service and table."""
