"""A database of the reporting service, with everything its migrations make."""

import asyncio

import pytest

from libs.runtime.migrate import migrate
from services.reporting.main import SERVICE
from tests.support.runtime import login


@pytest.fixture
def reporting_url(database: str) -> str:
    """A fresh database of the reporting service, by its application login."""
    url = login(database, "reporting")
    asyncio.run(migrate(SERVICE, database, url))
    return url
