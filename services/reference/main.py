"""The reference service, put together."""

from fastapi import FastAPI

from libs.runtime.http.app import create_app
from libs.runtime.http.front import front_of
from libs.runtime.service import Parts, Service
from services.reference.api.imports import import_routes
from services.reference.api.records import record_routes
from services.reference.projections import TABLES, VIEWS


def api(parts: Parts) -> FastAPI:
    """The service's HTTP application."""
    front = front_of("reference", parts.store, parts.settings, parts.degraded, {"reference"})
    return create_app("Fieldfact reference", [record_routes(parts.store), import_routes(parts.store)], front)


SERVICE = Service("reference", api, views=VIEWS, tables=TABLES)
