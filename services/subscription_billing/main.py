"""The subscription billing service, put together."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from libs.events import subscription_billing_accruals as accruals
from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as invoices
from libs.events.subscription_billing_subscriptions import SubscriptionOpened
from libs.runtime.http.app import create_app
from libs.runtime.http.front import front_of
from libs.runtime.service import Numbers, Parts, Service
from services.subscription_billing.api.accruals import Accruals
from services.subscription_billing.api.fees import Fees
from services.subscription_billing.api.imports import import_routes
from services.subscription_billing.api.price_updates import PriceUpdates
from services.subscription_billing.api.proposals import Proposals
from services.subscription_billing.api.records import Records
from services.subscription_billing.api.run_schedules import RunSchedules
from services.subscription_billing.api.subscriptions import Subscriptions
from services.subscription_billing.application.posting import number_taken as document_number_taken
from services.subscription_billing.application.subscriptions import number_taken
from services.subscription_billing.application.waking import wake
from services.subscription_billing.projections import TABLES, VIEWS

NAME = "subscription_billing"
SEQUENCES = (
    "subscription_number",
    "fee_run_number",
    "proposal_run_number",
    "proposal_number",
    "accrual_run_number",
)
SQL = {name: f"create sequence store.{name}" for name in SEQUENCES}
"""The numbers that people read; gaps are allowed. Source: contracts 4."""


ROUTES = (Records, Subscriptions, PriceUpdates, Fees, Proposals, Accruals, RunSchedules)


def api(parts: Parts) -> FastAPI:
    """The service's HTTP application."""
    front = front_of(NAME, parts.store, parts.settings, parts.degraded, {NAME, "reference", "agreement"})
    routers = [each(parts.store).router() for each in ROUTES]
    return create_app("Fieldfact subscription billing", [*routers, import_routes(parts.store)], front)


def _last(sequence: str) -> Callable[[Any], tuple[str, int]]:
    """The number of a fact, drawn from a sequence."""
    return lambda fact: (sequence, int(fact.number.rpartition("-")[2]))


NUMBERS: Numbers = {
    SubscriptionOpened: number_taken,
    fees.FeeRunRequested: _last("fee_run_number"),
    invoices.ProposalRunRequested: _last("proposal_run_number"),
    invoices.ProposalCreated: _last("proposal_number"),
    accruals.AccrualRunRequested: _last("accrual_run_number"),
    invoices.InvoicePosted: document_number_taken,
    invoices.CreditNotePosted: document_number_taken,
}
SERVICE = Service(NAME, api, views=VIEWS, tables=TABLES, sql=SQL, timers=wake, numbers=NUMBERS)
