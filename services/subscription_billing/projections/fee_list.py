"""The list of fees, from the service's own log: what each is, what it costs, and how far its shares are. Source: FTR-01."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, Integer, Numeric, Text

from libs.events import subscription_billing_fees as says
from libs.kernel.view import Fold, Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.subscription_billing.projections.copies import TABLES

fee_list = versioned(
    "fee_list",
    TABLES,
    values=[
        Column("subscription", Text, nullable=False),
        Column("subscription_number", Text, nullable=False),
        Column("group", Text, nullable=False),
        Column("project", Text, nullable=False),
        Column("customer", Text),
        Column("category", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("first", Date, nullable=False),
        Column("last", Date, nullable=False),
        Column("cycle", Integer, nullable=False),
        Column("project_date", Date, nullable=False),
        Column("currency", Text, nullable=False),
        Column("base_price", Numeric, nullable=False),
        Column("index", Numeric, nullable=False),
        Column("amount", Numeric, nullable=False),
        Column("chargeable", Boolean, nullable=False),
        Column("run", Text),
        Column("adjusts", Text),
        Column("deleted", Boolean, nullable=False),
        Column("selected", Boolean, nullable=False),
        Column("removed_days", Integer, nullable=False),
    ],
)
"""One row for each fee. `removed_days` are those taken off it; `selected`: it is to be given back."""
Index("fee_list_by_subscription", fee_list.c.subscription)
Index("fee_list_by_run", fee_list.c.run)

fee_share = versioned(
    "fee_share",
    TABLES,
    key=[Column("share", Integer)],
    values=[
        Column("payer", Text),
        Column("place", Text, nullable=False),
        Column("amount", Numeric, nullable=False),
        Column("standing", Text, nullable=False),
        Column("proposal", Text),
        Column("document", Text),
        Column("number", Text),
        Column("schedule", Text),
        Column("credit_note", Text),
    ],
)
"""What each funding source pays of a fee. `place`: contract or project, payer and currency, by which proposals are made;
`number` is that of the document."""
Index("fee_share_by_standing", fee_share.c.standing, fee_share.c.place)

_SAME = ("subscription", "subscription_number", "group", "project", "customer", "category", "kind", "code", "cycle")


def _created(_: Rows, fact: says.FeeCreated, __: Heard) -> Rows:
    told = {name: getattr(fact, name) for name in (*_SAME, "project_date", "currency", "chargeable", "run", "adjusts")}
    amounts = {
        "base_price": fact.base_price.amount,
        "index": f"{fact.index:f}",
        "amount": fact.amount.amount,
    }
    days = {"first": fact.days.first, "last": fact.days.last}
    return {(): {**told, **amounts, **days, "deleted": False, "selected": False, "removed_days": 0}}


def _changing(**values: object) -> Fold:
    def changed(rows: Rows, _: object, __: Heard) -> Rows:
        return {(): {**rows[()], **values}}

    return changed


def _reduced(rows: Rows, fact: says.FeeDaysReduced, _: Heard) -> Rows:
    return {(): {**rows[()], "removed_days": rows[()]["removed_days"] + sum(span.days for span in fact.days)}}


fees = Projection(
    View(
        "fee_list",
        "subscription_billing",
        {
            says.FeeCreated: _created,
            says.FeeDaysReduced: _reduced,
            says.FeeDeleted: _changing(deleted=True),
            says.FeeSelectedForCredit: _changing(selected=True),
            says.FeeUnselected: _changing(selected=False),
        },
    ),
    fee_list,
)


def place(fact: says.FeeCreated, share: says.FeeShare) -> str:
    """Whose document a share goes on: contract or, without one, project, then payer and currency. Source: INV-04."""
    return "|".join((fact.contract or f"project {fact.project}", share.customer or "", fact.currency))


def _shared(_: Rows, fact: says.FeeCreated, __: Heard) -> Rows:
    standing = "open" if fact.chargeable else "non_chargeable"
    nothing = dict.fromkeys(("proposal", "document", "number", "schedule", "credit_note"))
    return {
        (share.share,): {
            "payer": share.customer,
            "place": place(fact, share),
            "amount": share.amount.amount,
            "standing": standing,
            **nothing,
        }
        for share in fact.shares
    }


def _moved(rows: Rows, share: int, values: Mapping[str, Any]) -> Rows:
    return {(share,): {**rows[(share,)], **values}}


def _put(rows: Rows, fact: says.FeePutOnProposal, _: Heard) -> Rows:
    standing = "on_credit_proposal" if fact.credit else "on_proposal"
    return _moved(rows, fact.share, {"standing": standing, "proposal": fact.proposal})


def _taken_off(rows: Rows, fact: says.FeeTakenOffProposal, _: Heard) -> Rows:
    standing = "selected_for_credit" if fact.credit else "open"
    return _moved(rows, fact.share, {"standing": standing, "proposal": None})


def _invoiced(rows: Rows, fact: says.FeeInvoiced, _: Heard) -> Rows:
    told = {"document": fact.document, "number": fact.number, "schedule": fact.schedule}
    amount = fact.amount.amount
    return _moved(rows, fact.share, {"standing": "invoiced", "proposal": None, "amount": amount, **told})


def _credited(rows: Rows, fact: says.FeeCredited, _: Heard) -> Rows:
    return _moved(rows, fact.share, {"standing": "credited", "proposal": None, "credit_note": fact.document})


def _all_in(standing: str) -> Fold:
    def changed(rows: Rows, _: object, __: Heard) -> Rows:
        return {key: {**row, "standing": standing} for key, row in rows.items()}

    return changed


shares = Projection(
    View(
        "fee_share",
        "subscription_billing",
        {
            says.FeeCreated: _shared,
            says.FeePutOnProposal: _put,
            says.FeeTakenOffProposal: _taken_off,
            says.FeeInvoiced: _invoiced,
            says.FeeSelectedForCredit: _all_in("selected_for_credit"),
            says.FeeUnselected: _all_in("invoiced"),
            says.FeeCredited: _credited,
            says.FeeDeleted: _all_in("deleted"),
        },
    ),
    fee_share,
)
