"""The subscription billing service, put together."""

from fastapi import FastAPI

from libs.runtime.http.app import create_app
from libs.runtime.http.front import front_of
from libs.runtime.service import Parts, Service
from services.subscription_billing.projections import TABLES, VIEWS

NAME = "subscription_billing"
SQL = {"subscription_number": "create sequence store.subscription_number"}
"""The numbers that people read; gaps are allowed. Source: contracts 4."""


def api(parts: Parts) -> FastAPI:
    """The service's HTTP application."""
    front = front_of(NAME, parts.store, parts.settings, parts.degraded, {NAME, "reference", "agreement"})
    return create_app("Fieldfact subscription billing", [], front)


SERVICE = Service(NAME, api, views=VIEWS, tables=TABLES, sql=SQL)
