"""The list of agreements and their terms day by day, from the service's own log."""

from sqlalchemy import Boolean, Column, Date, Index, Table, Text

from libs.events import agreement as says
from libs.kernel.view import Heard, Row, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.agreement.projections.copies import TABLES

agreement_list: Table = versioned(
    "agreement_list",
    TABLES,
    values=[
        Column("number", Text, nullable=False),
        Column("project", Text, nullable=False),
        Column("customer", Text),
        Column("state", Text, nullable=False),
        Column("takes_orders", Boolean, nullable=False),
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date),
        Column("responsible", Text),
        Column("preferred_technician", Text),
        Column("line_workers", Text, nullable=False),
    ],
)
"""`takes_orders` on days of its validity: also until the last day of one that is terminated, unless it was suspended.
`line_workers` holds "line:worker" between blanks."""
Index("agreement_list_by_number", agreement_list.c.number)
Index("agreement_list_by_customer", agreement_list.c.customer)

terms_list: Table = versioned(
    "agreement_terms",
    TABLES,
    key=[Column("effective_on", Date)],
    values=[Column("group", Text, nullable=False), Column("sla_policy", Text), Column("sla_from", Text)],
)
"""A later amendment for the same day takes the place of the earlier. Source: AGR-08."""


def _created(_rows: Rows, fact: says.AgreementCreated, _heard: Heard) -> Rows:
    header = ("number", "project", "customer", "starts_on", "ends_on", "responsible", "preferred_technician")
    row = {name: getattr(fact, name) for name in header}
    return {(): {**row, "state": "draft", "takes_orders": False, "line_workers": " "}}


def _revised(rows: Rows, fact: says.AgreementRevised, _heard: Heard) -> Rows:
    return _changed(rows, responsible=fact.responsible, preferred_technician=fact.preferred_technician)


def _lined(rows: Rows, fact: says.AgreementLineAdded | says.AgreementLineRevised, _heard: Heard) -> Rows:
    without = _without(rows[()], fact.line)
    return _changed(rows, line_workers=f"{without}{fact.line}:{fact.worker} " if fact.worker else without)


def _line_removed(rows: Rows, fact: says.AgreementLineRemoved, _heard: Heard) -> Rows:
    return _changed(rows, line_workers=_without(rows[()], fact.line))


def _activated(rows: Rows, _fact: object, _heard: Heard) -> Rows:
    return _changed(rows, state="active", takes_orders=True)


def _suspended(rows: Rows, _fact: says.AgreementSuspended, _heard: Heard) -> Rows:
    return _changed(rows, state="suspended", takes_orders=False)


def _terminated(rows: Rows, fact: says.AgreementTerminated, _heard: Heard) -> Rows:
    return _changed(rows, state="terminated", ends_on=fact.on)


def _renewed(rows: Rows, fact: says.AgreementRenewed, _heard: Heard) -> Rows:
    return _changed(rows, ends_on=fact.to)


def _changed(rows: Rows, **values: object) -> Rows:
    return {(): {**rows[()], **values}}


def _without(row: Row, line: int) -> str:
    """The workers of the other lines."""
    kept = [one for one in row["line_workers"].split() if not one.startswith(f"{line}:")]
    return " ".join(["", *kept, ""]) if kept else " "


def _first_terms(_rows: Rows, fact: says.AgreementCreated, _heard: Heard) -> Rows:
    return {(fact.starts_on,): {"group": fact.group, "sla_policy": fact.sla_policy, "sla_from": fact.sla_from}}


def _amended(_rows: Rows, fact: says.AgreementAmended, _heard: Heard) -> Rows:
    return {(fact.effective_on,): {"group": fact.group, "sla_policy": fact.sla_policy, "sla_from": fact.sla_from}}


agreements = Projection(
    View(
        "agreement_list",
        "agreement",
        {
            says.AgreementCreated: _created,
            says.AgreementRevised: _revised,
            says.AgreementLineAdded: _lined,
            says.AgreementLineRevised: _lined,
            says.AgreementLineRemoved: _line_removed,
            says.AgreementActivated: _activated,
            says.AgreementSuspended: _suspended,
            says.AgreementResumed: _activated,
            says.AgreementTerminated: _terminated,
            says.AgreementRenewed: _renewed,
        },
    ),
    agreement_list,
)
terms = Projection(
    View("agreement_terms", "agreement", {says.AgreementCreated: _first_terms, says.AgreementAmended: _amended}),
    terms_list,
)
