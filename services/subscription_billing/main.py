"""The subscription billing service, put together."""

from fastapi import FastAPI

from libs.events.subscription_billing_subscriptions import SubscriptionOpened
from libs.runtime.http.app import create_app
from libs.runtime.http.front import front_of
from libs.runtime.service import Parts, Service
from services.subscription_billing.api.price_updates import PriceUpdates
from services.subscription_billing.api.records import Records
from services.subscription_billing.api.subscriptions import Subscriptions
from services.subscription_billing.application.subscriptions import number_taken
from services.subscription_billing.application.timers import fire
from services.subscription_billing.projections import TABLES, VIEWS

NAME = "subscription_billing"
SQL = {"subscription_number": "create sequence store.subscription_number"}
"""The numbers that people read; gaps are allowed. Source: contracts 4."""


def api(parts: Parts) -> FastAPI:
    """The service's HTTP application."""
    front = front_of(NAME, parts.store, parts.settings, parts.degraded, {NAME, "reference", "agreement"})
    routers = [each(parts.store).router() for each in (Records, Subscriptions, PriceUpdates)]
    return create_app("Fieldfact subscription billing", routers, front)


SERVICE = Service(
    NAME, api, views=VIEWS, tables=TABLES, sql=SQL, timers=fire, numbers={SubscriptionOpened: number_taken}
)
