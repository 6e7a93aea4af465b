"""Copies of what the agreement service tells: agreements with their lines and terms, and SLA policies by version."""

import json
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Numeric, Text

from libs.events import agreement as told
from libs.kernel.view import Heard, Row, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.order.projections.copies import TABLES

agreement = versioned(
    "agreement",
    TABLES,
    values=[
        Column("state", Text, nullable=False),
        Column("project", Text, nullable=False),
        Column("customer", Text),
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date),
        Column("terminated_on", Date),
        Column("description", Text),
        Column("responsible", Text),
        Column("preferred_technician", Text),
        Column("terms", Text, nullable=False),
    ],
)
"""`terms` is a JSON list of what holds from a day on, in the order in which it was told: [[day, policy, whose], ...]."""

agreement_line = versioned(
    "agreement_line",
    TABLES,
    key=[Column("line", BigInteger)],
    values=[
        Column("type", Text, nullable=False),
        Column("quantity", Numeric, nullable=False),
        Column("category", Text),
        Column("worker", Text),
        Column("item", Text),
        Column("line_property", Text),
        Column("description", Text),
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date),
        Column("stopped", Boolean, nullable=False),
        Column("removed", Boolean, nullable=False),
    ],
)

sla_policy = versioned(
    "sla_policy",
    TABLES,
    key=[Column("number", BigInteger)],
    values=[
        Column("key", Text, nullable=False),
        Column("effective_on", Date, nullable=False),
        Column("content", Text, nullable=False),
    ],
)
"""One row for each version of a policy, kept for ever; `content` is the fact's JSON."""
Index("sla_policy_by_key", sla_policy.c.key)

_HEADER = ("description", "responsible", "preferred_technician")
_LINE = ("type", "category", "worker", "item", "line_property", "description", "starts_on", "ends_on")


def _created(_: Rows, fact: told.AgreementCreated, __: Heard) -> Rows:
    row = {name: getattr(fact, name) for name in (*_HEADER, "project", "customer", "starts_on", "ends_on")}
    terms = json.dumps([[fact.starts_on.isoformat(), fact.sla_policy, fact.sla_from]])
    return {(): {**row, "state": "draft", "terminated_on": None, "terms": terms}}


def _revised(rows: Rows, fact: told.AgreementRevised, _: Heard) -> Rows:
    return _changed(rows, {name: getattr(fact, name) for name in _HEADER})


def _amended(rows: Rows, fact: told.AgreementAmended, _: Heard) -> Rows:
    terms = [*json.loads(rows[()]["terms"]), [fact.effective_on.isoformat(), fact.sla_policy, fact.sla_from]]
    return _changed(rows, {"terms": json.dumps(terms)})


def _terminated(rows: Rows, fact: told.AgreementTerminated, _: Heard) -> Rows:
    return _changed(rows, {"state": "terminated", "terminated_on": fact.on})


def _renewed(rows: Rows, fact: told.AgreementRenewed, _: Heard) -> Rows:
    return _changed(rows, {"ends_on": fact.to})


def _in_state(state: str) -> Any:
    def changed(rows: Rows, _: object, __: Heard) -> Rows:
        return _changed(rows, {"state": state})

    return changed


def _changed(rows: Rows, change: Row) -> Rows:
    return {(): {**rows[()], **change}}


def _line(rows: Rows, fact: told.AgreementLineAdded | told.AgreementLineRevised, _: Heard) -> Rows:
    flags = {"stopped": rows[fact.line,]["stopped"] if (fact.line,) in rows else False, "removed": False}
    return {(fact.line,): {**{n: getattr(fact, n) for n in _LINE}, "quantity": f"{fact.quantity:f}", **flags}}


def _flagged(flag: str, value: bool) -> Any:
    def changed(rows: Rows, fact: told.AgreementLineStopped, _: Heard) -> Rows:
        return {(fact.line,): {**rows[fact.line,], flag: value}}

    return changed


def _policy(_: Rows, fact: told.SlaPolicyVersion, __: Heard) -> Rows:
    content = fact.to_bytes().decode()
    return {(fact.version,): {"key": fact.policy, "effective_on": fact.effective_on, "content": content}}


AGREEMENTS = (
    Projection(
        View(
            "agreement",
            "agreement",
            {
                told.AgreementCreated: _created,
                told.AgreementRevised: _revised,
                told.AgreementAmended: _amended,
                told.AgreementActivated: _in_state("active"),
                told.AgreementSuspended: _in_state("suspended"),
                told.AgreementResumed: _in_state("active"),
                told.AgreementTerminated: _terminated,
                told.AgreementRenewed: _renewed,
            },
        ),
        agreement,
    ),
    Projection(
        View(
            "agreement_line",
            "agreement",
            {
                told.AgreementLineAdded: _line,
                told.AgreementLineRevised: _line,
                told.AgreementLineRemoved: _flagged("removed", True),
                told.AgreementLineStopped: _flagged("stopped", True),
                told.AgreementLineRestarted: _flagged("stopped", False),
            },
        ),
        agreement_line,
    ),
    Projection(
        View(
            "sla_policy",
            "agreement",
            {told.SlaPolicyDefined: _policy, told.SlaPolicyRevised: _policy},
        ),
        sla_policy,
    ),
)
