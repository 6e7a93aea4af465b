"""A database of the reporting service, with everything its migrations make."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from libs.runtime.store import FactStore
from services.reporting.main import SERVICE
from tests.integration.reporting.replaying import Reporting
from tests.integration.reporting.told import ears
from tests.support.databases import Templates


@pytest.fixture
def reporting_url(templates: Templates, database: str) -> str:
    """A fresh database of the reporting service, by its application login."""
    return templates.copy(SERVICE, database)


@pytest.fixture
def reporting(database: str, reporting_url: str) -> Iterator[Reporting]:
    """The service, to hear one history after another."""
    with asyncio.Runner() as runner, psycopg.connect(database, autocommit=True) as owner:
        listening, store = ears(reporting_url), FactStore(reporting_url)
        try:
            yield Reporting(owner, runner.run(listening.__aenter__()), runner.run(store.__aenter__()), runner)
        finally:
            runner.run(listening.__aexit__(None, None, None))
            runner.run(store.__aexit__())
