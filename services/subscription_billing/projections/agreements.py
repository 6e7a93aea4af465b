"""A copy of what the agreement service tells of agreements: on which project each is, and how it stands."""

from sqlalchemy import Column, Text

from libs.events import agreement as told
from libs.kernel.view import Fold, Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.subscription_billing.projections.copies import TABLES

agreement = versioned(
    "agreement", TABLES, values=[Column("project", Text, nullable=False), Column("state", Text, nullable=False)]
)


def _created(_: Rows, fact: told.AgreementCreated, __: Heard) -> Rows:
    return {(): {"project": fact.project, "state": "draft"}}


def _in_state(state: str) -> Fold:
    def changed(rows: Rows, _: object, __: Heard) -> Rows:
        return {(): {**rows[()], "state": state}}

    return changed


agreements = Projection(
    View(
        "agreement",
        "agreement",
        {
            told.AgreementCreated: _created,
            told.AgreementActivated: _in_state("active"),
            told.AgreementSuspended: _in_state("suspended"),
            told.AgreementResumed: _in_state("active"),
            told.AgreementTerminated: _in_state("terminated"),
        },
    ),
    agreement,
)
