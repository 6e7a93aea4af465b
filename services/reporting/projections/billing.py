"""Questions about subscription billing: a page of a report, fees added up, and margins with subscription revenue."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import BigInteger, Numeric, Select, Text, func, literal, null, select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from libs.runtime.versions import known_at
from services.reporting.projections import tables
from services.reporting.projections.billing_rows import MARGIN, TRANSACTIONS, Report
from services.reporting.projections.margin import Place, behind, name_of
from services.reporting.projections.selection import NOW, Moment

FeesBy = Literal["subscription", "group", "project", "customer", "category", "month", "none"]
MarginBy = Literal["agreement", "project", "none"]
RevenueBasis = Literal["earned", "invoiced"]
"""Which revenue of subscriptions counts: recognised, or invoiced; never both. Source: MAR-09."""

SUBTOTALS = ("chargeable", "on_proposal", "invoiced", "credited", "non_chargeable")
"""What fees are added up by: FTR-02, where everything invoiced and not credited is invoiced. Source: SRP-01."""

_FEE_KEYS = {
    "subscription": "subscription",
    "group": "subscription_group",
    "project": "project",
    "customer": "customer",
    "category": "category",
}


_MARGIN = ("subscription_revenue", "order_sales", "order_cost")


@dataclass(frozen=True)
class Wanted:
    """Which rows count: columns that equal a value, and days, both ends included, that they begin or end with."""

    moment: Moment = NOW
    equal: tuple[tuple[str, Any], ...] = ()
    at_least: tuple[tuple[str, date], ...] = ()
    at_most: tuple[tuple[str, date], ...] = ()

    def conditions(self, rows: FromClause) -> list[ColumnElement[bool]]:
        """What a row must be like. A row without the day asked about is not selected."""
        return [
            *(rows.c[name] == value for name, value in self.equal),
            *(rows.c[name] >= value for name, value in self.at_least),
            *(rows.c[name] <= value for name, value in self.at_most),
        ]


def page(report: Report, wanted: Wanted, after: Place | None, limit: int) -> Select[Any]:
    """The selected rows of a report in its order, from behind `after`."""
    rows = report.rows(wanted.moment)
    place = [rows.c[name] for name in report.place]
    found = select(rows).where(*wanted.conditions(rows)).order_by(*place).limit(limit)
    return found if after is None else found.where(behind(place, after))


def fee_totals(wanted: Wanted, by: FeesBy, after: Place | None, limit: int) -> Select[Any]:
    """The selected fees added up by group and currency, in order of the groups. Source: SRP-01, SRP-05."""
    rows = TRANSACTIONS.rows(wanted.moment)
    key = _fee_key(rows, by)
    sort = rows.c.subscription_number if by == "subscription" else key
    fees = _fees(rows, wanted, sort=sort, key=key)
    place = [fees.c.sort, fees.c.key, fees.c.currency]
    found = select(*place, *_subtotals(fees)).group_by(*place).order_by(*place).limit(limit)
    return found if after is None else found.where(behind(place, after))


def fee_grand_totals(wanted: Wanted) -> Select[Any]:
    """The selected fees added up for each currency."""
    fees = _fees(TRANSACTIONS.rows(wanted.moment), wanted)
    return select(fees.c.currency, *_subtotals(fees)).group_by(fees.c.currency).order_by(fees.c.currency)


def margins(wanted: Wanted, by: MarginBy, after: Place | None, limit: int) -> Select[Any]:
    """Subscription revenue, order sales and order cost by agreement or project and currency. Source: MAR-09."""
    rows = MARGIN.rows(wanted.moment)
    key = literal("") if by == "none" else func.coalesce(rows.c[by].cast(Text), "")
    figures = [rows.c[name] for name in _MARGIN]
    wanted_rows = select(key.label("key"), rows.c.currency, *figures).where(*wanted.conditions(rows))
    entries = wanted_rows.subquery("entries")
    place = [entries.c.key, entries.c.currency]
    sums = [func.sum(entries.c[name]).label(name) for name in _MARGIN]
    found = select(*place, *sums).group_by(*place).order_by(*place).limit(limit)
    if after is not None:
        found = found.where(behind(place, after))
    page = found.subquery("page")
    return select(page, _margin_name(page.c.key, by, wanted.moment).label("name")).order_by(page.c.key, page.c.currency)


def _fees(rows: FromClause, wanted: Wanted, **keys: ColumnElement[Any]) -> FromClause:
    columns = [column.label(name) for name, column in keys.items()]
    figures = [rows.c.currency, rows.c.inquiry_status, rows.c.amount]
    return select(*columns, *figures).where(*wanted.conditions(rows)).subquery("fees")


def _fee_key(rows: FromClause, by: FeesBy) -> ColumnElement[str]:
    if by == "none":
        return literal("")
    if by == "month":
        return func.to_char(rows.c.project_date, "YYYY-MM", type_=Text)
    return func.coalesce(rows.c[_FEE_KEYS[by]].cast(Text), "")


def _subtotals(rows: FromClause) -> list[ColumnElement[Any]]:
    counted = [
        func.count().filter(rows.c.inquiry_status == status).cast(BigInteger).label(f"{status}_fees")
        for status in SUBTOTALS
    ]
    added = [
        func.coalesce(func.sum(rows.c.amount).filter(rows.c.inquiry_status == status), 0).cast(Numeric).label(status)
        for status in SUBTOTALS
    ]
    return [*counted, *added]


def _margin_name(key: ColumnElement[Any], by: MarginBy, moment: Moment) -> ColumnElement[Any]:
    """An agreement is told by its number, a project by its name."""
    match by:
        case "agreement":
            table = tables.agreement
            named = select(table.c.number).where(table.c.stream_id.cast(Text) == key, known_at(table, moment.known))
            return named.limit(1).scalar_subquery()
        case "project":
            return name_of(key, tables.project, moment.known)
        case "none":
            return null()
