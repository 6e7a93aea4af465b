"""One trace from a command over HTTP to its fact on Kafka and to the view of another service."""

import asyncio
from contextlib import suppress

import httpx
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from libs.runtime import tracing
from libs.runtime.consumer import KafkaFeed
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.relay import Relay
from libs.runtime.settings import KafkaSettings
from services.reference.main import SERVICE as REFERENCE
from services.reporting.main import SERVICE as REPORTING
from tests.integration.http.conftest import Apps
from tests.support.eventually import eventually

NEEDED = (REFERENCE, REPORTING)
TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_a_trace_goes_from_the_command_to_the_fact_to_the_view(apps: Apps, kafka: KafkaSettings) -> None:
    spans = InMemorySpanExporter()
    with tracing.told_to("test", SimpleSpanProcessor(spans)):
        async with apps.client("reference", "service_manager") as client:
            headers = {"if-none-match": "*", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
            answer = await client.put("/v1/customers/C-1", json={"name": "Brewery Zeta"}, headers=headers)
        assert answer.status_code == httpx.codes.CREATED
        working = [asyncio.create_task(each) for each in (_relay(apps, kafka).run(), _feed(apps, kafka).run())]
        try:
            await eventually(lambda: any(span.name.startswith("project") for span in spans.get_finished_spans()))
        finally:
            for task in working:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
    named = {span.name: span for span in spans.get_finished_spans()}
    server, decided, sent, projected = [
        named[name]
        for name in (
            "PUT /v1/customers/{key}",
            "decide and append",
            "send reference.CustomerRecorded.v1",
            "project reference.CustomerRecorded.v1",
        )
    ]
    assert {f"{span.context.trace_id:032x}" for span in named.values() if span.context} == {TRACE}
    assert [span.parent and span.parent.span_id for span in (decided, sent, projected)] == [
        server.context and server.context.span_id,
        decided.context and decided.context.span_id,
        decided.context and decided.context.span_id,
    ]
    told = " ".join(f"{span.name} {dict(span.attributes or {})}" for span in named.values())
    assert not any(word in told for word in ("Zeta", "C-1", "test-service_manager"))


def _relay(apps: Apps, kafka: KafkaSettings) -> Relay:
    store = apps.stores["reference"]
    return Relay(store, "reference", str(store.recorder.pool.conninfo), kafka)


def _feed(apps: Apps, kafka: KafkaSettings) -> KafkaFeed:
    views = [each for each in REPORTING.views if each.view.publisher == "reference"]
    url = str(apps.stores["reporting"].recorder.pool.conninfo)
    return KafkaFeed(Hearing(url, "reporting.views", "reference", Projector(views)), kafka)
