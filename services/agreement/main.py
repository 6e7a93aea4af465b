"""The agreement service, put together."""

from fastapi import FastAPI

from libs.events.agreement import AgreementCreated
from libs.runtime.http.app import create_app
from libs.runtime.http.front import front_of
from libs.runtime.service import Parts, Service
from services.agreement.api.agreements import Agreements
from services.agreement.api.lines import Lines
from services.agreement.api.records import Records
from services.agreement.application import number_taken
from services.agreement.projections import TABLES, VIEWS

SQL = {"agreement_number": "create sequence store.agreement_number"}
"""The numbers that people read; gaps are allowed. Source: contracts 4."""


def api(parts: Parts) -> FastAPI:
    """The service's HTTP application."""
    front = front_of("agreement", parts.store, parts.settings, parts.degraded, {"agreement", "reference"})
    routers = [each(parts.store).router() for each in (Records, Agreements, Lines)]
    return create_app("Fieldfact agreement", routers, front)


SERVICE = Service("agreement", api, views=VIEWS, tables=TABLES, sql=SQL, numbers={AgreementCreated: number_taken})
