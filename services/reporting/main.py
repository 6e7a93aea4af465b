"""Reporting put together."""

from pathlib import Path

from libs.runtime.service import Service
from services.reporting.api import app
from services.reporting.projections import METADATA, PROJECTIONS

_HERE = Path(__file__).parent

SERVICE = Service(
    name="reporting",
    api=app,
    views=PROJECTIONS,
    tables=METADATA,
    sql={name: (_HERE / f"{name}.sql").read_text() for name in ("analytics", "analytics_sla", "analyst")},
)
