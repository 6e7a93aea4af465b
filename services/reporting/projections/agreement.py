"""Agreements with their groups, and what groups and SLA policies are called, as the agreement service tells it."""

from libs.events import agreement as told
from libs.events.types import FIRST_DAY
from libs.kernel.view import Heard, Rows, View


def _made(_: Rows, fact: told.AgreementCreated, __: Heard) -> Rows:
    return {(): {"number": fact.number}}


def _first_terms(_: Rows, fact: told.AgreementCreated, __: Heard) -> Rows:
    """They count for every day before the first amendment, whenever the agreement begins."""
    return {(0,): {"effective_on": FIRST_DAY, "agreement_group": fact.group}}


def _amended(_: Rows, fact: told.AgreementAmended, __: Heard) -> Rows:
    return {(fact.amendment,): {"effective_on": fact.effective_on, "agreement_group": fact.group}}


def _group(_: Rows, fact: told.AgreementGroupRecorded, __: Heard) -> Rows:
    return {(): {"key": fact.group, "name": fact.description}}


def _policy(_: Rows, fact: told.SlaPolicyVersion, __: Heard) -> Rows:
    return {(): {"key": fact.policy, "name": fact.name}}


agreement = View("agreement", "agreement", {told.AgreementCreated: _made})
agreement_term = View(
    "agreement_term", "agreement", {told.AgreementCreated: _first_terms, told.AgreementAmended: _amended}
)
agreement_group = View("agreement_group", "agreement", {told.AgreementGroupRecorded: _group})
sla_policy = View("sla_policy", "agreement", {told.SlaPolicyDefined: _policy, told.SlaPolicyRevised: _policy})
