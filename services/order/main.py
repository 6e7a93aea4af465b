"""The order service, put together."""

from fastapi import FastAPI

from libs.events.order import OrderCreated
from libs.runtime.http.app import create_app
from libs.runtime.http.front import front_of
from libs.runtime.service import Parts, Service
from services.order.api.lines import Lines
from services.order.api.orders import Orders
from services.order.api.progress import Progress
from services.order.api.setup import Setup
from services.order.api.sla import SlaRoutes
from services.order.application.creation import number_taken
from services.order.application.timers import fire
from services.order.projections import TABLES, VIEWS
from services.order.settings import OrderSettings


def api(parts: Parts) -> FastAPI:
    """The service's HTTP application."""
    front = front_of("order", parts.store, parts.settings, parts.degraded, {"order", "reference", "agreement"})
    orders = Orders(parts.store, OrderSettings().accounting_currency)
    others = [each(parts.store).router() for each in (Lines, Progress, SlaRoutes, Setup)]
    return create_app("Fieldfact order", [orders.router(), *others], front)


SERVICE = Service("order", api, views=VIEWS, tables=TABLES, timers=fire, numbers={OrderCreated: number_taken})
