"""What runs look at next: subscriptions to bill, shares of fees to invoice, schedules to earn, and the runs themselves."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Text, and_, cast, func, literal, select

from libs.events import subscription_billing as billing
from libs.events import subscription_billing_invoices as says
from libs.events.subscription_billing_fees import FeeRunRequested
from libs.runtime.versions import OPEN
from services.subscription_billing.projections.fee_list import fee_list, fee_share
from services.subscription_billing.projections.invoicing_lists import run_list
from services.subscription_billing.projections.record_list import record_list
from services.subscription_billing.projections.schedule_lines import schedule_line
from services.subscription_billing.projections.subscription_list import subscription_list


def running(most: int) -> Select[Any]:
    """Runs that are not completed, oldest number first."""
    table = run_list.c
    return (
        select(cast(table.stream_id, Text).label("stream_id"), table.kind)
        .where(table.known_to == OPEN, table.state == "running")
        .order_by(table.number)
        .limit(most)
    )


def groups_by(code: str) -> Select[Any]:
    """The groups, as they were said last, that may be billed by a code; `body` tells."""
    table = record_list.c
    return select(table.key, table.body).where(
        table.known_to == OPEN, table.kind == "subscription_group", table.body.contains(f'"{code}"')
    )


def has_code(body: str, code: str) -> bool:
    """Whether the group is billed by the code. Source: FEE-09."""
    return billing.SubscriptionGroupTerms.from_bytes(body.encode()).invoicing_code == code


def to_bill(asked: FeeRunRequested, groups: Sequence[str], after: str | None, limit: int) -> Select[Any]:
    """Subscriptions that a fee run looks at, in order of their ids, behind `after`. Source: FEE-09."""
    table = subscription_list.c
    wanted: list[ColumnElement[bool]] = [table.known_to == OPEN, table.group.in_(list(groups))]
    wanted += [table.stream_id > after] if after else []
    wanted += [table.group == asked.group] if asked.group else []
    wanted += [table.project == asked.project] if asked.project else []
    wanted += [table.stream_id.in_(list(asked.subscriptions))] if asked.subscriptions else []
    return (
        select(cast(table.stream_id, Text).label("stream_id"), table.project, table.category)
        .where(*wanted)
        .order_by(table.stream_id)
        .limit(limit)
    )


def to_invoice(asked: says.ProposalRunRequested, after: str, limit: int) -> Select[Any]:
    """Shares of fees that fit, in the order of their documents: `place` names the document, `through` is the order.

    Source: INV-02, INV-04.
    """
    fee, share = fee_list.c, fee_share.c
    place: ColumnElement[str] = share.place
    if asked.grouped_by == "subscription":
        place = func.concat(share.place, literal("|"), fee.subscription)
    fee_and_share = [cast(share.stream_id, Text), literal("|"), cast(share.share, Text)]
    through = func.concat(place, literal("|"), *fee_and_share).collate("C")
    return (
        select(
            cast(share.stream_id, Text).label("fee"),
            share.share,
            place.label("place"),
            through.label("through"),
            (share.standing == "selected_for_credit").label("credit"),
        )
        .join(fee_list, and_(fee.stream_id == share.stream_id, fee.known_to == OPEN))
        .where(share.known_to == OPEN, *_fitting(asked), through > after)
        .order_by(through)
        .limit(limit)
    )


_STANDINGS: dict[says.InvoicingMethod, list[str]] = {
    "invoices": ["open"],
    "credit_notes": ["selected_for_credit"],
    "both": ["open", "selected_for_credit"],
}


def _fitting(asked: says.ProposalRunRequested) -> list[ColumnElement[bool]]:
    fee, share = fee_list.c, fee_share.c
    exact = {fee.project: asked.project, fee.group: asked.group, fee.subscription: asked.subscription}
    found: list[ColumnElement[bool]] = [share.standing.in_(_STANDINGS[asked.method])]
    found += [column == value for column, value in exact.items() if value is not None]
    found += [share.payer == asked.customer] if asked.customer else []
    found += [func.split_part(share.place, "|", 1) == asked.contract] if asked.contract else []
    found += [fee.kind.in_(list(asked.kinds))] if asked.kinds else []
    if asked.project_dates is not None:
        found += [fee.project_date >= asked.project_dates.first, fee.project_date <= asked.project_dates.last]
    return found


def to_earn(code: str, on: date, only: dict[str, str], after: str | None, limit: int) -> Select[Any]:
    """Schedules with a line that is due, in order of their ids, behind `after`. Source: ACC-08."""
    table = schedule_line.c
    wanted: list[ColumnElement[bool]] = [table[name] == value for name, value in only.items()]
    wanted += [table.stream_id > after] if after else []
    day = cast(literal(on), Date)
    return (
        select(cast(table.stream_id, Text).label("stream_id"))
        .where(table.known_to == OPEN, table.state == "open", table.code == code, *wanted)
        .where(table.last <= day, table.issued_on <= day)
        .group_by(table.stream_id)
        .order_by(table.stream_id)
        .limit(limit)
    )
