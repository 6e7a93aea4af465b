"""The reports over HTTP, on a real database, asked by people with real tokens."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from libs.runtime.service import Parts
from libs.runtime.settings import ServiceSettings
from services.reporting.api import app
from services.reporting.main import SERVICE
from tests.component.reporting.issuer import Issuer
from tests.component.reporting.two_orders import two_orders
from tests.integration.reporting.told import Told, heard
from tests.support.databases import Templates

Asked = Callable[[Told], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def reporting_url(templates: Templates, database: str) -> str:
    """A fresh database of the reporting service, by its application login."""
    return templates.copy(SERVICE, database)


@pytest.fixture
def issuer() -> Issuer:
    """Who signs the tokens of those who ask."""
    return Issuer()


@pytest.fixture
def reports_after(reporting_url: str, tmp_path: Path, issuer: Issuer) -> Asked:
    """A client of the service that has heard everything told; it is a service manager."""
    settings = ServiceSettings(database_url=reporting_url, token_keys_file=str(issuer.write_keys(tmp_path)))

    @asynccontextmanager
    async def asked(told: Told) -> AsyncIterator[httpx.AsyncClient]:
        async with heard(reporting_url, told) as store:
            transport = httpx.ASGITransport(app(Parts(store, settings, set())))
            headers = {"authorization": f"Bearer {issuer.token('service_manager')}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://reporting", headers=headers) as client:
                yield client

    return asked


@pytest.fixture
def told() -> Told:
    """Two orders."""
    return two_orders()
