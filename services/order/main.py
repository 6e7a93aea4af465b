"""The order service, put together."""

from fastapi import FastAPI

from libs.events.order import OrderCreated
from libs.runtime.http.app import create_app
from libs.runtime.http.front import front_of
from libs.runtime.service import Parts, Service
from services.order.api.lines import Lines
from services.order.api.orders import Orders
from services.order.application import number_taken
from services.order.projections import TABLES, VIEWS
from services.order.settings import OrderSettings


def api(parts: Parts) -> FastAPI:
    """The service's HTTP application."""
    front = front_of("order", parts.store, parts.settings, parts.degraded, {"order", "reference"})
    orders = Orders(parts.store, OrderSettings().accounting_currency)
    return create_app("Fieldfact order", [orders.router(), Lines(parts.store).router()], front)


SERVICE = Service("order", api, views=VIEWS, tables=TABLES, numbers={OrderCreated: number_taken})
