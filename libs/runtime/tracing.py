"""Traces: one line from a command to its fact, and on to every view and policy that hears of it.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set; then nothing of OpenTelemetry is loaded, and a trace that a caller began is
only carried on. Spans name services, routes, wire names and consumers: nothing that a person said or is called.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

from libs.events.envelope import TRACEPARENT

Kind = Literal["internal", "server", "producer", "consumer"]

_HERE: ContextVar[str] = ContextVar("traceparent", default="")


class Telling:
    """Whether spans are told in this process, and to whom."""

    tracer: Any = None


class Span:
    """A span that is open; the one that is never told does nothing."""

    def __init__(self, told: Any = None) -> None:
        self._told = told

    def says(self, name: str, **attributes: str | int) -> None:
        """Names the span and adds attributes; `_` in their names stands for a point."""
        if self._told is not None:
            self._told.update_name(name)
            self._told.set_attributes({key.replace("_", "."): value for key, value in attributes.items()})


_UNTOLD = Span()


def here() -> str:
    """The traceparent of the span that is open here; empty when none is."""
    return _HERE.get()


def valid(traceparent: str) -> str:
    """A traceparent as it came from outside, or nothing when it is none. Source: W3C Trace Context."""
    return traceparent if TRACEPARENT.fullmatch(traceparent) else ""


@contextmanager
def span(name: str, kind: Kind = "internal", parent: str = "", **attributes: str | int) -> Iterator[Span]:
    """A span around what is done inside. `parent` is a traceparent; without it the span open here is the parent."""
    if Telling.tracer is None:
        yield _UNTOLD
        return
    told = _start(name, kind, parent or here(), attributes)
    token = _HERE.set(_traceparent(told))
    try:
        yield Span(told)
    except BaseException:
        _failed(told)
        raise
    finally:
        _HERE.reset(token)
        told.end()


@contextmanager
def each(name: str, kind: Kind, facts: Iterable[tuple[str, str]], **attributes: str | int) -> Iterator[None]:
    """A span for each fact of a batch, (traceparent, wire name), each in the trace of its fact. Facts that are in none
    get none."""
    if Telling.tracer is None:
        yield
        return
    spans = [_start(f"{name} {wire}", kind, parent, attributes) for parent, wire in facts if parent]
    try:
        yield
    except BaseException:
        for told in spans:
            _failed(told)
        raise
    finally:
        for told in spans:
            told.end()


@contextmanager
def exported(service: str, endpoint: str) -> Iterator[None]:
    """Sends spans by OTLP over HTTP while it lasts, in the background; nothing at all without an endpoint.

    A collector that is away costs spans, never a command. What is left is sent at the end.
    """
    if not endpoint:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    with told_to(service, BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))):
        yield


@contextmanager
def told_to(service: str, processor: Any) -> Iterator[None]:
    """Tells spans to a processor of the SDK while it lasts."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(
        resource=Resource.create({"service.name": f"fieldfact-{service}"}), shutdown_on_exit=False
    )
    provider.add_span_processor(processor)
    Telling.tracer = provider.get_tracer("fieldfact")
    try:
        yield
    finally:
        Telling.tracer = None
        provider.shutdown()


def _start(name: str, kind: Kind, parent: str, attributes: dict[str, str | int]) -> Any:
    from opentelemetry.trace import SpanKind

    said = {key.replace("_", "."): value for key, value in attributes.items()}
    return Telling.tracer.start_span(name, context=_context(parent), kind=SpanKind[kind.upper()], attributes=said)


def _context(parent: str) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    if not parent:
        return Context()
    _, trace_id, span_id, flags = parent.split("-")
    above = SpanContext(int(trace_id, 16), int(span_id, 16), True, TraceFlags(int(flags, 16)))
    return set_span_in_context(NonRecordingSpan(above), Context())


def _traceparent(told: Any) -> str:
    own = told.get_span_context()
    return f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"


def _failed(told: Any) -> None:
    """The span failed; the fault itself stands in the log, since it may name people."""
    from opentelemetry.trace import Status, StatusCode

    told.set_status(Status(StatusCode.ERROR))
