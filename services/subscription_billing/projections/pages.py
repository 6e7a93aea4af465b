"""Pages of fees, runs, proposals, documents and schedules, each in one order."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Text, and_, cast, select, tuple_

from libs.runtime.versions import OPEN
from services.subscription_billing.projections.fee_list import fee_list, fee_share
from services.subscription_billing.projections.invoicing_lists import document_list, proposal_list, run_list
from services.subscription_billing.projections.schedule_lines import schedule_line

Exact = Mapping[str, str | None]
After = Sequence[Any]


def _id(table: Table) -> Any:
    return cast(table.c.stream_id, Text).label("id")


def _named(table: Table, exact: Exact) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in exact.items() if value is not None]


def _by_number(table: Table, exact: Exact, after: After, limit: int) -> Select[Any]:
    behind = [table.c.number > after[0]] if after else []
    columns = [table.c[name] for name in table.info["values"]]
    return (
        select(_id(table), *columns)
        .where(table.c.known_to == OPEN, *_named(table, exact), *behind)
        .order_by(table.c.number)
        .limit(limit)
    )


def page_of_proposals(exact: Exact, after: After, limit: int) -> Select[Any]:
    """Proposals by number."""
    return _by_number(proposal_list, exact, after, limit)


def page_of_documents(exact: Exact, after: After, limit: int) -> Select[Any]:
    """Invoices and credit notes by number."""
    return _by_number(document_list, exact, after, limit)


def page_of_runs(exact: Exact, after: After, limit: int) -> Select[Any]:
    """Runs by number."""
    return _by_number(run_list, exact, after, limit)


def page_of_fees(exact: Exact, standing: str | None, after: After, limit: int) -> Select[Any]:
    """Shares of fees in order of the fees' ids, each with its fee. Source: FTR-01, FTR-02."""
    fee, share = fee_list.c, fee_share.c
    behind = [tuple_(cast(share.stream_id, Text), share.share) > tuple(after)] if after else []
    wanted = [share.standing == standing] if standing else []
    columns = [fee_list.c[name] for name in fee_list.info["values"] if name != "deleted"]
    own = ("share", "payer", "standing", "proposal", "document", "number", "schedule", "credit_note")
    return (
        select(_id(fee_list), *columns, share.amount.label("share_amount"), *(share[name] for name in own))
        .join(fee_share, and_(share.stream_id == fee.stream_id, share.known_to == OPEN))
        .where(fee.known_to == OPEN, *_named(fee_list, exact), *wanted, *behind)
        .order_by(cast(share.stream_id, Text), share.share)
        .limit(limit)
    )


def page_of_schedule_lines(exact: Exact, after: After, limit: int) -> Select[Any]:
    """Lines of schedules, schedule by schedule. Source: SRP-03."""
    table = schedule_line.c
    behind = [tuple_(cast(table.stream_id, Text), table.line) > tuple(after)] if after else []
    columns = [table[name] for name in schedule_line.info["values"]]
    return (
        select(_id(schedule_line), table.line, *columns)
        .where(table.known_to == OPEN, *_named(schedule_line, exact), *behind)
        .order_by(cast(table.stream_id, Text), table.line)
        .limit(limit)
    )
