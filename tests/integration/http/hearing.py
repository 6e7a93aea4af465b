"""Lets one application hear another's facts without Kafka: the same records, the same projector."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.records import OWN_LOG, from_log
from libs.runtime.service import Service
from libs.runtime.store import FactStore
from tests.integration.http.conftest import Apps


async def hears(apps: Apps, service: Service, source: str) -> None:
    """The views of `service` take in everything that `source` has stored so far."""
    views = [projection for projection in service.views if projection.view.publisher == source]
    url = str(apps.stores[service.name].recorder.pool.conninfo)
    hearing = Hearing(url, f"{service.name}.views", source, Projector(views))
    await hearing.open()
    try:
        await hearing.assign([OWN_LOG])
        heard = hearing.marks[OWN_LOG].position
        facts = await apps.stores[source].recorder.read_log(heard, 1000)
        await hearing.handle([from_log(fact, source) for fact in facts])
    finally:
        await hearing.close()


@asynccontextmanager
async def lost(postgres_url: str, store: FactStore, copy: str, key: str) -> AsyncIterator[None]:
    """Meanwhile the copy of what has this key is not to be found."""
    url = urlunsplit(urlsplit(postgres_url)._replace(path=urlsplit(str(store.recorder.pool.conninfo)).path))
    rename = f"update read.{copy} set key = %s where key = %s".encode()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as owner:
        await owner.execute(rename, ("nowhere", key))
        try:
            yield
        finally:
            await owner.execute(rename, (key, "nowhere"))
