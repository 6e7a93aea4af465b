"""Spans: none and nothing loaded when nobody wants them; in the trace of the caller when somebody does."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from libs.runtime import tracing
from tests.component.http.door import Door

TRACE = "0af7651916cd43dd8448eb211c80319c"
ABOVE = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    """The spans that are told."""
    spans = InMemorySpanExporter()
    with tracing.told_to("test", SimpleSpanProcessor(spans)):
        yield spans


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


def parent_of(span: ReadableSpan) -> str:
    return f"{span.parent.span_id:016x}" if span.parent else ""


def test_without_an_endpoint_nothing_of_the_sdk_is_loaded() -> None:
    look = (
        "import sys\n"
        "from services.order.main import SERVICE\n"
        "from libs.runtime import tracing\n"
        "with tracing.exported('order', ''), tracing.span('a'), tracing.each('b', 'consumer', [('x', 'y')]): pass\n"
        "print(sorted(name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))))"
    )
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_without_an_endpoint_no_span_is_open() -> None:
    with tracing.span("a", parent=ABOVE) as span:
        span.says("b", count=1)
        assert tracing.here() == ""


def test_a_span_inside_a_span_is_its_child(told: InMemorySpanExporter) -> None:
    with tracing.span("outer", "server", ABOVE):
        outer = tracing.here()
        with tracing.span("inner", wire_name="order.OrderPosted.v1"):
            assert tracing.here() not in ("", outer)
        assert tracing.here() == outer
    assert tracing.here() == ""
    inner, above = told.get_finished_spans()
    assert (trace_of(inner), trace_of(above)) == (TRACE, TRACE)
    assert (parent_of(inner), parent_of(above)) == (outer.split("-")[2], "b7ad6b7169203331")
    assert dict(inner.attributes or {}) == {"wire.name": "order.OrderPosted.v1"}


def test_a_span_that_fails_does_not_say_why(told: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Ada"), tracing.span("a"):
        raise ValueError("Ada Lovelace is on holiday")
    (span,) = told.get_finished_spans()
    assert (span.status.status_code, span.status.description, list(span.events)) == (StatusCode.ERROR, None, [])


def test_every_fact_of_a_batch_has_a_span_in_its_own_trace(told: InMemorySpanExporter) -> None:
    other = ABOVE.replace("0a", "0b", 1)
    with tracing.each("send", "producer", [(ABOVE, "order.A.v1"), ("", "order.B.v1"), (other, "order.C.v1")]):
        pass
    spans = told.get_finished_spans()
    assert [(span.name, trace_of(span)) for span in spans] == [
        ("send order.A.v1", TRACE),
        ("send order.C.v1", TRACE.replace("0a", "0b", 1)),
    ]


@pytest.mark.parametrize("given", [ABOVE, "", "00-nothing", ABOVE.upper(), "0" * 70_000])
async def test_a_command_is_stored_with_its_place_in_the_trace(told: InMemorySpanExporter, given: str) -> None:
    door = Door()
    body = '{"customer": "C-1", "worker": "W-1"}'
    headers = {"traceparent": given} if len(given) < 1000 else {}
    assert (await door.posts("/v1/jobs", body, **headers)).status_code == 201
    decided, server = told.get_finished_spans()
    assert (server.name, decided.name) == ("POST /v1/jobs", "decide and append")
    assert decided.context is not None
    assert (
        door.store.requests[0].traceparent
        == f"00-{trace_of(decided)}-{decided.context.span_id:016x}-{decided.context.trace_flags:02x}"
    )
    assert (trace_of(server) == TRACE) == (given == ABOVE)
    assert trace_of(decided) == trace_of(server)


async def test_without_traces_the_callers_own_is_carried_on() -> None:
    door = Door()
    await door.posts("/v1/jobs", '{"customer": "C-1", "worker": "W-1"}', traceparent=ABOVE)
    assert door.store.requests[0].traceparent == ABOVE


def test_spans_are_sent_to_the_endpoint() -> None:
    asked: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(f"{self.path} {self.headers['content-type']}")
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    listening = Thread(target=server.serve_forever)
    listening.start()
    try:
        with tracing.exported("order", f"http://127.0.0.1:{server.server_port}/"), tracing.span("a"):
            pass
    finally:
        server.shutdown()
        listening.join()
        server.server_close()
    assert asked == ["/v1/traces application/x-protobuf"]
