"""What is measured while running, for Prometheus; served on a port of its own."""

from collections.abc import Callable
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, make_asgi_app

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
"""Seconds: from a fast append to the time after which a statement ends."""

REQUESTS = Histogram(
    "fieldfact_http_request_seconds", "Answers and their time.", ["method", "route", "status"], buckets=_FAST
)
APPEND_SECONDS = Histogram("fieldfact_append_seconds", "One append, as its caller sees it.", buckets=_FAST)
RELAY_LAG = Gauge("fieldfact_relay_lag_facts", "Facts that wait to be sent, up to a batch.", ["service"])
PROJECTOR_AGE = Gauge(
    "fieldfact_projector_lag_seconds", "Age of the fact heard last, when it was heard.", ["consumer", "source"]
)
LAG = Gauge("fieldfact_consumer_lag_facts", "Facts that wait to be heard.", ["consumer", "source"])
HEARD = Counter("fieldfact_heard_facts_total", "Facts that took effect.", ["consumer", "source"])
PARKED = Gauge("fieldfact_parked_streams", "Streams that wait behind a bad fact.", ["consumer", "source"])
SLA_BREACHES = Counter("fieldfact_sla_breaches_total", "Clocks of orders that missed their target.", ["clock"])
TIMER_FAULTS = Counter("fieldfact_timer_faults_total", "What was due and could not be asked.", ["service"])


def metrics_app() -> Callable[..., Any]:
    """The application that answers with all measures."""
    return make_asgi_app()
