"""Reporting put together."""

from pathlib import Path

from libs.runtime.service import Service
from services.reporting.api import app
from services.reporting.projections import METADATA, PROJECTIONS

_HERE = Path(__file__).parent
_SQL = ("analytics", "analytics_sla", "analytics_billing", "analytics_billing_says", "analyst")
"""In this order: what comes later reads, or lets read, what comes before."""

SERVICE = Service(
    name="reporting",
    api=app,
    views=PROJECTIONS,
    tables=METADATA,
    sql={name: (_HERE / f"{name}.sql").read_text() for name in _SQL},
)
