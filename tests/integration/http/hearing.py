"""Lets one application hear another's facts without Kafka: the same records, the same projector."""

from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.records import OWN_LOG, from_log
from libs.runtime.service import Service
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
