"""The reports over HTTP."""

from fastapi import FastAPI

from libs.runtime.http.app import create_app
from libs.runtime.http.front import front_of
from libs.runtime.service import Parts
from services.reporting.api.billing_reports import BillingReports
from services.reporting.api.reports import reports
from services.reporting.api.sla_reports import SlaReports
from services.reporting.projections import SOURCES


def app(parts: Parts) -> FastAPI:
    """The application over the service's parts."""
    front = front_of("reporting", parts.store, parts.settings, parts.degraded, SOURCES)
    return create_app(
        "Reporting",
        [reports(parts.store), SlaReports(parts.store).router(), BillingReports(parts.store).router()],
        front,
    )
